"""Names under which the server answers."""

import socket

import pytest

from fer_core.hosting import hosts


def test_the_network_is_not_asked_for_this_computers_name_at_every_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, now = [], [7]
    monkeypatch.setattr(socket, "gethostname", lambda: "board")
    monkeypatch.setattr(socket, "getfqdn", lambda: asked.append(1) or "board.example.org")
    monkeypatch.setattr(hosts, "_now", lambda: now[0])
    hosts._own.cache_clear()
    try:
        for _ in range(3):
            assert hosts.is_served("board.example.org:8501", ())
            assert not hosts.is_served("stranger.example.org", ())
        assert len(asked) == 1
        now[0] += 1
        assert hosts.is_served("board.example.org", ())
        assert len(asked) == 2
    finally:
        hosts._own.cache_clear()


@pytest.mark.parametrize("host", ["127.0.0.1:80", "[::1]", "localhost", "mien.lan", "board"])
def test_a_name_that_no_stranger_can_have_is_served(host: str) -> None:
    assert hosts.is_served(host, ())
