"""Sets on disk: rights, consent, curation, erasure, retention."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.errors import DataError, FerError, InputError
from fer_core.runs.erased import runs_on
from fer_core.studio import StudioSet, list_sets, purge_sets
from fer_core.studio.cutting import drop_near
from fer_core.studio.info import DAY_S
from tests.studio.conftest import NOW_S, make_faces, make_image


def all_bytes(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_files_are_private_and_the_set_loads_as_any_other(made: StudioSet) -> None:
    old = os.umask(0)
    try:
        made.add_take("anna", "happy", make_faces(2, seed=99))
    finally:
        os.umask(old)
    for path in [made.path, *made.path.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    faces = load_dataset(made.path)
    assert len(faces) == 44
    assert faces.participants is not None
    assert set(faces.participants) == {"anna", "ben"}
    assert faces.class_counts()["happy"] == 8


def test_retention_is_set_at_creation_and_purged(made: StudioSet) -> None:
    assert made.info().until_s == NOW_S + 10 * DAY_S
    assert purge_sets(NOW_S + 10 * DAY_S - 1) == []
    late = StudioSet(made.path, clock=lambda: NOW_S + 10 * DAY_S)
    with pytest.raises(InputError, match="is over"):
        late.add_take("anna", "happy", make_faces(1, seed=50))
    assert purge_sets(NOW_S + 10 * DAY_S) == ["lab-one"]
    assert list_sets() == []
    assert not made.path.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pseudonym": "ANNA"}, "already"),
        ({"pseudonym": "  "}, "1 to 40"),
        ({"pseudonym": "a/b"}, "1 to 40"),
        ({"pseudonym": "cleo", "is_minor": True}, "guardian"),
        ({"pseudonym": "cleo", "is_minor": True, "guardian": " "}, "guardian"),
    ],
)
def test_whom_nobody_may_record(made: StudioSet, options: dict, words: str) -> None:
    with pytest.raises(FerError, match=words):
        made.enrol(**options)


def test_minors_are_recorded_with_their_guardian(made: StudioSet) -> None:
    name, consent = made.enrol(" cleo ", is_minor=True, guardian="her mother")
    person = made.info().participants[name]
    assert (name, consent.guardian, person.is_minor) == ("cleo", "her mother", True)
    assert made.info().find_receipt(consent.receipt) == "cleo"
    assert made.info().find_receipt("0" * 16) is None


def test_without_consent_nothing_is_stored(made: StudioSet) -> None:
    before = all_bytes(made.path)
    with pytest.raises(InputError, match="consent"):
        made.add_take("dora", "happy", make_faces(1))
    assert all_bytes(made.path) == before


def test_near_duplicates_are_dropped(made: StudioSet) -> None:
    take = make_faces(3, seed=77)
    again = [*take, *make_faces(1, seed=78)]
    assert made.add_take("anna", "sad", take).kept == 3
    stored = made.add_take("anna", "sad", again)
    assert (stored.kept, stored.dropped) == (1, 3)


def test_the_first_of_several_alike_stays() -> None:
    a, b = make_image(1), make_image(2)
    assert drop_near(np.stack([a, a, b, a, b]), np.stack([make_image(3)])) == [0, 2]
    assert drop_near(np.stack([a, b]), np.stack([b])) == [0]


def test_relabel_reject_undo(made: StudioSet) -> None:
    row = next(r for r in made.rows() if r.emotion == "fear")
    before = made.change([row.file], emotion="surprise", is_rejected=True)
    now = next(r for r in made.rows() if r.file == row.file)
    assert (now.emotion, now.asked, now.is_rejected) == ("surprise", "fear", True)
    assert len(load_dataset(made.path)) == 41, "what is rejected trains nothing"
    made.undo(before)
    assert row in made.rows()
    assert made.change([row.file], is_rejected=True, only=["ben"]) == [], "not one's own"


def test_erasing_leaves_nothing_behind(made: StudioSet, data_dir: Path) -> None:
    model = data_dir / "models" / "mine"
    model.mkdir(parents=True)
    people = {p: {"n": 21, "before": 0.3, "after": 0.6} for p in ("anna", "ben")}
    part = {"base": "mien", "faces": 42, "held_out": "by participant"}
    metrics = {"studio": part | {"before": 0.3, "after": 0.6, "by_participant": people}}
    (model / "metrics.json").write_text(json.dumps(metrics))
    spec = {"name": "mine", "data": {"name": "lab-one"}}
    (model / "spec.json").write_text(json.dumps(spec))
    (model / "README.md").write_text("| anna | 21 |")
    run = data_dir / "runs" / "first-1"
    run.mkdir(parents=True)
    (run / "config.json").write_text(json.dumps({"data": {"path": str(made.path)}}))
    made.note_model("mine", ["anna", "ben"])
    (made.path / "report.json").write_text('{"anna": 1}')
    (made.path / "faces" / ("f" * 16 + ".png")).write_bytes(b"left by a killed process")

    erased = made.erase("anna")

    assert (erased.pictures, erased.models) == (21, ("mine",))
    assert b"anna" not in all_bytes(data_dir)
    assert b"anna" not in b"".join(str(p).encode() for p in data_dir.rglob("*"))
    assert {f"faces/{p.name}" for p in (made.path / "faces").iterdir()} == {
        row.file for row in made.rows()
    }
    assert "| ben | 21 |" in (model / "README.md").read_text()
    assert runs_on(made.path) == ["first-1"]
    with pytest.raises(InputError):
        made.erase("anna")


@pytest.mark.parametrize("name", ["../x", "/etc", "", "nothing", ".locks"])
def test_sets_are_found_by_name_only(made: StudioSet, name: str) -> None:
    with pytest.raises(InputError):
        StudioSet.find(name)


def test_damage_is_a_sentence(made: StudioSet) -> None:
    (made.path / "set.json").write_text("{")
    with pytest.raises(DataError, match=r"set\.json is damaged"):
        made.info()
    assert purge_sets(NOW_S * 2.0) == [], "a person has to look at it"
