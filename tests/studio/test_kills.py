"""Erasing, deleting, importing: killed before any change of a file, the next sweep finishes it."""

import contextlib
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fer_core.errors import BusyError, FerError, InputError
from fer_core.retention import sweep
from fer_core.studio import StudioSet, erasing, list_sets
from fer_core.studio.archive import export_set, import_set
from fer_core.training.personal_card import studio_card
from tests.kills import kill_before
from tests.studio.conftest import make_faces

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")


@pytest.fixture
def work(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A set of two with a model, a run and a report, to begin each try with; and where it goes."""
    (data_dir / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(data_dir / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    found = StudioSet.create("Lab one", keep_days=10)
    for index, name in enumerate(("anna", "ben")):
        found.enrol(name)
        found.add_take(name, "happy", make_faces(2, seed=index + 1))
    model = data_dir / "models" / "mine"
    model.mkdir(parents=True)
    people = {p: {"n": 2, "before": 0.3, "after": 0.6} for p in ("anna", "ben")}
    part = {"base": "mien", "faces": 4, "held_out": "by participant", "before": 0.3, "after": 0.6}
    metrics = {"studio": part | {"by_participant": people}}
    spec = {"name": "mine", "data": {"name": "lab-one"}}
    (model / "metrics.json").write_text(json.dumps(metrics))
    (model / "spec.json").write_text(json.dumps(spec))
    (model / "README.md").write_text(studio_card(spec, metrics))
    run = data_dir / "runs" / "first-1"
    run.mkdir(parents=True)
    (run / "config.json").write_text(json.dumps({"recipe": {}, "data": {"path": str(found.path)}}))
    found.note_model("mine", ["anna", "ben"])
    (found.path / "report.json").write_text('{"anna": 1}')
    assert b"anna" in (model / "README.md").read_bytes()
    saved = data_dir / "saved"
    saved.mkdir()
    for name in ("recordings", "models", "runs"):
        shutil.copytree(data_dir / name, saved / name)
    return data_dir, saved


def every_kill(work: tuple[Path, Path], action: Callable[[], object]) -> Iterator[int]:
    """Begin anew, kill before the n-th change, and hand over to the test, for every n."""
    data_dir, saved = work
    number, killed = 1, True
    while killed:
        for name in ("recordings", "models", "runs"):
            shutil.rmtree(data_dir / name, ignore_errors=True)
            shutil.copytree(saved / name, data_dir / name)
        killed = kill_before(number, action, data_dir / "")
        yield number
        number += 1
    assert number > 8, "there were many changes"


def holds(data_dir: Path, needle: bytes) -> list[str]:
    """What names somebody, or is a picture of theirs that no line names."""
    found = [data_dir / name for name in ("recordings", "models", "runs")]
    return [
        str(path.relative_to(data_dir))
        for top in found
        for path in top.rglob("*")
        if path.is_file() and needle in path.read_bytes()
    ]


def test_an_erasure_is_finished(work: tuple[Path, Path]) -> None:
    data_dir, saved = work
    pictures = {
        name: [row.file for row in StudioSet.find("lab-one").rows() if row.participant == name]
        for name in ("anna", "ben")
    }
    not_begun = 0
    for _ in every_kill(work, lambda: StudioSet.find("lab-one").erase("anna")):
        assert sweep(None).problems == ()
        found = StudioSet.find("lab-one")
        if "anna" in found.info().participants:  # killed before it began
            not_begun += 1
            assert holds(data_dir, b"anna") == holds(saved, b"anna"), "nothing is half gone"
            found.erase("anna")
        assert holds(data_dir, b"anna") == []
        files = {f"faces/{path.name}" for path in (found.path / "faces").iterdir()}
        assert files == set(pictures["ben"])
        assert "| ben | 2 |" in (data_dir / "models/mine/README.md").read_text()
        assert (data_dir / "runs/first-1/erased").exists()
        assert [p.name for p in found.path.iterdir() if p.name.startswith((".", "erasing"))] == []
        with pytest.raises(InputError):
            found.erase("anna")
    assert not_begun <= 6, "only until what is to be done is written down"


def test_an_erasure_that_was_killed_can_be_asked_for_again(work: tuple[Path, Path]) -> None:
    data_dir, _ = work
    for _ in every_kill(work, lambda: StudioSet.find("lab-one").erase("anna")):
        found = StudioSet.find("lab-one")
        with contextlib.suppress(InputError):  # where all of it is done
            found.erase("anna")
        assert holds(data_dir, b"anna") == []


def test_a_deletion_is_finished(work: tuple[Path, Path]) -> None:
    data_dir, saved = work
    for number in every_kill(work, lambda: StudioSet.find("lab-one").delete()):
        for found in list_sets():
            assert len(found.rows()) == 4, "in a list only while nothing is gone"
            assert holds(data_dir, b"anna") == holds(saved, b"anna")
        assert sweep(None).problems == ()
        left = [path.name for path in (data_dir / "recordings").iterdir() if path.name != ".locks"]
        if left == ["lab-one"]:
            assert number <= 6, "only until what is to be done is written down"
            assert len(StudioSet.find("lab-one").rows()) == 4
            continue
        assert left == []
        assert holds(data_dir, b"anna") == holds(data_dir, b"ben") == []


def test_an_import_leaves_all_or_nothing(work: tuple[Path, Path]) -> None:
    data_dir, _ = work
    packed = io.BytesIO()
    export_set(StudioSet.find("lab-one"), packed)

    def take_in() -> None:
        import_set(io.BytesIO(packed.getvalue()), title="Other")

    for _ in every_kill(work, take_in):
        assert {found.name for found in list_sets()} <= {"lab-one", "other"}
        for piece in (data_dir / "recordings").glob(".*.part"):
            os.utime(piece, (1, 1))  # long ago: a young one may be somebody's at work
        assert sweep(None).problems == ()
        left = {path.name for path in (data_dir / "recordings").iterdir()} - {".locks"}
        assert left in ({"lab-one"}, {"lab-one", "other"})
        assert all(len(found.rows()) == 4 for found in list_sets())


def test_a_take_leaves_no_picture_that_no_line_names(work: tuple[Path, Path]) -> None:
    def take() -> None:
        StudioSet.find("lab-one").add_take("anna", "sad", make_faces(2, seed=9))

    for _ in every_kill(work, take):
        assert sweep(None).problems == ()
        found = StudioSet.find("lab-one")
        files = {f"faces/{path.name}" for path in (found.path / "faces").iterdir()}
        assert files == {row.file for row in found.rows()}


def test_a_model_whose_replacing_was_killed_forgets_as_well(work: tuple[Path, Path]) -> None:
    data_dir, _ = work
    (data_dir / "models/mine").rename(data_dir / "models/.replaced-0123456789abcdef-mine")
    StudioSet.find("lab-one").delete()
    assert sweep(None).problems == ()
    assert holds(data_dir, b"anna") == []
    assert "mine" in [path.name for path in (data_dir / "models").iterdir()]


def test_who_was_to_be_erased_is_forgotten_with_the_set(
    work: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, _ = work

    def refuse(*_: object) -> bool:
        raise BusyError("The model is being scored.")

    found = StudioSet.find("lab-one")
    with monkeypatch.context() as busy:
        busy.setattr(erasing, "forget_participant", refuse)
        with pytest.raises(BusyError):
            found.erase("anna")
    assert holds(data_dir, b"anna")
    found.delete()
    assert holds(data_dir, b"anna") == []


def test_a_set_can_be_deleted_where_nothing_can_be_written(
    work: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, _ = work

    def is_full(*_: object) -> None:
        raise FerError("There is no room.")

    monkeypatch.setattr(erasing, "write_private", is_full)
    StudioSet.find("lab-one").delete()
    assert holds(data_dir, b"anna") == []
    assert list_sets() == []


def test_a_set_that_cannot_be_deleted_keeps_no_other(
    work: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are over; the first one's folder is another account's."""
    StudioSet.create("An older one", keep_days=10)
    delete = StudioSet.delete

    def refuse(found: StudioSet) -> None:
        if found.name == "an-older-one":
            raise FerError("It cannot be written.")
        delete(found)

    monkeypatch.setattr(StudioSet, "delete", refuse)
    sweep(None, now_s=time.time() + 20 * 86_400)
    assert [found.name for found in list_sets()] == ["an-older-one"]
