"""Under which names a server answers, and which pages may speak to it. Pure.

A page of another site may not open a connection here, and a name that only leads here (DNS
rebinding: a stranger's name that is made to point at this computer) is not served.
"""

import socket
import time
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

#: Ends of names that nobody can register on the internet.
_LOCAL_ENDS = (".localhost", ".local", ".lan", ".home.arpa", ".internal", ".test")
#: In FER_HOSTS: every name.
ANY = "*"
#: The names of this computer are asked for anew after so long.
_OWN_NAMES_S = 60.0
_DEFAULT_PORTS = {"http": 80, "https": 443}


def host_name(host: str) -> str:
    """The name or address in a Host header, small, without port and brackets; empty for none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_local_name(name: str) -> bool:
    """Whether a name cannot be a stranger's: an address, a name without a dot, one of the LAN."""
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and (
            "." not in name or name.endswith(_LOCAL_ENDS) or name in _own(_now())
        )
    return True


def _now() -> int:
    return int(time.monotonic() // _OWN_NAMES_S)


@lru_cache(maxsize=1)  # every second of every device asks, and finding it out asks the network
def _own(_: int) -> frozenset[str]:
    """Names of this computer, in a stretch of time."""
    return frozenset((socket.gethostname().lower(), socket.getfqdn().lower()))


def is_served(host: str, hosts: Iterable[str]) -> bool:
    """Whether to answer under this Host header.

    Args:
        host: as the browser sent it.
        hosts: names that the operator gave, or ``ANY``.
    """
    given = {one.lower().rstrip(".") for one in hosts}
    name = host_name(host)
    return ANY in given or name in given or is_local_name(name)


def is_own_origin(origin: str, host: str, hosts: Iterable[str]) -> bool:
    """Whether a page of this origin may speak to this server: its own, or of a name given.

    Args:
        origin: as the browser sent it, such as ``https://mien.lan:8501``.
        host: of the same request.
        hosts: names that the operator gave; ``ANY`` lets in no origin.
    """
    return _is_own_origin(origin, host, tuple(hosts))


@lru_cache(maxsize=32)  # nearly all visitors come from one; few, since a header may be long
def _is_own_origin(origin: str, host: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts, own = urlsplit(origin), urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(parts.scheme)
        if default is None or not parts.hostname:
            return False
        if (parts.hostname, parts.port or default) == (own.hostname, own.port or default):
            return True
    except ValueError:
        return False
    return parts.hostname in {one.lower() for one in hosts}
