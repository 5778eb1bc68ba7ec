"""The ways in that are no loopback: a certificate of one's own, the LAN's address, nginx before it.

The names are names of this browser only, which lead here; the LAN's address is this computer's.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Playwright, expect

from fer_core.app.access import cookies
from fer_core.config import PROJECT_ROOT
from fer_core.hosting import ensure_self_signed, lan_addresses
from tests.e2e.browser import PORTRAIT, camera_args, free_port
from tests.e2e.conftest import launch
from tests.e2e.live_page import press_start, wait_playing, wait_ready
from tests.nginx import find_nginx
from tests.processes import Started, start

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(600)]

NAME = "mien.example.org"
SERVE = ("-m", "fer_core", "serve", "--port")


@contextmanager
def by_certificate(folder: Path) -> Iterator[tuple[str, Started]]:
    """Under the operator's own name and certificate."""
    pair = ensure_self_signed(folder / "own", (NAME,))
    port = str(free_port())
    more = ("--host", "0.0.0.0", "--cert", str(pair.cert), "--key", str(pair.key))
    with start(*SERVE, port, *more, data_dir=folder / "data", FER_HOSTS=NAME) as app:
        app.wait_for_line("Mien is ready")
        yield f"https://{NAME}:{port}", app


@contextmanager
def by_lan(folder: Path) -> Iterator[tuple[str, Started]]:
    """By the address that `serve` prints for others, under a certificate that it signs itself."""
    addresses = lan_addresses()
    if not addresses:
        pytest.skip("This computer is in no network.")
    port = str(free_port())
    with start(*SERVE, port, "--host", "0.0.0.0", data_dir=folder / "data") as app:
        line = app.wait_for_line("Mien is ready")
        assert f"https://{addresses[0]}:{port}" in line
        yield f"https://{addresses[0]}:{port}", app


@contextmanager
def by_nginx(folder: Path) -> Iterator[tuple[str, Started]]:
    """Through `deploy/nginx.conf`, which ends TLS; only its ports and paths differ."""
    program, pair = find_nginx(), ensure_self_signed(folder / "own", (NAME,))
    port, listen = str(free_port()), str(free_port())
    deployed = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("/etc/ssl/mien.example.org.pem", str(pair.cert)),
        ("/etc/ssl/mien.example.org.key", str(pair.key)),
        ("127.0.0.1:8501", f"127.0.0.1:{port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{listen} ssl"),
        ("/var/log/nginx/access.log", str(folder / "access.log")),
    ):
        assert old in deployed
        deployed = deployed.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; daemon off; master_process off; error_log {folder}/error.log;\n"
        f"events {{ }}\nhttp {{ access_log off;\n{places}{deployed}\n}}\n"
    )
    with start(*SERVE, port, data_dir=folder / "data", FER_ALLOW_TRAINING="0") as app:
        app.wait_for_line("Mien is ready")
        nginx = subprocess.Popen(
            [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        )
        try:
            yield f"https://{NAME}:{listen}", app
        finally:
            nginx.terminate()
            nginx.wait(10)


WAYS = {"certificate": by_certificate, "lan": by_lan, "nginx": by_nginx}


@pytest.mark.parametrize("way", WAYS)
def test_everything_works_by_every_way(
    way: str, playwright: Playwright, chromium: str, face_video: Path, tmp_path: Path
) -> None:
    args = [*camera_args(face_video), f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    with WAYS[way](tmp_path) as (home, app), launch(playwright, chromium, args) as browser:
        found = re.search(r"\?owner=\S+", app.wait_for_line("owner="))
        assert found is not None
        visitor = browser.new_context(ignore_https_errors=True)
        visitor.set_default_timeout(90_000)
        page = visitor.new_page()
        page.goto(f"{home}/{found[0]}")
        assert page.url == f"{home}/"
        kept = {one["name"]: one for one in visitor.cookies()}[f"__Host-{cookies.ACCESS}"]
        assert (kept["secure"], kept["httpOnly"], kept["sameSite"]) == (True, True, "Lax")

        wait_ready(page)
        press_start(page)
        wait_playing(page, timeout_s=90)

        page.goto(f"{home}/access")
        expect(page.get_by_role("heading", name="Access", exact=True)).to_be_visible()
        page.goto(f"{home}/analyse")
        expect(page.locator(".st-key-analyse button")).to_be_disabled()
        page.locator("input[type=file]").set_input_files(PORTRAIT)
        expect(page.locator(".st-key-analyse button")).to_be_enabled()

        _ask_as_strangers(home)


def _ask_as_strangers(home: str) -> None:
    """Another site's page, and another name for this server."""
    port = home.rpartition(":")[2]
    host = home.removeprefix("https://")
    local = home if NAME not in home else f"https://127.0.0.1:{port}"
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    def ask(path: str, **headers: str) -> int:
        with httpx.Client(verify=False) as client:
            sent = {"Host": host, **{name.replace("_", "-"): v for name, v in headers.items()}}
            return client.get(f"{local}{path}", headers=sent).status_code

    assert ask("/_stcore/stream", Origin="https://evil.example", **upgrade) == 403
    assert ask("/_stcore/stream", Origin=home, **upgrade) == 101
    assert ask("/", Host="rebound.example") == 403 or NAME in home
