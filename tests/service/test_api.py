"""The HTTP API used as programs use it: its answers, and its sentences."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fer_core.cli import app as cli
from fer_core.config import settings
from fer_core.errors import ModelError
from fer_core.service.predictor import Predictor
from fer_core.service.routes import ApiService
from fer_core.storage import Store
from tests.service.conftest import ANALYZE, PREDICT, Ask, MakeKey, finish


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
    state = finish(ask, key, job)
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
    assert finish(ask, key, job)["phase"] == "done"
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
    state = finish(ask, key, job)
    assert state["phase"] == "failed"
    assert state["error"].startswith("holiday.mp4 cannot be read as a video")
    answer = ask("GET", f"{ANALYZE}/{job}/result", headers=key)
    assert (answer.status_code, answer.json()["error"]) == (422, state["error"])


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
