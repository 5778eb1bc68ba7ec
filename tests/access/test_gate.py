"""Strangers' names and strangers' pages: refused before Streamlit sees them."""

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from fer_core.app.gate import Gate

Pair = tuple[str, str]


class Inner:
    """What lies behind the gate: notes what reaches it."""

    def __init__(self) -> None:
        self.seen: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope)


def knock(
    headers: list[Pair],
    *,
    kind: str = "websocket",
    method: str = "GET",
    path: str = "/_stcore/stream",
    hosts: tuple[str, ...] = (),
    port: int = 50_000,
) -> tuple[list[Message], list[Scope]]:
    """What is answered, and what got through."""
    inner, sent = Inner(), []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": kind,
        "path": path,
        "method": method,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("192.168.1.9", port),
    }

    async def go() -> None:
        await Gate(inner, lambda: hosts)(scope, receive, send)

    anyio.run(go)
    return sent, inner.seen


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("localhost:8501", "http://localhost:8501"),
        ("192.168.1.5:8501", "https://192.168.1.5:8501"),
        ("[fd00::5]:8501", "https://[fd00::5]:8501"),
        ("laptop:8501", "https://laptop:8501"),
        ("laptop.local:8501", "https://laptop.local:8501"),
        ("laptop.local", "https://laptop.local"),
        ("Laptop.Local:443", "https://laptop.local"),
        ("mien.lan.:8501", "https://mien.lan.:8501"),
    ],
)
def test_ordinary_names_need_no_setting(host: str, origin: str) -> None:
    sent, seen = knock([("Host", host), ("Origin", origin)])
    assert not sent
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        pytest.param("127.0.0.1:8501", "https://evil.example", id="another site"),
        pytest.param("127.0.0.1:8501", "http://localhost:9999", id="localhost at another port"),
        pytest.param("127.0.0.1:8501", "http://127.0.0.1:9999", id="this host at another port"),
        pytest.param("127.0.0.1:8501", "null", id="a sandboxed page"),
        pytest.param("127.0.0.1:8501", "file://", id="a file"),
        pytest.param("127.0.0.1:8501", "http://[", id="garbage"),
        pytest.param("rebound.example:8501", "http://rebound.example:8501", id="DNS rebinding"),
        pytest.param("", "http://127.0.0.1:8501", id="no host"),
    ],
)
def test_strangers_do_not_reach_streamlit(host: str, origin: str) -> None:
    sent, seen = knock([("Host", host), ("Origin", origin)])
    assert not seen
    assert [message["type"] for message in sent] == ["websocket.close"], "a 403 to the browser"
    sent, seen = knock(
        [("Host", host), ("Origin", origin)], kind="http", method="PUT", path="/_stcore/upload_file"
    )
    assert not seen
    assert sent[0]["status"] == 403


def test_a_stranger_is_not_looked_up_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit would ask a server outside for its own address, in the event loop."""
    from streamlit import net_util
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    def never() -> str:
        raise AssertionError("asked outside")

    monkeypatch.setattr(net_util, "get_external_ip", never)
    monkeypatch.setattr(net_util, "get_internal_ip", lambda: "10.0.0.1")
    with pytest.raises(AssertionError, match="asked outside"):
        _is_origin_allowed("https://evil.example", "127.0.0.1:8501")
    for origin in ("http://127.0.0.1:8501", "https://mien.example.org"):
        _, seen = knock(
            [("Host", "127.0.0.1:8501"), ("Origin", origin)], hosts=("mien.example.org",)
        )
        headers = {name.decode(): value.decode() for name, value in seen[0]["headers"]}
        assert _is_origin_allowed(headers["origin"], headers["host"])


def test_names_that_the_operator_gave() -> None:
    mine = [("Host", "mien.example.org"), ("Origin", "https://mien.example.org")]
    assert not knock(mine)[1]
    assert knock(mine, hosts=("mien.example.org",))[1]
    assert knock(mine, hosts=("*",))[1]
    other = [("Host", "mien.example.org"), ("Origin", "https://evil.example")]
    assert not knock(other, hosts=("*",))[1], "any name, but not any page"


def test_behind_a_trusted_proxy_the_proxy_knows_the_names() -> None:
    """As deploy/nginx.conf sends it: the visitor's address, without a port, for its own."""
    sent = [
        ("Host", "mien.example.org"),
        ("Origin", "https://mien.example.org"),
        ("X-Forwarded-For", "192.168.1.9"),
    ]
    assert knock(sent, port=0)[1]
    assert not knock(sent)[1], "a header that the visitor sent without a proxy"
    assert not knock([*sent[:1], ("Origin", "https://evil.example"), sent[2]], port=0)[1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_stcore/metrics", 404),
        ("/_stcore/metrics/", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore/health", None),
        ("/_stcore/host-config", None),
        ("/metrics", None),
    ],
)
def test_what_a_load_balancer_needs_is_open_and_no_more(path: str, status: int | None) -> None:
    sent, seen = knock([("Host", "10.0.0.2:8501")], kind="http", path=path)
    assert (sent[0]["status"] if sent else None) == status
    assert len(seen) == (status is None)
    if path == "/_stcore/health":
        assert knock([("Host", "balancer.example.org")], kind="http", path=path)[1]
