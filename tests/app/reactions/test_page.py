"""The Reactions page with a fake camera and player: watching, giving, the operator's view."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.app.access import cookies
from fer_core.app.live.page import STREAM_KEY as LIVE_KEY
from fer_core.app.reactions import watch as watch_module
from fer_core.app.reactions.player import PlayerReport, parse_report
from fer_core.app.stream import camera, webrtc
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.reactions import Course, Shelf
from fer_core.storage import Store, audit, choices
from tests.analysis.clips import write_video
from tests.app.fakes import SNAPSHOT, FakeSession, FakeStream, enter, make_sample


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_K_MIN", "3")


class Viewer:
    """What camera and player are made to say."""

    def __init__(self) -> None:
        self.report: PlayerReport | None = None
        self.session = FakeSession(recorded=tuple(make_sample(i) for i in range(9)))

    def at(self, stream_s: float, report: PlayerReport) -> None:
        self.session.current = replace(SNAPSHOT, time_s=stream_s)
        self.report = report


@pytest.fixture
def viewer(store: Store, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    made, stream = Viewer(), FakeStream()

    def check(attempt: int, **_: object) -> CameraReport | None:
        return CameraReport(attempt, "ok") if attempt else None

    def open_stream(callback: Any, *, key: str, **how: Any) -> FakeStream:
        assert key != LIVE_KEY
        return stream.open_stream(callback, **how)

    monkeypatch.setattr(camera, "mount_camera_check", check)
    monkeypatch.setattr(webrtc, "open_stream", open_stream)
    monkeypatch.setattr(visit_module, "LiveSession", lambda *args, **how: made.session)
    monkeypatch.setattr(watch_module, "show_player", lambda path, **how: made.report)
    return made


@pytest.fixture
def jar(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    sent: dict[str, str] = {}
    monkeypatch.setattr(cookies, "read_cookie", sent.get)
    return sent


def add_clip(tmp_path: Path, *, frames: int = 50) -> Shelf:
    shelf = Shelf()
    video = write_video(tmp_path / "made.mp4", frames=frames)
    shelf.add("Advert", "made.mp4", io.BytesIO(video.read_bytes()))
    return shelf


def page() -> None:
    from fer_core.app.reactions.page import show_reactions_page

    show_reactions_page()


def show() -> AppTest:
    return AppTest.from_function(page, default_timeout=120).run()


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def watch(app: AppTest, viewer: Viewer) -> AppTest:
    app.button(key="reactions_start").click().run()
    viewer.at(2.0, PlayerReport(1, 10.0, 0.0, True, False))
    app.run()
    viewer.at(7.0, PlayerReport(2, 15.0, 5.0, False, True))
    return app.run()


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
    assert any("your face was seen in 90% of it" in text.value for text in app.markdown)
    assert any("Nothing is kept" in text.value for text in app.caption)
    assert "reactions_give" not in keys(app)
    assert shelf.courses(shelf.clips()[0]) == []


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
        shelf.give(clip, Course(np.full((5, 7), 1 / 7), np.ones(5)), "I agree.")
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
