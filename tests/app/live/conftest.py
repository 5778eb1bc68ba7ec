"""The live page with a browser, a stream and a place that are fakes."""

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.stream import camera, webrtc
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import Camera, CameraReport
from fer_core.streaming import Admission
from tests.app.fakes import FakeSession, FakeStream
from tests.app.pages import ROUTER


class Browser:
    """What the visitor's browser says and gets."""

    def __init__(self) -> None:
        self.stream = FakeStream()
        self.session = FakeSession()
        self.report: CameraReport | None = None
        self.answer = "ok"
        self.cameras: tuple[Camera, ...] = ()
        self.admission = Admission(1)

    def check_camera(self, attempt: int, **how: object) -> CameraReport | None:
        if not attempt:
            return self.report
        camera = str(how["camera"]) or (self.cameras[0].id if self.cameras else "")
        return CameraReport(attempt, self.answer, camera, self.cameras)

    def open_session(self, *args: object, **kwargs: object) -> FakeSession:
        return self.session


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    fake = Browser()
    monkeypatch.setattr(camera, "mount_camera_check", fake.check_camera)
    monkeypatch.setattr(webrtc, "open_stream", fake.stream.open_stream)
    monkeypatch.setattr(visit_module, "LiveSession", fake.open_session)
    monkeypatch.setattr("fer_core.app.live.page.shared_admission", lambda: fake.admission)
    return fake


def open_app() -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60).run()
    assert not app.exception, app.exception
    return app


def panel_text(app: AppTest) -> str:
    """What the panel beside the video says."""
    return "\n".join(one.proto.bytes.decode() for one in app.get("bidi_component"))
