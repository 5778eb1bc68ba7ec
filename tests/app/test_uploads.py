"""Files come in where a page asks for them, so many at once, and go by the clock."""

from collections.abc import Iterator

import anyio
import pytest
import streamlit as st
from starlette.types import Message, Receive, Scope, Send

from fer_core.app.uploads import (
    KEEP_S,
    MOST_FILES,
    OF_ADDRESS,
    OF_PAGE,
    UploadDoor,
    Uploads,
    largest_mb,
)
from fer_core.config import settings
from tests.clock import Clock

MB = 1024 * 1024
NEAR = "192.168.1.9"


class Memory:
    """What Streamlit holds."""

    def __init__(self) -> None:
        self.files: set[tuple[str, str]] = set()

    def forget(self, page: str, file: str) -> None:
        self.files.discard((page, file))


class Server:
    """The door, with something behind it that keeps what it is given."""

    def __init__(self) -> None:
        self.clock, self.memory = Clock(), Memory()
        self.uploads = Uploads(lambda: set(self.memory.files), self.memory.forget, clock=self.clock)
        self._count = 0

    def put(
        self,
        page: str = "one",
        *,
        size: int | None = MB,
        address: str = NEAR,
        method: str = "PUT",
        base: str = "",
    ) -> int:
        """The status of the answer to an upload; 204 where it got through."""
        self._count += 1
        name, sent = f"file{self._count}", list[Message]()
        headers = [] if size is None else [(b"content-length", str(size).encode())]
        scope = {
            "type": "http",
            "method": method,
            "path": f"{base}/_stcore/upload_file/{page}/{name}",
            "headers": headers,
            "client": (address, 50_000),
        }

        async def keep(_: Scope, __: Receive, send: Send) -> None:
            self.memory.files.add((page, name))
            await send({"type": "http.response.start", "status": 204, "headers": []})

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def go() -> None:
            await UploadDoor(keep, self.uploads)(scope, receive, send)

        anyio.run(go)
        return int(sent[0]["status"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("FER_MAX_UPLOAD_MB", "10")
    settings.cache_clear()
    yield Server()
    settings.cache_clear()


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("base", ["", "/mien"])
def test_a_page_that_asks_for_nothing_hands_nothing_over(
    server: Server, method: str, base: str
) -> None:
    assert server.put(method=method, base=base) == 403
    server.uploads.expect("another")
    assert server.put(method=method, base=base) == 403
    server.uploads.expect("one")
    assert server.put(method=method, base=base) == 204
    server.uploads.leave("one")
    assert server.put(method=method, base=base) == 403
    server.uploads.expect("one")
    server.clock.now_s += KEEP_S + 1
    assert server.put(method=method, base=base) == 403


@pytest.mark.parametrize(
    ("size", "status"), [(10 * MB, 204), (11 * MB, 413), (None, 411)], ids=["fits", "large", "none"]
)
def test_the_size_is_said_and_as_promised(server: Server, size: int | None, status: int) -> None:
    server.uploads.expect("one")
    assert server.put(size=size) == status
    assert len(server.memory.files) == (status == 204)


def test_a_page_has_so_much_in_memory_at_once(server: Server) -> None:
    server.uploads.expect("one")
    assert [server.put(size=10 * MB) for _ in range(OF_PAGE + 1)] == [204] * OF_PAGE + [429]
    page, file = next(iter(server.memory.files))
    server.uploads.drop(page, [file])  # it was copied
    assert (page, file) not in server.memory.files
    assert server.put(size=10 * MB) == 204
    server.memory.files.clear()  # the visitor took them away
    assert server.put(size=10 * MB) == 204


def test_a_page_hands_over_so_many_files(server: Server) -> None:
    server.uploads.expect("one")
    for number in range(MOST_FILES):
        assert server.uploads.begin("one", str(number), 1, NEAR) is None
    assert server.put(size=1) == 429


@pytest.mark.parametrize(
    ("address", "last"),
    [(lambda _: NEAR, 429), (lambda n: f"2001:db8::{n + 1}", 429), (lambda _: "127.0.0.1", 204)],
    ids=["IPv4", "an IPv6 network", "this computer"],
)
def test_the_pages_of_an_address_together(server: Server, address, last: int) -> None:  # type: ignore[no-untyped-def]
    for number in range(OF_ADDRESS):
        server.uploads.expect(f"page{number}")
        assert server.put(f"page{number}", size=10 * MB, address=address(number)) == 204
    server.uploads.expect("last")
    assert server.put("last", size=10 * MB, address=address(99)) == last
    assert server.put("last", size=MB, address="198.51.100.7") == 204


def test_files_go_by_the_clock(server: Server) -> None:
    server.uploads.expect("one")
    assert server.put() == 204
    server.clock.now_s += KEEP_S - 1
    server.uploads.sweep()
    assert server.memory.files
    server.clock.now_s += 2
    server.uploads.sweep()
    assert not server.memory.files


def test_files_that_came_by_no_door_go_by_the_clock(server: Server) -> None:
    """Plain ``streamlit run`` has none: Streamlit itself takes them."""
    server.memory.files.add(("page", "file"))
    server.uploads.sweep()
    server.clock.now_s += KEEP_S - 1
    server.uploads.sweep()
    assert server.memory.files, "an hour from when it was first seen"
    server.clock.now_s += 2
    server.uploads.sweep()
    assert not server.memory.files


@pytest.mark.parametrize(("streamlits", "shown"), [(200, 10), (4, 4)])
def test_a_page_promises_what_the_server_takes(
    server: Server, monkeypatch: pytest.MonkeyPatch, streamlits: int, shown: int
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.maxUploadSize": streamlits}.get)
    assert largest_mb() == shown
