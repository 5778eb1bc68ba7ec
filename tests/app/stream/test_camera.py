"""Which camera, whether it is a mirror, and what is believed of a browser."""

from typing import Any

import pytest

from fer_core.app.stream import messages as m
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import Camera, CameraReport, _parse_report, with_camera
from fer_core.app.stream.visit import (
    Phase,
    Visit,
)
from fer_core.streaming import Admission
from tests.app.fakes import FakeSession
from tests.app.stream.conftest import start


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("ok", None),
        ({"attempt": 1}, None),
        ({"attempt": "1", "outcome": "ok"}, None),
        ({"attempt": 2.0, "outcome": "ok"}, CameraReport(2, "ok")),
        ({"attempt": 1, "outcome": "x" * 99}, CameraReport(1, "x" * 40)),
    ],
)
def test_what_the_browser_says_is_checked(value: Any, expected: CameraReport | None) -> None:
    assert _parse_report(value) == expected


BOTH = (Camera("f", "Front camera"), Camera("b", "Back camera"))


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (CameraReport(1, "ok", facing="user"), True),
        (CameraReport(1, "ok", facing="environment"), False),
        (CameraReport(1, "ok", "f", BOTH), True),
        (CameraReport(1, "ok", "b", BOTH), False),
        (CameraReport(1, "ok", "u", (Camera("u", "Feedback-free webcam"),)), True),
        (CameraReport(1, "ok"), True),
    ],
)
def test_only_a_camera_that_faces_the_visitor_is_a_mirror(
    visit: Visit, admission: Admission, report: CameraReport, expected: bool
) -> None:
    session = start(visit, admission)
    visit.take_report(report)
    assert session.mirror is expected
    visit.choose_mirror(not expected)
    assert session.mirror is not expected


def test_what_looks_at_a_room_is_never_a_mirror(
    admission: Admission, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []

    def open_session(_: Any, *, mirror: bool, **__: Any) -> FakeSession:
        opened.append(mirror)
        return FakeSession()

    monkeypatch.setattr(visit_module, "LiveSession", open_session)
    visit = Visit()
    visit.start(admission, lambda: pytest.fail("not here"), mirror=False)
    visit.take_report(CameraReport(1, "ok", facing="user"))
    visit.choose_mirror(True)
    assert not any(opened)
    assert isinstance(visit.session, FakeSession)
    assert visit.session.mirror is False


def test_another_camera_goes_on_with_what_was_recorded(visit: Visit, admission: Admission) -> None:
    session = start(visit, admission)
    visit.take_report(CameraReport(1, "ok", "f", BOTH))
    began = visit.started_at
    visit.choose_camera("f")
    assert (visit.phase, visit.attempt) == (Phase.RUNNING, 1), "that one it is already"
    visit.choose_mirror(True)
    visit.choose_camera("b")
    assert (visit.phase, visit.attempt) == (Phase.ASKING, 2)
    assert visit.session is session
    assert not visit.take_report(CameraReport(1, "ok", "f", BOTH)), "of the camera before"
    assert visit.take_report(CameraReport(2, "ok", "b", BOTH, size=(480, 640)))
    assert (visit.phase, visit.camera, visit.size) == (Phase.RUNNING, "b", (480, 640))
    assert session.mirror is False, "what was wished of the other camera is not wished of this one"
    assert visit.started_at == began


def test_a_frame_that_would_open_another_camera_is_loaded_anew_before_it_plays(
    visit: Visit, admission: Admission
) -> None:
    start(visit, admission)
    assert visit.take_report(CameraReport(1, "ok", "b", BOTH, anew=True))
    assert (visit.phase, visit.attempt, visit.turns) == (Phase.ASKING, 2, 1)
    assert visit.take_report(CameraReport(2, "ok", "b", BOTH))
    assert (visit.phase, visit.turns) == (Phase.RUNNING, 1)


def test_another_camera_that_does_not_open_leaves_what_was_recorded(
    visit: Visit, admission: Admission
) -> None:
    session = start(visit, admission)
    visit.take_report(CameraReport(1, "ok", "f", BOTH))
    visit.choose_camera("b")
    visit.take_report(CameraReport(2, "NotReadableError"))
    assert visit.message == m.CAMERA_IN_USE
    assert visit.phase is Phase.DONE
    assert visit.results is not None
    assert visit.results.samples == session.recorded
    assert admission.free == 1


def test_one_camera_and_no_other_is_asked_for() -> None:
    plain = {"video": {"width": 640, "facingMode": "user"}, "audio": False}
    assert with_camera(plain, "") == plain
    assert with_camera(plain, "b") == {
        "video": {"width": 640, "deviceId": {"exact": "b"}},
        "audio": False,
    }


def test_cameras_are_read_with_care() -> None:
    sent = {
        "attempt": 1,
        "outcome": "ok",
        "camera": "b",
        "facing": 7,
        "size": [480, "640"],
        "cameras": [{"id": "b", "name": "x" * 999}, "no", {"name": "without"}, *[{"id": "c"}] * 99],
    }
    read = _parse_report(sent)
    assert read is not None
    assert (read.camera, read.facing, read.size) == ("b", "", None)
    assert len(read.cameras) <= 16
    assert len(read.cameras[0].name) <= 200
