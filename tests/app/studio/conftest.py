"""The Data set page over sets as they lie on disk; camera and training are stand-ins."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Access, Role
from fer_core.app.stream import camera as camera_check
from fer_core.app.stream import webrtc
from fer_core.app.studio import state
from fer_core.config import settings
from fer_core.labels import EMOTIONS
from fer_core.studio import StudioSet
from fer_core.studio.consent import RecordingConsent
from tests.app.fakes import FakeStream
from tests.studio.conftest import make_faces

OWNER = Access(frozenset({Role.VISITOR, Role.OWNER}), number=1)


def draw() -> None:
    from fer_core.app.studio.page import show_studio_page

    show_studio_page()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Training is allowed; there is no camera, no warm model, and no faces of another test."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()
    monkeypatch.setattr(webrtc, "open_stream", lambda callback, **_: FakeStream())
    monkeypatch.setattr(camera_check, "mount_camera_check", lambda *_, **__: None)
    monkeypatch.setattr("fer_core.app.stream.start.is_warm", lambda *_: True)
    return tmp_path


@pytest.fixture
def made(data_dir: Path) -> tuple[StudioSet, dict[str, RecordingConsent]]:
    """Two participants, two takes of each of three expressions."""
    found = StudioSet.create("Lab one")
    consents = {}
    for index, name in enumerate(("anna", "ben")):
        consents[name] = found.enrol(name)[1]
        for place, emotion in enumerate(EMOTIONS[:3]):
            for take in (0, 1):
                seed = 100 * index + 10 * place + take + 1
                found.add_take(name, emotion, make_faces(2, seed=seed))
    return found, consents


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "current_access", lambda: OWNER)


def open_page(view: str | None = None, **session: object) -> AppTest:
    app = AppTest.from_function(draw, default_timeout=60)
    if view is not None:
        app.session_state["studio-view"] = view
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}
