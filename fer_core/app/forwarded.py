"""What a proxy says of the visitor behind it, believed of proxies that the operator trusts.

Anybody can send ``X-Forwarded-For`` and ``X-Forwarded-Proto``. Of a visitor who does, limits by
address would count an address of their choice, and cookies would be given as over HTTPS.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fer_core.config import settings

Networks = Sequence[IPv4Network | IPv6Network]


class Forwarded:
    """Puts the visitor's address and scheme in the place of a trusted proxy's.

    The port becomes 0, since the visitor's is not known; so what lies behind can tell that a
    trusted proxy handed the request over.

    Args:
        app: what lies behind.
        trusted: networks of the proxies; the settings' unless a test says otherwise.
    """

    def __init__(self, app: ASGIApp, trusted: Callable[[], Networks] | None = None) -> None:
        self._app = app
        self._trusted = trusted or (lambda: settings().trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        client = scope.get("client")
        if scope["type"] in ("http", "websocket") and client is not None:
            trusted = self._trusted()
            if _is_in(client[0], tuple(trusted)):
                scope = {**scope, **_said(Headers(scope=scope), scope["type"], trusted)}
        await self._app(scope, receive, send)


def _said(headers: Headers, kind: str, networks: Networks) -> Scope:
    """What the headers change in the scope."""
    found: Scope = {}
    trusted = tuple(networks)
    # Each proxy appends whom it heard: the last one that is no proxy of ours is the visitor, and
    # whatever stands before it the visitor may have written.
    lines = headers.getlist("x-forwarded-for")
    chain = [_without_port(one.strip()) for line in lines for one in line.split(",")]
    if chain:
        # Where all are ours, as with a browser on a proxy's computer, the first.
        found["client"] = next((c for c in reversed(chain) if not _is_in(c, trusted)), chain[0]), 0
    scheme = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    if scheme in ("http", "https"):
        found["scheme"] = scheme.replace("http", "ws") if kind == "websocket" else scheme
    return found


def _without_port(place: str) -> str:
    """Some proxies send ``192.168.1.9:50000`` and ``[fd00::9]:50000``."""
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0] if place.count(":") == 1 else place


@lru_cache(maxsize=4096)  # a visitor whose device measures asks every second
def _is_in(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        found = ip_address(address.split("%")[0])
    except ValueError:  # a socket of the file system, or no address at all
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped  # as a server on :: sees IPv4
    return any(found in network for network in networks)
