"""The page with a store of its own, the cookies of a browser, and a stream that is a fake."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import AttemptLimiter, Role
from fer_core.access import links as li
from fer_core.app.access import cookies
from fer_core.app.classroom import joining, state, watch
from fer_core.app.stream import camera, webrtc
from fer_core.app.stream import start as start_module
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.storage import Store, choices, rooms
from fer_core.storage.room_tables import Room
from fer_core.streaming import Admission
from tests.app import fakes
from tests.app.fakes import FakeSession, FakeStream

#: Fewer than in earnest, so that a test reaches them.
#: New people of one address in these tests.
NEW_PEOPLE_HERE = 3
WRONG_CODES = 4


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_K_MIN", "2")


class Browser:
    """What the visitor's browser sends and gets."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.stream = FakeStream()
        self.asked_camera: list[Any] = []
        self.session = FakeSession()
        self.options: dict[str, Any] = {}
        self.answer = "ok"
        self.before: CameraReport | None = None
        self.attempts: list[int] = []

    def check_camera(self, attempt: int, **_: object) -> CameraReport | None:
        self.attempts.append(attempt)
        return CameraReport(attempt, self.answer) if attempt else self.before

    def open_session(self, _: object, **options: Any) -> FakeSession:
        self.options = options
        return self.session

    def open_stream(
        self, callback: object, *, playing: bool, ice_servers: object, key: str, constraints: object
    ) -> FakeStream:
        self.asked_camera.append((key, constraints))
        return self.stream.open_stream(callback, playing=playing, ice_servers=ice_servers)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    fake = Browser()
    admission = Admission(2)
    monkeypatch.setattr(cookies, "read_cookie", fake.cookies.get)
    monkeypatch.setattr(camera, "mount_camera_check", fake.check_camera)
    monkeypatch.setattr(webrtc, "open_stream", fake.open_stream)
    monkeypatch.setattr(visit_module, "LiveSession", fake.open_session)
    monkeypatch.setattr(start_module, "is_warm", lambda *_: True)
    for module in (joining, watch):
        monkeypatch.setattr(module, "shared_admission", lambda: admission)
    limiter = AttemptLimiter(WRONG_CODES, 600.0)
    monkeypatch.setattr(state, "code_limiter", lambda: limiter)
    joins = AttemptLimiter(NEW_PEOPLE_HERE, 3600.0)
    monkeypatch.setattr(state, "join_limiter", lambda: joins)
    monkeypatch.setattr(state, "address", lambda: "192.0.2.1")
    return fake


def enter(store: Store, browser: Browser, role: Role) -> int:
    """The browser gets a role; the number of its holder."""
    token = fakes.enter(store, browser.cookies, role)
    with store.read() as session:
        number = li.find_access(session, token=token, now_s=store.now_s()).number
    assert number is not None
    return number


def let_others_join(store: Store, purpose: str = "research") -> None:
    with store.write() as session:
        choices.choose_purpose(
            session,
            purpose=purpose,
            number=1,
            now_s=store.now_s(),
            reference="<i>R 1</i>",
            ethics_approved=True,
        )


def open_room(
    store: Store, *, holder: int = 1, mode: str = "devices", title: str = "Maths", k_min: int = 2
) -> Room:
    with store.write() as session:
        return rooms.open_room(
            session,
            title=title,
            mode=mode,
            holder=holder,
            k_min=k_min,
            now_s=store.now_s(),
            closes_s=store.now_s() + 3600,
        )


def _page() -> None:
    from fer_core.app.classroom.page import show_classroom_page

    show_classroom_page()


def show(room: str | None = None) -> AppTest:
    app = AppTest.from_function(_page, default_timeout=60)
    if room is not None:
        app.query_params["room"] = room
    app.run()
    assert not app.exception, app.exception
    return app


def written(app: AppTest) -> str:
    return fakes.written(app).replace("\\", "")


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]
