"""Which STUN and TURN servers a stream may use, from the settings.

aiortc, the peer on this side, uses the first ``stun:`` address and the first TURN address it can
speak (``turn:`` over udp or tcp, ``turns:`` over tcp) and ignores the rest, while browsers try
all. So the addresses that it can use are put first, each kind in the operator's own order: the
operator's first STUN and first TURN address are the ones this server uses.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import time
from typing import Any

from fer_core.config import Settings
from fer_core.errors import ConfigError

#: aiortc's own default, for servers that visitors reach over the internet.
PUBLIC_STUN = "stun:stun.l.google.com:19302"

# RFC 7064 and RFC 7065, as far as aiortc speaks them: no literal IPv6 address, no transport
# for STUN.
_STUN = re.compile(r"(?P<scheme>stuns?):(?P<host>[^?:/@\s]+)(:(?P<port>\d{1,5}))?")
_TURN = re.compile(
    r"(?P<scheme>turns?):(?P<host>[^?:/@\s]+)(:(?P<port>\d{1,5}))?"
    r"(\?transport=(?P<transport>udp|tcp))?"
)
_KEYS = {"urls", "username", "credential"}
_EXAMPLE = '[{"urls": ["stun:stun.example.org:3478"]}]'


def turn_credentials(
    secret: str, ttl_s: int, now_s: float, name: str | None = None
) -> tuple[str, str]:
    """Time-limited TURN username and password, as coturn checks them under ``use-auth-secret``.

    The username is the Unix time at which it expires, with ``:name`` behind it if one is given;
    the password is base64(HMAC-SHA1(secret, username)). Source: draft-uberti-behave-turn-rest-00,
    section 2.2.

    Args:
        secret: coturn's ``static-auth-secret``.
        ttl_s: seconds for which an allocation may be made with it.
        now_s: Unix time in seconds.
        name: whom the server's log shall show.
    """
    username = str(int(now_s) + ttl_s) + (f":{name}" if name else "")
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def is_local(host: str) -> bool:
    """True for loopback and LAN: a private address, a name without a dot, ``.local``.

    Args:
        host: as in the Host header, with or without a port; IPv6 addresses in brackets.
    """
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    name = name.rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        local_zones = (".local", ".localhost", ".lan", ".home.arpa", ".internal")
        return "." not in name or name.endswith(local_zones)
    return address.is_private or address.is_loopback or address.is_link_local


def ice_servers(settings: Settings, host: str, now_s: float | None = None) -> list[dict[str, Any]]:
    """The ``iceServers`` of a stream, for both peers, in the order that aiortc needs.

    What FER_ICE_SERVERS lists is used for every host, also where it is the empty list. Where it
    is not set: nothing on loopback and LAN, where waiting for an unreachable STUN server would
    only delay the picture, and a public STUN server elsewhere.

    Args:
        settings: ``ice_servers``, ``turn_secret`` and ``turn_ttl_s`` are read.
        host: under which the visitor reached this server.
        now_s: Unix time in seconds; now by default.

    Raises:
        ConfigError: an entry that a browser or aiortc would refuse.
    """
    if "ice_servers" not in settings.model_fields_set:
        return [] if is_local(host) else [{"urls": [PUBLIC_STUN]}]
    stun: list[tuple[bool, dict[str, Any]]] = []
    turn: list[tuple[bool, dict[str, Any]]] = []
    for entry in settings.ice_servers:
        urls, login = _checked(entry)
        for url in urls:
            match = _parse(url)
            if match["scheme"].startswith("stun"):
                stun.append((match["scheme"] == "stun", {"urls": [url]}))
                continue
            default = "tcp" if match["scheme"] == "turns" else "udp"
            transport = match["transport"] or default
            usable = match["scheme"] == "turn" or transport == "tcp"
            turn.append((usable, {"urls": [url], **_login(url, login, settings, now_s)}))
    # Stable: within the usable and the others, the operator's order stays.
    ordered = [entry for kind in (stun, turn) for entry in sorted(kind, key=lambda e: not e[0])]
    return [server for _, server in ordered]


def _checked(entry: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """The addresses and the login of one entry of FER_ICE_SERVERS."""
    urls = entry.get("urls")
    urls = [urls] if isinstance(urls, str) else urls
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        raise ConfigError(
            "FER_ICE_SERVERS: every entry needs 'urls', one address or a list of them, "
            f"such as {_EXAMPLE}. Received an entry with {', '.join(sorted(entry)) or 'nothing'}."
        )
    if unknown := sorted(set(entry) - _KEYS):
        raise ConfigError(
            f"FER_ICE_SERVERS: entries have the keys {', '.join(sorted(_KEYS))}. "
            f"Received: {', '.join(unknown)}."
        )
    login = {k: entry[k] for k in ("username", "credential") if entry.get(k) is not None}
    if len(login) == 1 or not all(isinstance(value, str) and value for value in login.values()):
        raise ConfigError(
            "FER_ICE_SERVERS: 'username' and 'credential' belong together and are texts. "
            f"Received: {', '.join(login)} of {urls[0]}."
        )
    return urls, login


def _parse(url: str) -> re.Match[str]:
    match = (_STUN if url.startswith("stun") else _TURN).fullmatch(url)
    if match is None or not 0 < int(match["port"] or 3478) < 65536:
        raise ConfigError(
            "FER_ICE_SERVERS: an address looks like stun:host:port, or turn:host:port or "
            "turns:host:port with ?transport=udp or ?transport=tcp behind it, with a host name or "
            f"an IPv4 address. Received: {url.rpartition('@')[2]!r}."
        )
    return match


def _login(
    url: str, login: dict[str, str], settings: Settings, now_s: float | None
) -> dict[str, str]:
    """The login of a TURN server: its own, else a time-limited one."""
    if login:
        return login
    if not settings.turn_secret:
        raise ConfigError(
            f"FER_ICE_SERVERS: the TURN server {url} needs 'username' and 'credential', "
            "or FER_TURN_SECRET must hold the secret that it shares with this server."
        )
    now_s = time.time() if now_s is None else now_s
    username, credential = turn_credentials(settings.turn_secret, settings.turn_ttl_s, now_s)
    return {"username": username, "credential": credential}
