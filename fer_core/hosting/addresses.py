"""This computer's addresses and ports."""

import errno
import os
import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import ifaddr

from fer_core.errors import ConfigError

#: Bridges of containers and virtual machines: no phone reaches this computer by them.
_INNER_ADAPTERS = ("docker", "br-", "veth", "virbr", "vmnet", "vEthernet", "podman", "cni")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches the address or name."""
    try:
        found = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback  # as a server on :: sees IPv4


def is_wildcard(host: str) -> bool:
    """Whether the address stands for every address of this computer (``0.0.0.0``, ``::``)."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def lan_addresses() -> tuple[str, ...]:
    """IPv4 addresses by which others reach this computer; the likeliest first, none sends a byte.

    A private network's address (RFC 1918) comes before a public one, and those of containers'
    bridges only where there is no other.
    """
    outer: list[IPv4Address] = []
    inner: list[IPv4Address] = []
    for adapter in ifaddr.get_adapters():
        name = str(adapter.nice_name)
        for entry in adapter.ips:
            if not entry.is_IPv4:
                continue
            address = IPv4Address(str(entry.ip))
            if not (address.is_loopback or address.is_link_local):
                (inner if name.startswith(_INNER_ADAPTERS) else outer).append(address)
    found = sorted(outer or inner, key=lambda address: not address.is_private)
    return tuple(str(address) for address in found)


def lan_addresses_v6() -> tuple[str, ...]:
    """IPv6 addresses by which others reach this computer: global ones and unique local ones, not
    those that need the name of an adapter (link-local)."""
    found: list[IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        if str(adapter.nice_name).startswith(_INNER_ADAPTERS):
            continue
        for entry in adapter.ips:
            if entry.is_IPv6:
                address = IPv6Address(entry.ip[0])
                if not (address.is_loopback or address.is_link_local):
                    found.append(address)
    return tuple(str(address) for address in found)


def check_port(host: str, port: int) -> None:
    """See whether a server could listen there now.

    Raises:
        ConfigError: the port is taken or forbidden, or the address is not this computer's.
    """
    try:
        family, *_, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # on Windows it would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except socket.gaierror as error:
        raise ConfigError(
            f"The host {host!r} has no address here; use 127.0.0.1 for this computer only, "
            "or 0.0.0.0 for the network as well."
        ) from error
    except OSError as error:
        raise ConfigError(_explain(error, host, port)) from error


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8501
        return (
            f"Port {port} is taken by another program; stop that one, "
            f"or choose another port, as in: make run PORT={other}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs an administrator's rights; choose one from 1024 on, as 8501."
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"The address {host!r} is not one of this computer's; use 127.0.0.1 for this "
            "computer only, or 0.0.0.0 for the network as well."
        )
    return f"Nothing can listen on {host}, port {port}: {error.strerror}; choose another."


def clean_base_path(given: str) -> str:
    """``/mien`` for ``mien``, ``/mien`` and ``mien/``; empty for none.

    Raises:
        ConfigError: it holds what an address can't hold as it is.
    """
    segments = [one for one in given.split("/") if one]
    if not all(_SEGMENT.fullmatch(one) and set(one) != {"."} for one in segments):
        raise ConfigError(
            "The base path must be segments of letters, digits and ._~- such as /mien. "
            f"Received: {given!r}."
        )
    return "".join(f"/{one}" for one in segments)
