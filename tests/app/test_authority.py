"""`mien certificate`, and the page by which a phone comes to trust it."""

import re
from pathlib import Path

import anyio
import httpx
import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.routing import Route
from typer.testing import CliRunner

from fer_core.app import authority
from fer_core.cli import app as command
from fer_core.config import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    return tmp_path


def _get(path: str) -> httpx.Response:
    app = Starlette(
        routes=[
            Route(authority.ROUTE, authority.show_steps),
            Route(authority.PROFILE, authority.send_profile),
            Route(authority.PLAIN, authority.send_plain),
        ]
    )

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://board.local") as asking:
            return await asking.get(path)

    return anyio.run(go)


def test_the_command_makes_what_the_page_hands_out(folder: Path) -> None:
    for path in (authority.ROUTE, authority.PROFILE, authority.PLAIN):
        assert _get(path).status_code == 404
    ran = CliRunner().invoke(
        command, ["certificate", "--name", "mien.example.org", "--out", str(folder / "out")]
    )
    assert ran.exit_code == 0, ran.output
    printed = re.search(r"SHA-256\): ([0-9A-F:]{95})", ran.output)
    assert printed is not None
    page = _get(authority.ROUTE)
    assert page.status_code == 200
    assert printed[1] in page.text
    assert "mien.example.org" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    profile, plain = _get(authority.PROFILE), _get(authority.PLAIN)
    assert profile.headers["content-type"] == "application/x-apple-aspen-config"
    assert profile.content == (folder / "out" / "mien.mobileconfig").read_bytes()
    assert plain.content == (folder / "out" / "mien.crt").read_bytes()
    assert x509.load_der_x509_certificate(plain.content).version is x509.Version.v3


def test_a_second_time_it_is_the_same_unless_asked_for(folder: Path) -> None:
    def run(*more: str) -> tuple[int, str]:
        ran = CliRunner().invoke(command, ["certificate", "--out", str(folder), *more])
        return ran.exit_code, ran.output

    first = run()
    assert run() == first
    code, said = run("--name", "mien.example.org")
    assert (code, "--anew" in said) == (2, True)
    assert run("--anew")[1] != first[1]
