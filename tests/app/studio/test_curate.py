"""Faces rejected, relabelled, chosen; takes stored and read from cut videos."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from fer_core.app.studio import state
from fer_core.app.studio.upload import guess_emotion, read_takes
from fer_core.studio import StudioSet
from fer_core.studio.consent import RecordingConsent
from tests.app.studio.conftest import open_page
from tests.studio.conftest import make_faces, make_image


def choose(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """As if that many faces were pressed in the grid."""
    monkeypatch.setattr(
        "fer_core.app.studio.curate.show_grid",
        lambda rows, images, **_: [row.file for row in rows[:count]],
    )


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("studio-do-reject", lambda row: row.is_rejected),
        ("studio-do-relabel", lambda row: row.emotion == "angry"),
    ],
)
def test_curate_and_undo(
    made: tuple[StudioSet, dict[str, RecordingConsent]],
    owner: None,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    change: Callable[[object], bool],
) -> None:
    found, _ = made
    before = found.rows()
    choose(monkeypatch, 3)
    app = open_page(state.CURATE)
    app.selectbox(key="studio-show").select("fear").run()
    app.button(key=key).click().run()
    assert not app.exception
    assert sum(map(change, found.rows())) == sum(map(change, before)) + 3
    app.button(key="studio-undo").click().run()
    assert found.rows() == before


def test_faces_that_are_not_shown_cannot_be_chosen(
    made: tuple[StudioSet, dict[str, RecordingConsent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_core.app.studio import grid

    rows = made[0].rows()[:3]
    names = [rows[2].file, "faces/" + "0" * 16 + ".png", 7]
    monkeypatch.setattr(grid, "_GRID", lambda **_: {"chosen": names})
    assert grid.show_grid(rows, made[0].images(rows), stamp="0", key="k") == [rows[2].file]


@pytest.mark.parametrize(
    ("name", "place"),
    [("anna_happy.mp4", 3), ("SAD.mov", 4), ("clip.mp4", None), ("happy-sad.mp4", None)],
)
def test_expressions_are_read_from_file_names(name: str, place: int | None) -> None:
    assert guess_emotion(name) == place


def test_cut_videos_become_takes(tmp_path: Path) -> None:
    from fer_core.studio.names import encode_png

    (tmp_path / "video00").mkdir()
    (tmp_path / "video00" / "00000.png").write_bytes(encode_png(make_image(1)))
    header = "file,participant,clip,emotion,time_s,detector,box,quality,hints"
    line = "video00/00000.png,p,video00,happy,0.2,short,1 2 3 4,0.500,too-dark"
    (tmp_path / "manifest.csv").write_text(f"{header}\n{line}\n")
    takes = read_takes(tmp_path, ["video00.mp4", "video01.mp4"], ["happy", "sad"])
    ((happy, (face,)), (sad, none)) = takes
    assert (happy, sad, none) == ("happy", "sad", [])
    assert (face.box, face.quality.hints, face.time_s) == ((1, 2, 3, 4), ("too-dark",), 0.2)


def test_a_take_is_stored_and_the_next_one_begins(
    made: tuple[StudioSet, dict[str, RecordingConsent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_core.app.studio import camera

    found, _ = made
    begun: list[str] = []
    recorder = SimpleNamespace(
        collect=lambda: ("happy", make_faces(4, seed=77)), begin=begun.append
    )
    desk = state.StudioDesk(recorder=recorder)  # type: ignore[arg-type]
    desk.own("lab-one", "anna")
    monkeypatch.setattr(state, "this_desk", lambda: desk)
    camera._store_take(desk, found, "anna")
    assert desk.stored == "happy: 4 pictures stored."
    assert begun == ["sad"], "the rarest of all seven"
    desk.goes_on = False
    camera._store_take(desk, found, "anna")
    assert "0 pictures stored, 4 too like another" in desk.stored
    assert begun == ["sad"]
