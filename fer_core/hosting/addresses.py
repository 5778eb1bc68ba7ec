"""This computer's addresses and ports."""

import errno
import os
import socket
from ipaddress import IPv4Address, ip_address

import ifaddr

from fer_core.errors import ConfigError

#: Bridges of containers and virtual machines: no phone reaches this computer by them.
_INNER_ADAPTERS = ("docker", "br-", "veth", "virbr", "vmnet", "vEthernet", "podman", "cni")


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches the address or name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
