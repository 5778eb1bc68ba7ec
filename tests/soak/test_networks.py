"""Through real networks: a visitor whose firewall lets no UDP through, with coturn as deployed."""

import base64
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from fer_core.config import PROJECT_ROOT
from fer_core.streaming.ice import turn_credentials
from tests.e2e import live_page
from tests.e2e.browser import camera_args
from tests.e2e.conftest import chromium, face_video, launch, playwright
from tests.networks import SERVER, Network, run_network
from tests.processes import Started, start

__all__ = ["chromium", "face_video", "playwright"]
pytestmark = [pytest.mark.soak, pytest.mark.e2e, pytest.mark.timeout(600)]

SECRET = base64.b16encode(os.urandom(16)).decode()
PORT = 3478
TURN = f'[{{"urls": ["turn:{SERVER}:{PORT}?transport=tcp"]}}]'

#: Asks for a relay as a browser does, by the library that the server's own peer uses, and sends
#: through it to two addresses of the server, one of them in a private network.
_ASK = """
import asyncio, sys
from aioice.turn import create_turn_endpoint
username, password, host, port, *peers = sys.argv[1:]
class Heard(asyncio.DatagramProtocol):
    def datagram_received(self, data, address):
        print("back from", address[0], flush=True)
async def ask():
    transport, _ = await create_turn_endpoint(
        Heard, server_addr=(host, int(port)), username=username, password=password, transport="tcp")
    print("relay at", transport.get_extra_info("sockname"), flush=True)
    for peer in peers:
        transport.sendto(b"hello", (peer, 9))
        await asyncio.sleep(1)
    transport.close()
    await asyncio.sleep(0.1)
asyncio.run(ask())
"""
#: Answers what comes, at all addresses.
_ECHO = """
import socket
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind(("0.0.0.0", 9))
print("listening", flush=True)
while True:
    echo.sendto(*echo.recvfrom(2000))
"""
INNER = "10.9.0.1"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with run_network() as made:
        yield made


@contextmanager
def coturn(network: Network, folder: Path) -> Iterator[Started]:
    """With `deploy/turnserver.conf`; the secret comes as in `deploy/compose.yaml`."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is absent (on Debian: apt-get install coturn).")
    conf = PROJECT_ROOT / "deploy" / "turnserver.conf"
    command = network.enter(network.server)[:-1]
    with start(
        # By line, as its log is read while it runs.
        *(
            *command,
            "stdbuf",
            "-oL",
            "turnserver",
            "-c",
            str(conf),
            f"--static-auth-secret={SECRET}",
        ),
        *("--listening-ip", SERVER, "--relay-ip", SERVER, "--log-file", "stdout", "-v"),
        *("--pidfile", str(folder / "pid"), "--db", str(folder / "db")),
        data_dir=folder,
    ) as running:
        running.wait_for_line("Total General servers")
        yield running


@pytest.fixture(scope="module")
def address(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start(
        *network.enter(network.server),
        *("-m", "fer_core", "serve", "--host", SERVER, "--port", "8501"),
        data_dir=tmp_path_factory.mktemp("app"),
        FER_ICE_SERVERS=TURN,
        FER_TURN_SECRET=SECRET,
    ) as app:
        app.wait_for_line("Mien is ready")
        yield f"https://{SERVER}:8501/"


@contextmanager
def visit(
    network: Network, playwright: Playwright, chromium: str, video: Path, folder: Path, address: str
) -> Iterator[Page]:
    browser = launch(playwright, network.write_browser(folder, chromium), camera_args(video))
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.set_default_timeout(90_000)
    page.goto(address)
    try:
        yield page
    finally:
        browser.close()


def test_without_udp_the_video_comes_through_turn_over_tcp(
    network: Network,
    address: str,
    playwright: Playwright,
    chromium: str,
    face_video: Path,
    tmp_path: Path,
) -> None:
    with (
        network.blocked("meta l4proto udp"),
        coturn(network, tmp_path) as relay,
        visit(network, playwright, chromium, face_video, tmp_path, address) as page,
    ):
        took_s = live_page.start(page)
        live_page.wait_going_on(page)
        print(f"UDP blocked: the picture is there after {took_s:.1f} s, through TURN over TCP")
        relay.wait_for_line("ALLOCATE processed, success")


def test_without_udp_and_without_turn_the_own_device_is_offered(
    network: Network,
    address: str,
    playwright: Playwright,
    chromium: str,
    face_video: Path,
    tmp_path: Path,
) -> None:
    with (
        network.blocked("meta l4proto udp"),
        visit(network, playwright, chromium, face_video, tmp_path, address) as page,
    ):
        live_page.wait_ready(page)
        begun_s = time.monotonic()
        live_page.press_start(page)
        expect(page.get_by_text("set up a TURN server")).to_be_visible(timeout=120_000)
        expect(page.get_by_role("button", name="Start on this device")).to_be_enabled()
        print(f"UDP blocked, no TURN: said so after {time.monotonic() - begun_s:.1f} s")


@pytest.mark.parametrize(
    ("age_s", "secret", "is_given"),
    [(0, SECRET, True), (3700, SECRET, False), (0, "another", False)],
    ids=["in time", "expired", "forged"],
)
def test_a_relay_is_given_to_logins_in_time(
    network: Network, tmp_path: Path, age_s: int, secret: str, is_given: bool
) -> None:
    username, password = turn_credentials(secret, 3600, time.time() - age_s)
    said, log = _ask(network, tmp_path, username, password)
    assert ("relay at" in said) == is_given, said
    assert is_given or "401 - Unauthorized" in said, said
    assert (f"back from {SERVER}" in said) == is_given, said
    assert f"back from {INNER}" not in said, "the relay is no way into the server's own network"
    assert (f"peer IP {INNER} denied" in log) == is_given, log


def _ask(network: Network, folder: Path, username: str, password: str) -> tuple[str, str]:
    """What was said by who asked, without UDP of their own, and the relay's log."""
    with (
        network.blocked("meta l4proto udp"),
        network.reached_as(INNER),
        coturn(network, folder) as relay,
        start(*network.enter(network.server), "-c", _ECHO, data_dir=folder) as echo,
    ):
        echo.wait_for_line("listening")
        asking = (username, password, SERVER, str(PORT), SERVER, INNER)
        with start(*network.enter(network.visitor), "-c", _ASK, *asking, data_dir=folder) as asks:
            asks.process.wait(60)
        return "\n".join(asks.lines), "\n".join(relay.lines)
