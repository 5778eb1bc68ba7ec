"""Roles of people who logged in by OpenID Connect, from the mapping in the settings."""

from collections.abc import Mapping
from typing import Any

from fer_core.access.roles import Role, parse_role, roles_of

#: Claims in which providers put groups.
_GROUP_CLAIMS = ("groups", "roles")
_GROUP = "group:"


def check_mapping(mapping: Mapping[str, list[str]]) -> None:
    """Raises ConfigError where FER_ROLES names a role that does not exist."""
    for name in mapping:
        parse_role(name)


def roles_from_claims(
    claims: Mapping[str, Any], mapping: Mapping[str, list[str]]
) -> frozenset[Role]:
    """Roles of somebody with these claims.

    An e-mail address counts only where the provider does not say that it is unverified; both are
    compared without regard to case. Groups are compared as they are.

    Args:
        claims: of the identity token.
        mapping: role to e-mail addresses and ``group:NAME``.

    Raises:
        ConfigError: a role of the mapping does not exist.
    """
    mine: set[str] = set()
    email = claims.get("email")
    verified = claims.get("email_verified", True)
    if isinstance(email, str) and email and verified in (True, "true", "True"):
        mine.add(email.casefold())
    groups: set[str] = set()
    for claim in _GROUP_CLAIMS:
        value = claims.get(claim)
        if isinstance(value, str):
            groups.add(value)
        elif isinstance(value, (list, tuple)):
            groups.update(str(one) for one in value)
    found = set()
    for name, entries in mapping.items():
        for entry in entries:
            is_group = entry.startswith(_GROUP)
            if entry[len(_GROUP) :] in groups if is_group else entry.casefold() in mine:
                found.add(name)
    return roles_of(found)


def is_current(claims: Mapping[str, Any], *, now_s: float, hours: float) -> bool:
    """Whether a login still counts: a group that was taken from somebody counts no longer than it.

    By when the provider made the identity token (``iat``, which OpenID Connect requires). Its own
    ``exp`` is for whoever takes the token, minutes later at most, not for how long a login holds.

    Args:
        claims: of the identity token.
        now_s: seconds since 1970.
        hours: for which a login holds.
    """
    made_s = claims.get("iat")
    if isinstance(made_s, bool) or not isinstance(made_s, (int, float)):
        return False
    return now_s < made_s + hours * 3600
