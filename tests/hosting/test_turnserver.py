"""The relay that comes with the project reaches no network but the internet."""

from ipaddress import ip_address
from pathlib import Path

import pytest

CONF = Path(__file__).parents[2] / "deploy" / "turnserver.conf"


def denied(address: str) -> bool:
    """As coturn 4.6 compares: every IPv4 address lies below every IPv6 one, and a range that begins
    with an unspecified address has no lower end."""
    found = ip_address(address)
    for line in CONF.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name == "denied-peer-ip":
            first, _, last = value.partition("-")
            low, high = ip_address(first), ip_address(last or first)
            is_above = low.is_unspecified or (low.version, int(low)) <= (found.version, int(found))
            if is_above and (found.version, int(found)) <= (high.version, int(high)):
                return True
    return False


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "100.64.0.1"]
    + ["0.0.0.0", "255.255.255.255", "198.18.0.1", "192.0.0.1", "239.1.1.1"]
    + ["::1", "fe80::1", "fd00::1", "fc00::1", "fec0::1", "ff02::1"]
    + ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1"],
)
def test_inner_networks_are_denied(address: str) -> None:
    assert denied(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"])
def test_the_internet_is_not(address: str) -> None:
    assert not denied(address)
