"""The HTTP API used, misused and attacked."""

import gzip
import io
import json
import socket
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from fer_core.access.api_keys import revoke_api_key
from fer_core.cli import app as cli
from fer_core.config import settings
from fer_core.errors import ModelError
from fer_core.service import uploads
from fer_core.service.jobs import KEEP_S, MOST_PER_KEY, JobShelf
from fer_core.service.predictor import Predictor
from fer_core.service.routes import ApiService
from fer_core.storage import Store
from fer_core.storage.access_tables import ApiKey, AuditEntry
from tests.analysis.clips import write_video

Ask = Callable[..., httpx.Response]
MakeKey = Callable[..., dict[str, str]]
PREDICT, ANALYZE = "/api/v1/predict", "/api/v1/analyze"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=10)


def _finish(ask: Ask, key: dict[str, str], job: str) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        state = ask("GET", f"{ANALYZE}/{job}", headers=key).json()
        if state["phase"] not in ("waiting", "running"):
            return state
        time.sleep(0.1)
    raise AssertionError("the analysis did not end")


@pytest.mark.parametrize("base", ["", "/below"])
def test_a_picture_has_the_numbers_of_the_command_line(
    ask: Ask, make_key: MakeKey, portrait: Path, base: str
) -> None:
    answer = ask("POST", base + PREDICT, headers=make_key(), content=portrait.read_bytes())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(CliRunner().invoke(cli, ["predict", str(portrait), "--json"]).stdout)
    assert {"file": str(portrait)} | answer.json() == told


def test_a_video_is_a_job_with_progress_result_and_end(
    ask: Ask, make_key: MakeKey, clip: Path, tmp_path: Path, service: ApiService
) -> None:
    key = make_key()
    begun = ask("POST", f"{ANALYZE}?name=my.mp4", headers=key, content=clip.read_bytes())
    assert begun.status_code == 202, begun.text
    job = begun.json()["id"]
    assert begun.headers["location"] == f"analyze/{job}"
    state = _finish(ask, key, job)
    assert (state["phase"], state["share"]) == ("done", 1.0)
    service.shelf.purge()
    folder = service.shelf._held[job].scratch.path
    assert not (folder / "upload").exists()
    frames = ask("GET", f"{ANALYZE}/{job}/result?part=frames", headers=key).json()
    found = ask("GET", f"{ANALYZE}/{job}/result", headers=key).json()
    same = tmp_path / "my.mp4"
    same.write_bytes(clip.read_bytes())
    out = tmp_path / "out"
    done = CliRunner().invoke(cli, ["analyze", str(same), "--out", str(out), "--format", "json"])
    assert done.exit_code == 0, done.stderr
    told = json.loads((out / "my.json").read_text())
    assert {k: v for k, v in found.items() if k in ("people", "seconds")} == {
        k: v for k, v in told.items() if k in ("people", "seconds")
    }
    rows = json.loads((out / "my.frames.json").read_text())
    assert [row | {"file": ""} for row in frames] == [row | {"file": ""} for row in rows]
    assert {row["file"] for row in frames} == {"my.mp4"}
    # Fetched: nothing is left.
    assert ask("GET", f"{ANALYZE}/{job}", headers=key).status_code == 404
    assert not folder.exists()


@pytest.mark.parametrize("asked", [True, False])
def test_measures_are_those_of_the_command_line(
    ask: Ask, make_key: MakeKey, clip: Path, tmp_path: Path, asked: bool
) -> None:
    key = make_key()
    query = "?name=my.mp4&measures=true" if asked else "?name=my.mp4"
    job = ask("POST", ANALYZE + query, headers=key, content=clip.read_bytes()).json()["id"]
    assert _finish(ask, key, job)["phase"] == "done"
    parts = ("measures", "measures.seconds")
    answers = [ask("GET", f"{ANALYZE}/{job}/result?part={part}", headers=key) for part in parts]
    if not asked:
        assert {one.status_code for one in answers} == {422}
        assert "begin another with measures=true" in answers[0].json()["error"]
        return
    same, out = tmp_path / "my.mp4", tmp_path / "out"
    same.write_bytes(clip.read_bytes())
    told = ["analyze", str(same), "--out", str(out), "--format", "json", "--measures"]
    assert CliRunner().invoke(cli, told).exit_code == 0
    for part, answer in zip(parts, answers, strict=True):
        rows = json.loads((out / f"my.{part}.json").read_text())
        assert rows
        assert [r | {"file": ""} for r in answer.json()] == [r | {"file": ""} for r in rows]


def test_a_job_can_be_deleted_while_it_runs(
    ask: Ask, make_key: MakeKey, clip: Path, service: ApiService
) -> None:
    key = make_key()
    job = ask("POST", ANALYZE, headers=key, content=clip.read_bytes()).json()["id"]
    folder = service.shelf._held[job].scratch.path
    assert ask("DELETE", f"{ANALYZE}/{job}", headers=key).status_code == 204
    assert not folder.exists()
    assert ask("GET", f"{ANALYZE}/{job}/result", headers=key).status_code == 404


def test_a_file_that_is_no_video_fails_with_its_own_name(ask: Ask, make_key: MakeKey) -> None:
    key = make_key()
    job = ask("POST", f"{ANALYZE}?name=holiday.mp4", headers=key, content=b"x" * 999).json()["id"]
    state = _finish(ask, key, job)
    assert state["phase"] == "failed"
    assert state["error"].startswith("holiday.mp4 cannot be read as a video")
    answer = ask("GET", f"{ANALYZE}/{job}/result", headers=key)
    assert (answer.status_code, answer.json()["error"]) == (422, state["error"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer mien_wrong"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Basic bWllbjptaWVu"},
        {"Authorization": "Bearer mien_' OR 1=1 --"},
    ],
)
def test_without_the_right_key_there_is_nothing(ask: Ask, headers: dict[str, str]) -> None:
    for method, path in (("POST", PREDICT), ("POST", ANALYZE), ("GET", f"{ANALYZE}/1")):
        answer = ask(method, path, headers=headers, content=b"x")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "key" in answer.json()["error"]


def test_who_tries_keys_has_to_wait_and_others_do_not(
    ask: Ask, make_key: MakeKey, portrait: Path
) -> None:
    for _ in range(10):
        assert ask("GET", f"{ANALYZE}/1", headers={"Authorization": "Bearer no"}).status_code == 401
    right = make_key()
    refused = ask("GET", f"{ANALYZE}/1", headers=right)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert ask("GET", f"{ANALYZE}/1", headers=right, address="10.9.9.9").status_code == 404


def test_a_key_that_is_withdrawn_or_over_opens_nothing(
    ask: Ask, make_key: MakeKey, store: Store
) -> None:
    withdrawn, over = make_key(), make_key(days=1)
    with store.write() as session:
        first, second = session.scalars(select(ApiKey).order_by(ApiKey.id))
        revoke_api_key(session, key_id=first.id, now_s=store.now_s(), number=1)
        second.expires_s = store.now_s() - 1
    for key in (withdrawn, over):
        assert ask("GET", f"{ANALYZE}/1", headers=key).status_code == 401


def test_a_key_has_a_rate(ask: Ask, make_key: MakeKey) -> None:
    key = make_key(per_minute=3)
    codes = [ask("GET", f"{ANALYZE}/1", headers=key).status_code for _ in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert ask("GET", f"{ANALYZE}/1", headers=make_key()).status_code == 404


def test_the_key_is_kept_as_a_hash_and_the_log_knows_its_number(
    ask: Ask, make_key: MakeKey, store: Store
) -> None:
    key = make_key()
    for _ in range(3):
        ask("GET", f"{ANALYZE}/1", headers=key)
    token = key["Authorization"].split()[1]
    with store.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert token not in {str(value) for value in vars(row).values()}
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("gave", f"API key {row.id}"),
        ("called", "API, progress, first of the hour"),
    ]
    assert entries[1].number == row.number


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


def test_a_worker_that_dies_is_replaced_and_a_wrong_model_is_a_sentence(
    portrait: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor, data = Predictor(1), portrait.read_bytes()
    try:
        predictor.predict(data)
        worker = predictor._free.get_nowait()
        assert worker is not None
        worker._process.kill()
        predictor._free.put(worker)
        assert predictor.predict(data)["faces"][0]["label"] == "happy"
    finally:
        predictor.close()
    monkeypatch.setenv("FER_MODEL", "nosuch")
    settings.cache_clear()
    with pytest.raises(ModelError, match="nosuch"):
        Predictor(1).predict(data)


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "..\\..\\x.mp4", ".."])
def test_a_path_in_a_name_is_only_a_name(
    ask: Ask, make_key: MakeKey, service: ApiService, name: str, clip: Path
) -> None:
    key = make_key()
    answer = ask("POST", ANALYZE, params={"name": name}, headers=key, content=clip.read_bytes())
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]
    assert _finish(ask, key, job)["phase"] == "done"
    folder = service.shelf._held[job].scratch.path
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert made <= {"upload", "out/result.json", "out/result.frames.json", ".mien-lock"}
    rows = ask("GET", f"{ANALYZE}/{job}/result?part=frames", headers=key).json()
    assert "/" not in rows[0]["file"]
    assert "\\" not in rows[0]["file"]


def test_other_peoples_jobs_are_as_if_there_were_none(
    ask: Ask, make_key: MakeKey, clip: Path
) -> None:
    mine, theirs = make_key(), make_key()
    job = ask("POST", ANALYZE, headers=mine, content=clip.read_bytes()).json()["id"]
    ways = [("GET", f"{ANALYZE}/{{}}"), ("GET", f"{ANALYZE}/{{}}/result")]
    for method, path in [*ways, ("DELETE", f"{ANALYZE}/{{}}")]:
        real = ask(method, path.format(job), headers=theirs)
        made_up = ask(method, path.format("x" * len(job)), headers=theirs)
        assert (real.status_code, real.text) == (made_up.status_code, made_up.text)
        assert real.status_code == 404
    for odd in ("..%2f..%2fetc", "%00", job.upper(), job + "/../" + job):
        assert ask("GET", f"{ANALYZE}/{odd}", headers=theirs).status_code == 404
    assert _finish(ask, mine, job)["phase"] == "done"


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


def test_a_key_has_so_many_jobs_and_no_more(store: Store) -> None:
    shelf = JobShelf()
    try:
        for _ in range(MOST_PER_KEY):
            shelf.reserve(1)
        with pytest.raises(Exception, match="fetch or delete one first"):
            shelf.reserve(1)
        shelf.reserve(2)
    finally:
        shelf.close()


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("POST", f"{ANALYZE}?every_s=-1", 422),
        ("POST", f"{ANALYZE}?every_s=nan", 422),
        ("POST", f"{ANALYZE}?smooth_s=inf", 422),
        ("GET", f"{ANALYZE}/x/result?part=../../etc", 422),
        ("GET", PREDICT, 405),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/../../etc/passwd", 404),
    ],
)
def test_impossible_requests_are_one_sentence(
    ask: Ask, make_key: MakeKey, method: str, path: str, code: int
) -> None:
    answer = ask(method, path, headers=make_key(), content=b"x" if method == "POST" else None)
    assert answer.status_code == code, answer.text
    if path.startswith("/api/v1/") and ".." not in path[:12]:
        assert answer.json()["error"]


def test_a_page_of_another_site_may_not_call(ask: Ask, make_key: MakeKey, portrait: Path) -> None:
    headers = make_key() | {"Origin": "https://evil.example"}
    answer = ask("POST", PREDICT, headers=headers, content=portrait.read_bytes())
    assert answer.status_code == 403


def test_the_page_loads_nothing_from_elsewhere_and_the_schema_is_relative(ask: Ask) -> None:
    page = ask("GET", "/below/api/v1/").text
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    for told in ("POST predict", "GET analyze/{job_id}/result", "mouth_width", "Retry-After"):
        assert told in page
    schema = ask("GET", "/below/api/v1/openapi.json").json()
    assert set(schema["paths"]) == {
        "/predict",
        "/analyze",
        "/analyze/{job_id}",
        "/analyze/{job_id}/result",
    }
    assert schema.get("servers", []) == []


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
