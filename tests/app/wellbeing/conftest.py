"""A store of its own, cookies, a camera and a stream that are fakes."""

from collections.abc import Callable
from typing import Any

import pytest

from fer_core.app.access import cookies
from fer_core.app.live.page import STREAM_KEY as LIVE_KEY
from fer_core.app.stream import camera, webrtc
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.app.wellbeing import checkin as checkin_module
from fer_core.storage import Store
from tests.app.fakes import FakeStream
from tests.app.wellbeing.visitor import Visitor


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_K_MIN", "3")


@pytest.fixture
def visitor(store: Store, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    made = Visitor(store, {})
    made.see(0)
    monkeypatch.setattr(cookies, "read_cookie", made.jar.get)

    def check(attempt: int, **_: object) -> CameraReport | None:
        return CameraReport(attempt, "ok") if attempt else None

    def open_stream(callback: Callable[..., Any], *, key: str, **how: Any) -> FakeStream:
        assert key != LIVE_KEY
        return made.stream.open_stream(callback, **how)

    monkeypatch.setattr(camera, "mount_camera_check", check)
    monkeypatch.setattr(webrtc, "open_stream", open_stream)
    monkeypatch.setattr(visit_module, "LiveSession", lambda *args, **how: made.session)
    monkeypatch.setattr(checkin_module, "shared_admission", lambda: made.admission)
    return made
