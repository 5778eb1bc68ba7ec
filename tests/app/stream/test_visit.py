from collections.abc import Callable
from typing import Any

import pytest

from fer_core.app.stream import messages as m
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import Camera, CameraReport, _parse_report, with_camera
from fer_core.app.stream.picture import LOOK_AGAIN_AFTER_S
from fer_core.app.stream.visit import (
    ASK_FOR_S,
    GIVE_UP_AFTER_S,
    Phase,
    Visit,
)
from fer_core.streaming import Admission
from tests.app.fakes import NO_FRAME, FakeSession
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def admission(clock: Clock) -> Admission:
    return Admission(1, silence_s=20.0, clock=clock)


@pytest.fixture
def visit(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Visit:
    def open_session(
        make: Callable[[], Any], *, mirror: bool, heartbeat: Callable[[], bool]
    ) -> FakeSession:
        assert mirror
        return FakeSession(heartbeat=heartbeat)

    monkeypatch.setattr(visit_module, "LiveSession", open_session)
    return Visit(clock=clock)


def start(visit: Visit, admission: Admission) -> FakeSession:
    visit.start(admission, lambda: pytest.fail("the session makes the pipeline, not the page"))
    assert isinstance(visit.session, FakeSession)
    return visit.session


def test_the_way_from_start_to_results(visit: Visit, admission: Admission) -> None:
    session = start(visit, admission)
    assert (visit.phase, visit.attempt, admission.free) == (Phase.ASKING, 1, 0)
    assert visit.take_report(CameraReport(1, "ok"))
    assert visit.phase is Phase.RUNNING
    visit.finish()
    assert visit.phase is Phase.DONE
    assert visit.results is not None
    assert visit.results.samples == session.recorded
    assert session.is_closed
    assert admission.free == 1
    visit.reset()
    assert (visit.phase, visit.results) == (Phase.READY, None)


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("NotAllowedError", m.PERMISSION_DENIED), ("NotReadableError", m.CAMERA_IN_USE)],
)
def test_a_camera_that_does_not_open_frees_the_slot(
    visit: Visit, admission: Admission, outcome: str, message: m.Message
) -> None:
    session = start(visit, admission)
    assert visit.take_report(CameraReport(1, outcome))
    assert (visit.phase, visit.message) == (Phase.READY, message)
    assert session.is_closed
    assert admission.free == 1


def test_reports_of_an_earlier_press_are_ignored(visit: Visit, admission: Admission) -> None:
    start(visit, admission)
    assert not visit.take_report(CameraReport(0, "NotFoundError"))
    assert visit.phase is Phase.ASKING


def test_the_silent_look_warns_before_start(visit: Visit) -> None:
    assert not visit.take_report(None)
    assert not visit.take_report(CameraReport(0, "insecure"))
    assert (visit.phase, visit.message) == (Phase.READY, m.INSECURE_ORIGIN)


def test_busy_until_a_slot_is_free(visit: Visit, admission: Admission) -> None:
    other = admission.acquire("somebody else")
    visit.start(admission, lambda: pytest.fail("no slot, no pipeline"))
    assert (visit.phase, visit.session) == (Phase.BUSY, None)
    assert visit.message is not None
    assert "places are taken" in visit.message.text
    other.release()
    start(visit, admission)
    assert (visit.phase, visit.message) == (Phase.ASKING, None)


def test_waiting_time_runs_on_over_retries(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    admission.acquire("somebody else")
    visit.start(admission, lambda: pytest.fail("no slot, no pipeline"))
    clock.now_s += 6.0
    visit.start(admission, lambda: pytest.fail("no slot, no pipeline"))
    assert visit.in_phase_s == pytest.approx(6.0)


def test_frames_are_the_sign_of_life(visit: Visit, admission: Admission, clock: Clock) -> None:
    session = start(visit, admission)
    assert session.heartbeat is not None
    for _ in range(3):
        clock.now_s += 19.0
        assert session.heartbeat()
    assert admission.free == 0
    clock.now_s += 20.1
    assert admission.free == 1


@pytest.mark.parametrize("somebody_came", [False, True])
def test_who_was_away_goes_on_where_the_place_is_free(
    visit: Visit, admission: Admission, clock: Clock, somebody_came: bool
) -> None:
    start(visit, admission)
    visit.take_report(CameraReport(1, "ok"))
    clock.now_s += 30.0
    if somebody_came:
        admission.acquire("somebody else")
    assert visit.keep_place() is not somebody_came
    assert visit.phase is Phase.RUNNING


@pytest.mark.parametrize("leave_in", list(Phase))
def test_leaving_the_page_frees_the_slot_in_every_phase(
    visit: Visit, admission: Admission, leave_in: Phase
) -> None:
    if leave_in is Phase.BUSY:
        other = admission.acquire("somebody else")
        visit.start(admission, lambda: pytest.fail("no slot, no pipeline"))
        other.release()
    elif leave_in is not Phase.READY:
        start(visit, admission)
        if leave_in is not Phase.ASKING:
            visit.take_report(CameraReport(1, "ok"))
        if leave_in is Phase.DONE:
            visit.finish()
    assert visit.phase is leave_in
    visit.leave()
    assert admission.free == 1
    assert visit.phase in (Phase.READY, Phase.DONE)
    assert (visit.results is not None) == (leave_in in (Phase.RUNNING, Phase.DONE))


def test_nobody_holds_a_slot_over_an_unanswered_question(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    start(visit, admission)
    clock.now_s += ASK_FOR_S - 1
    assert not visit.give_up_if_overdue(has_frames=False)
    clock.now_s += 2
    assert visit.give_up_if_overdue(has_frames=False)
    assert (visit.phase, admission.free) == (Phase.READY, 1)
    assert visit.message == m.NOT_ANSWERED


@pytest.mark.parametrize("frame_came", [True, False])
def test_a_slot_that_was_taken_back_is_never_lost_in_silence(
    visit: Visit, admission: Admission, frame_came: bool
) -> None:
    session = start(visit, admission)
    visit.take_report(CameraReport(1, "ok"))
    if not frame_came:
        session.current = NO_FRAME
    visit.lose_slot()
    assert visit.phase is (Phase.DONE if frame_came else Phase.READY)
    assert visit.message == (m.SLOT_TAKEN if frame_came else m.SLOT_LOST)


@pytest.mark.parametrize("has_frames", [True, False])
def test_a_connection_that_never_comes_is_given_up(
    visit: Visit, admission: Admission, clock: Clock, has_frames: bool
) -> None:
    start(visit, admission)
    visit.take_report(CameraReport(1, "ok"))
    clock.now_s += GIVE_UP_AFTER_S + 1
    assert visit.give_up_if_overdue(has_frames=has_frames) is not has_frames
    assert visit.message == (None if has_frames else m.NO_CONNECTION)


def test_a_session_without_a_frame_has_no_results(visit: Visit, admission: Admission) -> None:
    session = start(visit, admission)
    session.current = NO_FRAME
    visit.take_report(CameraReport(1, "ok"))
    visit.finish()
    assert (visit.phase, visit.results) == (Phase.READY, None)


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


def run(visit: Visit, admission: Admission, clock: Clock) -> FakeSession:
    """A stream that has run for a while."""
    session = start(visit, admission)
    visit.take_report(CameraReport(1, "ok"))
    clock.now_s += 5.0
    assert not visit.note_picture(0.03)
    return session


def test_a_camera_that_is_unplugged_is_waited_for_and_goes_on(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    session = run(visit, admission, clock)
    assert visit.take_report(CameraReport(1, "gone"))
    assert (visit.phase, visit.attempt, visit.message) == (Phase.ASKING, 2, m.CAMERA_GONE)
    assert not visit.take_report(CameraReport(1, "gone")), "that is known"
    assert not visit.take_report(CameraReport(2, "NotFoundError", waits=True))
    assert visit.phase is Phase.ASKING
    assert visit.take_report(CameraReport(2, "ok"))
    assert (visit.phase, visit.message) == (Phase.RUNNING, None)
    assert visit.session is session
    assert not session.is_closed


def test_a_camera_that_stays_away_leaves_what_was_recorded(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    session = run(visit, admission, clock)
    visit.take_report(CameraReport(1, "gone"))
    clock.now_s += ASK_FOR_S + 1
    assert visit.give_up_if_overdue(has_frames=False)
    assert (visit.phase, visit.message) == (Phase.DONE, m.CAMERA_STAYED_AWAY)
    assert visit.results is not None
    assert visit.results.samples == session.recorded


def test_a_picture_that_stops_has_the_camera_opened_once_more(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    run(visit, admission, clock)
    clock.now_s += 40.0  # the page itself was away, and its first look counts from now
    assert not visit.note_picture(40.0)
    clock.now_s += LOOK_AGAIN_AFTER_S - 1
    assert not visit.note_picture(47.0)
    clock.now_s += 2
    assert visit.note_picture(49.0)
    assert (visit.phase, visit.attempt) == (Phase.ASKING, 2)
    visit.take_report(CameraReport(2, "ok"))
    clock.now_s += LOOK_AGAIN_AFTER_S + 1
    assert not visit.has_picture(58.0), "the last one is from before"
    assert not visit.note_picture(58.0), "once is enough"
    clock.now_s += GIVE_UP_AFTER_S
    assert visit.give_up_if_overdue(has_frames=visit.has_picture(90.0), connection="failed")
    assert (visit.phase, visit.message) == (Phase.DONE, m.NO_CONNECTION)
