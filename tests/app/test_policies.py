"""Every answer says what a browser may do with it: asked of the whole app over HTTP."""

import base64
import hashlib
import re
from collections.abc import Iterator

import httpx
import pytest

from fer_core.app.authority import ROUTE as CERTIFICATE
from fer_core.hosting.policy import NOTHING, TEXT_PAGE, page_policy
from tests.e2e.browser import run_app


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the app as it is served; a second one cannot be made within this process."""
    with run_app(tmp_path_factory.mktemp("app")) as served:
        yield served


def ask(method: str, address: str, path: str, **headers: str) -> httpx.Response:
    return httpx.request(method, f"{address}{path}", headers=headers, timeout=60)


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/healthz", "", 200),
        ("GET", "/readyz", "", 200),
        ("GET", "/metricsz", "", 200),
        ("GET", CERTIFICATE, "", 404),
        ("POST", "/api/samples", "", 403),
        ("POST", "/api/samples", "evil.example", 403),
        ("GET", "/api/samples", "", 405),
        ("POST", "/access/cookie", "", 403),
        ("GET", "/api/v1/openapi.json", "", 200),
        ("POST", "/api/v1/predict", "", 401),
        ("GET", "/", "evil.example", 403),
        ("GET", "/_stcore/metrics", "", 404),
        ("GET", "/_stcore/health", "", 200),
    ],
)
def test_what_is_no_page_may_do_nothing(
    address: str, method: str, path: str, host: str, status: int
) -> None:
    answer = ask(method, address, path, **({"host": host} if host else {}))
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert policy == (TEXT_PAGE if path == CERTIFICATE else NOTHING)


@pytest.mark.parametrize("path", ["/?key=wrong", "/api/v1/"])
def test_pages_of_our_own_are_text_with_a_style(address: str, path: str) -> None:
    answer = ask("GET", address, path)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == TEXT_PAGE
    assert "<script" not in answer.text


def test_streamlits_page_runs_no_text_as_a_script(address: str) -> None:
    answer = ask("GET", address, "/", accept="text/html")
    rules = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    scripts = rules["script-src"].split()
    assert not {"'unsafe-eval'", "'unsafe-inline'", "*", "https:", "data:"} & set(scripts)
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(inline) == 2, "Streamlit's and the note's"
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in scripts
    assert rules["object-src"] == "'none'"
    assert rules["base-uri"] == "'self'"


def test_the_page_may_load_from_this_server_only() -> None:
    policy = page_policy(b"<html></html>")
    assert not re.search(r"https?:|\*", policy)
