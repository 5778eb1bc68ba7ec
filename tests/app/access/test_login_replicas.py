"""One login at several replicas behind one address: they share `cookie_secret` and the database."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
import pytest

from tests.app.access.test_login import (
    COOKIE,
    ROLES,
    Places,
    log_in,
    provider,
    see,
    who_is,
    write_secrets,
)
from tests.e2e.browser import free_port
from tests.one_address import OneAddress, one_address
from tests.processes import start

__all__ = ["provider"]


@dataclass(frozen=True)
class Replicas:
    """Two, of which the one address leads to either."""

    places: Places
    ports: tuple[int, int]
    address: OneAddress

    def turn_to(self, index: int) -> None:
        """Whoever comes now comes to this one."""
        self.address.target = self.ports[index]


@pytest.fixture(scope="module")
def replicas(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    home = tmp_path_factory.mktemp("home")
    ports = free_port(), free_port()
    with ExitStack() as stack:
        address = stack.enter_context(one_address())
        places = Places(f"http://127.0.0.1:{address.port}/", provider)
        write_secrets(home, places.app, provider)
        for port in ports:
            app = stack.enter_context(
                start(
                    *("-m", "fer_core", "serve", "--port", str(port)),
                    data_dir=home / "data",
                    HOME=str(home),
                    FER_ROLES=json.dumps(ROLES),
                )
            )
            app.wait_for_line("Mien is ready")
        yield Replicas(places, ports, address)


def test_one_login_counts_at_all_and_so_does_log_out(replicas: Replicas) -> None:
    # A connection that is kept would go on to the replica of before.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(limits=limits) as browser:
        replicas.turn_to(0)
        # Whoever is at the provider may come back to another replica than they left.
        log_in(replicas.places, browser, "ann", before_return=lambda: replicas.turn_to(1))
        for index in (0, 1):
            replicas.turn_to(index)
            assert "You are a manager" in who_is(see(replicas.places, browser))
        shown = see(replicas.places, browser, "Log out")
        replicas.turn_to(0)
        browser.get(urljoin(replicas.places.app, shown.sent_to))
        assert COOKIE not in browser.cookies
        for index in (0, 1):
            replicas.turn_to(index)
            shown = see(replicas.places, browser)
            assert "You are a visitor" in who_is(shown)
            assert "Log in" in shown.buttons
