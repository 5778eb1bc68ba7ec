"""What counts as one place for a limit by address."""

import pytest

from fer_core.access import network_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.168.1.9", "192.168.1.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("local", "local"),
    ],
)
def test_one_connection_is_one_place(address: str, place: str) -> None:
    assert network_of(address) == place
