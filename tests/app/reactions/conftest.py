"""The Reactions page with a fake camera and player."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.access import cookies
from fer_core.app.live.page import STREAM_KEY as LIVE_KEY
from fer_core.app.parts.player import PlayerReport
from fer_core.app.reactions import clip as clip_module
from fer_core.app.reactions import watch as watch_module
from fer_core.app.stream import camera, webrtc
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.reactions import Shelf
from fer_core.storage import Store
from tests.analysis.clips import write_video
from tests.app.fakes import SNAPSHOT, FakeSession, FakeStream, make_sample


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_K_MIN", "3")


class Viewer:
    """What camera and player are made to say."""

    def __init__(self) -> None:
        self.report: PlayerReport | None = None
        self._told: tuple[PlayerReport | None, str] = (None, "")
        self.session = FakeSession(recorded=tuple(make_sample(i) for i in range(9)))
        self.played: dict[str, Any] = {}
        self.drawn: dict[str, Any] = {}
        self.pick: float | None = None

    def tell(self, _: Path, *, key: str, **how: Any) -> PlayerReport | None:
        """What the player of this key says: each report is of one player."""
        if self._told[0] is not self.report:
            self._told = (self.report, key)
        return self.report if self._told[1] == key else None

    def play(self, path: Path, **how: Any) -> None:
        """The player beside a course."""
        self.played = how | {"path": path}

    def draw(self, **how: Any) -> None:
        """That course; a click in it is heard by the next run of the page."""
        self.drawn = how
        if self.pick is not None:
            how["on_pick"](self.pick)
            self.pick = None

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
    monkeypatch.setattr(watch_module, "show_player", made.tell)
    monkeypatch.setattr(clip_module, "show_player", made.play)
    monkeypatch.setattr(clip_module, "show_timeline", lambda *values, **how: made.draw(**how))
    return made


@pytest.fixture
def jar(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    sent: dict[str, str] = {}
    monkeypatch.setattr(cookies, "read_cookie", sent.get)
    return sent


def add_clip(tmp_path: Path, *, frames: int = 50, names: Sequence[str] = ("Advert",)) -> Shelf:
    shelf = Shelf()
    video = write_video(tmp_path / "made.mp4", frames=frames).read_bytes()
    for name in names:
        shelf.add(name, "made.mp4", io.BytesIO(video))
    return shelf


def page() -> None:
    from fer_core.app.reactions.page import show_reactions_page

    show_reactions_page()


def show() -> AppTest:
    return AppTest.from_function(page, default_timeout=120).run()
