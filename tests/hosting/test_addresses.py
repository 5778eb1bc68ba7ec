"""Addresses and ports: what is refused, and with which sentence."""

import os
import socket

import ifaddr
import pytest

from fer_core.errors import ConfigError
from fer_core.hosting import addresses
from fer_core.hosting.addresses import (
    check_port,
    is_loopback,
    is_wildcard,
    lan_addresses,
    lan_addresses_v6,
)


@pytest.mark.parametrize(
    ("host", "loopback", "wildcard"),
    [
        ("127.0.0.1", True, False),
        ("127.8.9.1", True, False),
        ("::1", True, False),
        ("localhost", True, False),
        ("LocalHost", True, False),
        ("::ffff:127.0.0.1", True, False),
        ("::ffff:192.0.2.1", False, False),
        ("0.0.0.0", False, True),
        ("::", False, True),
        ("192.168.1.20", False, False),
        ("localhost.example.org", False, False),
        ("", False, False),
    ],
)
def test_kind_of_address(host: str, loopback: bool, wildcard: bool) -> None:
    assert (is_loopback(host), is_wildcard(host)) == (loopback, wildcard)


def _adapter(name: str, *ips: str) -> ifaddr.Adapter:
    entries = [
        ifaddr.IP((ip, 0, 0), 64, name) if ":" in ip else ifaddr.IP(ip, 24, name) for ip in ips
    ]
    return ifaddr.Adapter(name, name, entries)


LO = _adapter("lo", "127.0.0.1", "::1")
ETH = _adapter("eth0", "203.0.113.5", "192.168.1.20", "fe80::1", "169.254.3.4")
WIFI = _adapter("wlan0", "8.8.4.4", "10.0.0.7")
DOCKER = _adapter("docker0", "172.17.0.1")


@pytest.mark.parametrize(
    ("adapters", "expected"),
    [
        ([LO], ()),
        ([LO, WIFI], ("10.0.0.7", "8.8.4.4")),
        ([LO, DOCKER, WIFI], ("10.0.0.7", "8.8.4.4")),
        ([LO, DOCKER], ("172.17.0.1",)),
    ],
)
def test_lan_addresses(
    monkeypatch: pytest.MonkeyPatch, adapters: list[ifaddr.Adapter], expected: tuple[str, ...]
) -> None:
    monkeypatch.setattr(addresses.ifaddr, "get_adapters", lambda: adapters)
    assert lan_addresses() == expected


def test_neither_loopback_nor_link_local_nor_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses.ifaddr, "get_adapters", lambda: [LO, ETH])
    assert set(lan_addresses()) == {"192.168.1.20", "203.0.113.5"}


def test_ipv6_by_which_others_reach_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [LO, ETH, _adapter("wlan0", "2001:db8::7", "fd00::7"), _adapter("docker0", "fd01::1")]
    monkeypatch.setattr(addresses.ifaddr, "get_adapters", lambda: found)
    assert lan_addresses_v6() == ("2001:db8::7", "fd00::7")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_taken_port_is_one_sentence(host: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"^Port {port} is taken .* make run PORT=\d+$"):
            check_port(host, port)
    check_port(host, port)  # and free again


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("203.0.113.77", "not one of this computer's"),  # a documentation address: nobody's
        ("name.invalid", "has no address here"),
    ],
)
def test_impossible_host(host: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_port(host, 8501)


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root and Windows may use every port"
)
def test_port_for_administrators() -> None:
    with pytest.raises(ConfigError, match="administrator"):
        check_port("127.0.0.1", 80)
