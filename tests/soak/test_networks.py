"""Through real networks: visitors behind symmetric NAT and strict firewalls, and with IPv6 only.

The relay is coturn as deployed.
"""

import base64
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, Playwright, expect

from fer_core.config import PROJECT_ROOT
from fer_core.hosting import Certificate, ensure_self_signed
from fer_core.streaming.ice import turn_credentials
from tests.e2e import live_page
from tests.e2e.browser import camera_args
from tests.e2e.conftest import chromium, face_video, launch, playwright
from tests.networks import RELAY, RELAY_6, RELAY_NAME, SERVER_NAME, Network, run_network
from tests.processes import Started, start

__all__ = ["chromium", "face_video", "playwright"]
pytestmark = [pytest.mark.soak, pytest.mark.e2e, pytest.mark.timeout(600)]

SECRET = base64.b16encode(os.urandom(16)).decode()
PORT = 3478
#: As `deploy/compose.yaml` names them, and TLS behind them.
TURN = (
    f'[{{"urls": ["turn:{RELAY_NAME}:{PORT}?transport=udp", '
    f'"turn:{RELAY_NAME}:{PORT}?transport=tcp", "turns:{RELAY_NAME}:443?transport=tcp"]}}]'
)
ADDRESS = f"https://{SERVER_NAME}/"
INNER = "10.9.0.1"

#: Asks for a relay as a browser does, by the library that the server's own peer uses, and sends
#: through it to two addresses of the relay's computer, one of them in a private network.
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
#: Answers what comes, at all addresses, and says from where it came.
_ECHO = """
import selectors, socket
doors = selectors.DefaultSelector()
for port in (9, 10):
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    echo.bind(("0.0.0.0", port))
    doors.register(echo, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in doors.select():
        said, who = key.fileobj.recvfrom(2000)
        print("came from", *who, flush=True)
        key.fileobj.sendto(said, who)
"""
#: One socket that speaks to two ports.
_SPEAK = """
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(20)
for port in (9, 10):
    one.sendto(b"hello", (sys.argv[1], port))
    one.recvfrom(2000)
"""


@dataclass(frozen=True)
class Way:
    """How a visitor is connected."""

    name: str
    blocked: tuple[str, ...] = ()
    is_ipv6_only: bool = False

    @contextmanager
    def laid(self, network: Network) -> Iterator[None]:
        """While it is entered."""
        with ExitStack() as stack:
            if self.blocked:
                stack.enter_context(network.blocked(*self.blocked))
            if self.is_ipv6_only:
                stack.enter_context(network.without_ipv4())
            yield


@dataclass
class Relay:
    """The certificate of coturn, and what makes a browser believe it."""

    pair: Certificate
    args: list[str] = field(init=False)

    def __post_init__(self) -> None:
        key = x509.load_pem_x509_certificate(self.pair.cert.read_bytes()).public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
        self.args = [f"--ignore-certificate-errors-spki-list={digest}"]

    def write_conf(self, folder: Path) -> Path:
        """`deploy/turnserver.conf` with its lines for TLS, and the places of this test."""
        text = (PROJECT_ROOT / "deploy" / "turnserver.conf").read_text(encoding="utf-8")
        own = {
            "listening-ip": f"{RELAY}\nlistening-ip={RELAY_6}",
            "tls-listening-port": "443",
            "cert": str(self.pair.cert),
            "pkey": str(self.pair.key),
        }
        for name, value in own.items():
            text, count = re.subn(rf"^#{name}=.*$", f"{name}={value}", text, flags=re.M)
            assert count == 1, name
        path = folder / "turnserver.conf"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with run_network() as made:
        yield made


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Relay:
    return Relay(ensure_self_signed(tmp_path_factory.mktemp("tls"), (RELAY_NAME,)))


@contextmanager
def coturn(network: Network, relay: Relay, folder: Path) -> Iterator[Started]:
    """The secret comes as in `deploy/compose.yaml`."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is absent (on Debian: apt-get install coturn).")
    with start(
        # By line, as its log is read while it runs.
        *network.enter(network.relay)[:-1],
        *("stdbuf", "-oL", "turnserver", "-c", str(relay.write_conf(folder))),
        *(f"--static-auth-secret={SECRET}", "--log-file", "stdout", "-v"),
        *("--pidfile", str(folder / "pid"), "--db", str(folder / "db")),
        data_dir=folder,
    ) as running:
        running.wait_for_line("Total General servers")
        yield running


@pytest.fixture(scope="module")
def app(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with start(
        *network.enter(network.server),
        *("-m", "fer_core", "serve", "--host", "::", "--port", "443"),
        data_dir=tmp_path_factory.mktemp("app"),
        FER_ICE_SERVERS=TURN,
        FER_TURN_SECRET=SECRET,
    ) as running:
        running.wait_for_line("Mien is ready")
        yield running


@contextmanager
def visit(
    network: Network, playwright: Playwright, chromium: str, args: list[str], folder: Path
) -> Iterator[Page]:
    browser = launch(playwright, network.write_browser(folder, chromium), args)
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.set_default_timeout(90_000)
    page.goto(ADDRESS)
    try:
        yield page
    finally:
        browser.close()


UDP, IPV6 = "meta l4proto udp", "meta nfproto ipv6"
#: With IPv6 it would need no NAT.
NAT = Way("symmetric NAT", (IPV6,))
#: And what the relay's log says of the way to it.
WAYS = [
    (NAT, ""),
    (Way("no UDP", (UDP, f"ip daddr {RELAY} tcp dport 443")), "tcp or tls connected to"),
    (Way("nothing but TCP to 443", (UDP, "tcp dport != 443")), "method=TLSv1"),
    (Way("IPv6 only", is_ipv6_only=True), ""),
    (Way("IPv6 only, no UDP", (UDP,), is_ipv6_only=True), "tcp or tls connected to: 2001:"),
]


@pytest.mark.parametrize(("way", "relayed"), WAYS, ids=[way.name for way, _ in WAYS])
def test_the_picture_comes(
    way: Way,
    relayed: str,
    network: Network,
    relay: Relay,
    app: Started,
    playwright: Playwright,
    chromium: str,
    face_video: Path,
    tmp_path: Path,
) -> None:
    args = camera_args(face_video) + relay.args
    with (
        way.laid(network),
        coturn(network, relay, tmp_path) as running,
        visit(network, playwright, chromium, args, tmp_path) as page,
    ):
        took_s = live_page.start(page)
        live_page.wait_going_on(page)
        print(f"{way.name}: the picture is there after {took_s:.1f} s")
        assert any(relayed in line for line in running.lines), running.lines


@pytest.mark.parametrize(
    "way",
    [Way("no UDP", (UDP,))],
    ids=lambda way: way.name,
)
def test_where_no_relay_is_the_own_device_is_offered(
    way: Way,
    network: Network,
    app: Started,
    playwright: Playwright,
    chromium: str,
    face_video: Path,
    tmp_path: Path,
) -> None:
    with (
        way.laid(network),
        visit(network, playwright, chromium, camera_args(face_video), tmp_path) as page,
    ):
        live_page.wait_ready(page)
        begun_s = time.monotonic()
        live_page.press_start(page)
        expect(page.get_by_text("try another network")).to_be_visible(timeout=120_000)
        expect(page.get_by_role("button", name="Start on this device")).to_be_enabled()
        print(f"{way.name}, no relay: said so after {time.monotonic() - begun_s:.1f} s")


def test_the_nat_takes_another_port_for_each_address(network: Network, tmp_path: Path) -> None:
    with start(*network.enter(network.relay), "-c", _ECHO, data_dir=tmp_path) as echo:
        echo.wait_for_line("listening")
        with start(*network.enter(network.visitor), "-c", _SPEAK, RELAY, data_dir=tmp_path) as said:
            assert said.process.wait(60) == 0
        came = {line for line in echo.lines if line.startswith("came from")}
        assert len(came) == 2, came


@pytest.mark.parametrize(
    ("age_s", "secret", "is_given"),
    [(0, SECRET, True), (3700, SECRET, False), (0, "another", False)],
    ids=["in time", "expired", "forged"],
)
def test_a_relay_is_given_to_logins_in_time(
    network: Network, relay: Relay, tmp_path: Path, age_s: int, secret: str, is_given: bool
) -> None:
    username, password = turn_credentials(secret, 3600, time.time() - age_s)
    said, log = _ask(network, relay, tmp_path, username, password)
    assert ("relay at" in said) == is_given, said
    assert is_given or "401 - Unauthorized" in said, said
    assert (f"back from {RELAY}" in said) == is_given, said
    assert f"back from {INNER}" not in said, "the relay is no way into the server's own network"
    assert (f"peer IP {INNER} denied" in log) == is_given, log


def _ask(
    network: Network, relay: Relay, folder: Path, username: str, password: str
) -> tuple[str, str]:
    """What was said by who asked, without UDP of their own, and the relay's log."""
    with (
        network.blocked(UDP),
        network.reached_as(INNER),
        coturn(network, relay, folder) as running,
        start(*network.enter(network.relay), "-c", _ECHO, data_dir=folder) as echo,
    ):
        echo.wait_for_line("listening")
        asking = (username, password, RELAY, str(PORT), RELAY, INNER)
        with start(*network.enter(network.visitor), "-c", _ASK, *asking, data_dir=folder) as asks:
            asks.process.wait(60)
        return "\n".join(asks.lines), "\n".join(running.lines)
