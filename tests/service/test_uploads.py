"""What is sent: too large, too slow, no picture, a path for a name; and what stays of it."""

import gzip
import io
import socket
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fer_core.service import uploads
from fer_core.service.jobs import KEEP_S, JobShelf
from fer_core.service.routes import ApiService
from fer_core.storage import Store
from tests.service.conftest import ANALYZE, PREDICT, Ask, MakeKey, finish


@pytest.mark.parametrize("path", [PREDICT, ANALYZE])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_huge_body_is_refused_while_it_arrives(
    ask: Ask, make_key: MakeKey, service: ApiService, path: str, is_told: bool
) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 40 * 2**20:
            sent += 2**20
            yield bytes(2**20)

    headers = make_key(max_mb=1) | ({"Content-Length": str(10**12)} if is_told else {})
    answer = ask("POST", path, headers=headers, content=endless())
    assert answer.status_code == 413
    assert "1,048,576 bytes" in answer.json()["error"]
    assert sent <= 3 * 2**20 or path == ""
    assert not service.shelf._held


def test_a_slow_body_is_ended_and_leaves_nothing(
    port: int, make_key: MakeKey, service: ApiService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SILENCE_S", 0.5)
    token = make_key()["Authorization"]
    for path in (PREDICT, ANALYZE):
        with socket.create_connection(("127.0.0.1", port), 10) as peer:
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
            peer.sendall((head + "Content-Length: 100000\r\n\r\nabc").encode())
            answer = peer.recv(4096)
        assert b" 408 " in answer.splitlines()[0]
    # Who hangs up in the middle leaves nothing either.
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.sendall((head + "Content-Length: 100000\r\n\r\nabc").encode())
        time.sleep(0.2)
    end = time.monotonic() + 10
    while service.shelf._held and time.monotonic() < end:
        time.sleep(0.05)
    assert not service.shelf._held


def _bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("body", "headers", "code", "said"),
    [
        (_bomb(60_000), {}, 413, "too large"),
        (gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"}, 415, "Packed"),
        (gzip.compress(bytes(1_000_000)), {}, 422, "cannot be read as a picture"),
        (b"not a picture", {}, 422, "cannot be read as a picture"),
        (b"", {}, 422, "empty"),
        (b'{"img": "x"}', {"Content-Type": "application/json"}, 415, "the file itself"),
        (b"--x", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "the file itself"),
    ],
)
def test_what_is_no_picture_is_one_sentence(
    ask: Ask, make_key: MakeKey, body: bytes, headers: dict[str, str], code: int, said: str
) -> None:
    answer = ask("POST", PREDICT, headers=make_key() | headers, content=body)
    assert answer.status_code == code, answer.text
    assert said in answer.json()["error"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "..\\..\\x.mp4", ".."])
def test_a_path_in_a_name_is_only_a_name(
    ask: Ask, make_key: MakeKey, service: ApiService, name: str, clip: Path
) -> None:
    key = make_key()
    answer = ask("POST", ANALYZE, params={"name": name}, headers=key, content=clip.read_bytes())
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]
    assert finish(ask, key, job)["phase"] == "done"
    folder = service.shelf._held[job].scratch.path
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert made <= {"upload", "out/result.json", "out/result.frames.json", ".mien-lock"}
    rows = ask("GET", f"{ANALYZE}/{job}/result?part=frames", headers=key).json()
    assert "/" not in rows[0]["file"]
    assert "\\" not in rows[0]["file"]


def test_an_hour_later_nothing_is_left(tmp_path: Path, store: Store, clip: Path) -> None:
    now = [0.0]
    shelf = JobShelf(clock=lambda: now[0])
    try:
        _, upload = shelf.reserve(1)
        now[0] = KEEP_S - 1
        assert shelf.purge() == 0
        now[0] = KEEP_S
        assert shelf.purge(dry_run=True) == 1
        assert upload.parent.exists()
        assert shelf.purge() == 1
        assert not upload.parent.exists()
    finally:
        shelf.close()


def test_pictures_stay_in_memory(
    ask: Ask, make_key: MakeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    noise = io.BytesIO()
    Image.effect_noise((1500, 1500), 90).save(noise, "PNG")
    assert noise.tell() > 2 * 2**20
    assert ask("POST", PREDICT, headers=make_key(), content=noise.getvalue()).status_code == 200
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith("mien.sqlite3")] == []
