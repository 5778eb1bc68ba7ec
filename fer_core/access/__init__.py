"""Roles, and how a browser comes by one: a link from the owner, or a login by OpenID Connect.

Nothing here knows Streamlit; pages use ``fer_core.app.access.rights``: ``current_access``,
``current_role`` and ``require_role``.
"""

from fer_core.access.limiter import AttemptLimiter, network_of
from fer_core.access.roles import GIVEN_BY_LINK, VISITOR, Access, Role
from fer_core.access.signing import Signer, load_secret

__all__ = [
    "GIVEN_BY_LINK",
    "VISITOR",
    "Access",
    "AttemptLimiter",
    "Role",
    "Signer",
    "load_secret",
    "network_of",
]
