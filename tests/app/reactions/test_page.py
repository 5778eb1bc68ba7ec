"""The Reactions page with a fake camera and player: watching, giving, the operator's view."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import AttemptLimiter, Role
from fer_core.app.parts.player import PlayerReport, parse_report
from fer_core.app.reactions import giving
from fer_core.app.reactions.clip import find_peak
from fer_core.app.reactions.texts import STILL, TOO_MANY
from fer_core.app.reactions.together import file_stem
from fer_core.reactions import ReactionCourse, Shelf
from fer_core.storage import Store, audit, choices
from tests.analysis.clips import write_video
from tests.app.device.sending import Device
from tests.app.fakes import enter
from tests.app.reactions.conftest import Viewer, add_clip, show


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def watch(app: AppTest, viewer: Viewer, *, moves: bool = True) -> AppTest:
    app.button(key="reactions_start").click().run()
    for second in range(8):  # what the stream's thread would see
        left = 10.0 * (second % 2) if moves else 0.0
        app.session_state["reactions_desk"].motion.add(second, [left, 0, left + 100, 100])
    viewer.at(2.0, PlayerReport(1, 10.0, 0.0, True, False))
    app.run()
    viewer.at(7.0, PlayerReport(2, 15.0, 5.0, False, True))
    return app.run()


def test_a_viewer_on_their_own_device_sees_their_own(
    viewer: Viewer, jar: dict[str, str], tmp_path: Path
) -> None:
    add_clip(tmp_path)
    app = show()
    app.button(key="reactions_start_device").click().run()
    assert not app.exception
    desk = app.session_state["reactions_desk"]
    device = Device(desk.device)
    assert not desk.is_seen
    device.send(9)
    app.run()
    assert desk.is_seen, "the clip may begin"
    viewer.report = PlayerReport(1, 10.0, 0.0, True, False)
    app.run()
    viewer.report = PlayerReport(2, 15.0, 5.0, False, True)
    app.run()
    device.send(1)
    app.run()
    app.run()
    assert not app.exception
    assert "What your face showed" in [one.value for one in app.header]
    assert desk.course.coverage > 0.8
    assert not desk.is_on


def test_without_a_clip_there_is_a_demonstration(viewer: Viewer, jar: dict[str, str]) -> None:
    app = show()
    assert not app.exception
    assert "There is no clip yet" in app.info[0].value
    assert any("twenty viewers" in text.value for text in app.markdown)
    assert "reactions_start" not in keys(app)


def test_a_viewer_sees_their_own_and_nothing_is_kept(
    viewer: Viewer, jar: dict[str, str], tmp_path: Path
) -> None:
    shelf = add_clip(tmp_path)
    app = watch(show(), viewer)
    assert not app.exception
    assert viewer.session.is_closed, "the camera is off when the clip is over"
    assert any("your face was seen in 90.0 % of it" in text.value for text in app.markdown)
    assert any("Nothing is kept" in text.value for text in app.caption)
    assert "reactions_give" not in keys(app)
    assert shelf.courses(shelf.clips()[0]) == []


def test_the_clip_stands_beside_the_course_with_one_cursor(
    viewer: Viewer, jar: dict[str, str], tmp_path: Path
) -> None:
    shelf = add_clip(tmp_path)
    app = watch(show(), viewer)
    assert not app.exception
    assert viewer.played["path"] == shelf.path(shelf.clips()[0])
    assert viewer.played["channel"] == viewer.drawn["channel"] != ""
    peak_s = viewer.played["at_s"]
    assert viewer.drawn["mark_s"] == peak_s, "both begin at the strongest moment"
    assert any(text.value.startswith("**Strongest: happy") for text in app.markdown)
    for pick, at_s in ((4.2, 4.2), (99.0, 5.0)):
        viewer.pick = pick
        app.run().run()
        assert (viewer.played["at_s"], viewer.drawn["mark_s"]) == (pytest.approx(at_s),) * 2
    app.button(key=next(key for key in keys(app) if key.startswith("reactions_peak_"))).click()
    app.run()
    assert viewer.played["at_s"] == viewer.drawn["mark_s"] == peak_s


def test_a_still_picture_is_no_viewer(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    add_clip(tmp_path)
    with store.write() as session:
        details = {"reference": "T", "ethics_approved": True}
        choices.choose_purpose(session, purpose="research", number=1, now_s=1, **details)
    app = watch(show(), viewer, moves=False)
    assert "reactions_give" not in keys(app)
    assert STILL in [one.value for one in app.info]
    app.button(key="reactions_start_device").click().run()
    Device(app.session_state["reactions_desk"].device).send(9, is_still=True)
    app.run()
    app.button(key="reactions_stop").click().run()
    assert not app.session_state["reactions_desk"].is_person
    assert "reactions_give" not in keys(app)


def test_one_network_gives_so_many_viewings_an_hour(
    viewer: Viewer,
    jar: dict[str, str],
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf, limiter = add_clip(tmp_path), AttemptLimiter(1, 3600.0)
    monkeypatch.setattr(giving, "give_limiter", lambda: limiter)
    monkeypatch.setattr(giving, "visitor_network", lambda: "192.0.2.1")
    with store.write() as session:
        details = {"reference": "T", "ethics_approved": True}
        choices.choose_purpose(session, purpose="research", number=1, now_s=1, **details)
    for _ in range(2):
        viewer.report = None
        app = watch(show(), viewer)
        app.checkbox(key="reactions_agree").check().run()
        app.button(key="reactions_give").click().run()
    assert TOO_MANY in [one.value for one in app.error]
    assert len(shelf.courses(shelf.clips()[0])) == 1


def test_giving_needs_the_agreement_and_can_be_taken_back(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    shelf = add_clip(tmp_path)
    with store.write() as session:
        details = {"reference": "T", "ethics_approved": True}
        choices.choose_purpose(session, purpose="research", number=1, now_s=1, **details)
    app = watch(show(), viewer)
    assert app.button(key="reactions_give").disabled
    app.checkbox(key="reactions_agree").check().run()
    app.button(key="reactions_give").click().run()
    assert not app.exception
    given = shelf.courses(shelf.clips()[0])
    assert len(given) == 1
    assert given[0] is not None
    assert given[0].probs.argmax(axis=1).tolist() == [3] * 5
    code = app.code[0].value
    app.text_input[0].set_value(code)
    next(b for b in app.button if b.label == "Delete").click().run()
    assert shelf.courses(shelf.clips()[0]) == [None]
    assert any("Deleted" in text.value for text in app.success)


@pytest.mark.parametrize(("viewers", "shown"), [(2, False), (3, True)])
def test_the_operator_sees_k_viewers_or_none(
    viewers: int,
    shown: bool,
    viewer: Viewer,
    jar: dict[str, str],
    store: Store,
    tmp_path: Path,
) -> None:
    shelf = add_clip(tmp_path)
    clip = shelf.clips()[0]
    for _ in range(viewers):
        shelf.give(clip, ReactionCourse(np.full((5, 7), 1 / 7), np.ones(5)), "I agree.")
    enter(store, jar, Role.EDUCATOR)
    app = show()
    app.session_state["reactions_tab"] = "Together"
    app.run()
    assert not app.exception
    texts = [text.value for text in (*app.markdown, *app.info)]
    assert any("viewers, counted in full groups of 3" in text for text in texts) is shown
    assert any("Fewer than 3 viewers" in text for text in texts) is not shown
    app.run()
    with store.read() as session:
        looked = [e.subject for e, _ in audit.list_entries(session) if e.action == "looked"]
    assert looked == ([f"reactions, clip {clip.key}, 3 viewers"] if shown else [])


def test_a_visitor_has_no_operators_part(
    viewer: Viewer, jar: dict[str, str], tmp_path: Path
) -> None:
    add_clip(tmp_path)
    app = show()
    assert not app.tabs
    assert not any("Add clip" in button.label for button in app.button)


SAID = {"count": 2, "said_s": 9.5, "clip_s": 1.5, "plays": True, "ended": False}


@pytest.mark.parametrize(
    "value", [None, 3, {}, SAID | {"clip_s": "x"}, SAID | {"clip_s": -1}, SAID | {"said_s": None}]
)
def test_a_report_that_is_none(value: object) -> None:
    assert parse_report(value) is None


def test_a_report() -> None:
    assert parse_report(SAID) == PlayerReport(2, 9.5, 1.5, True, False)


def test_the_operator_adds_and_removes_a_clip(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    enter(store, jar, Role.MANAGER)
    app = show()
    app.session_state["reactions_tab"] = "Together"
    app.run()
    video = write_video(tmp_path / "made.mp4", frames=20).read_bytes()
    for name, content, words in (
        ("Broken", b"no video", "made.mp4 cannot be read as a video"),
        ("An [advert]", video, ""),
    ):
        app.text_input[-1].set_value(name)
        app.file_uploader[0].set_value([("made.mp4", content, "video/mp4")])
        next(button for button in app.button if button.label == "Add clip").click().run()
        assert not app.exception, app.exception
        assert [error.value.startswith(words) for error in app.error] == ([True] if words else [])
    (clip,) = Shelf().clips()
    assert (clip.name, clip.duration_s) == ("An [advert]", pytest.approx(2.0))
    app.button(key=f"reactions_remove_{clip.key}").click().run()
    assert not app.exception, app.exception
    assert Shelf().clips() == []


def test_the_strongest_second_and_what_files_are_called() -> None:
    probs = np.full((5, 7), np.nan)
    assert find_peak(probs) is None
    probs[1:4] = [[0.1, 0, 0, 0.2, 0, 0, 0.7], [0, 0, 0, 0.8, 0, 0, 0.2], [0, 0, 0, 0, 0, 0, 1.0]]
    assert find_peak(probs) == (2, "happy", pytest.approx(0.8))
    at = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)
    assert file_stem("reaction", "A <clip> & more", at) == "reaction-a-clip-more-20261127-0912"
