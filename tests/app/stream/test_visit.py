"""The way from start to results, and every way in which it ends early."""

import pytest

from fer_core.app.stream import messages as m
from fer_core.app.stream.camera import CameraReport
from fer_core.app.stream.picture import LOOK_AGAIN_AFTER_S
from fer_core.app.stream.visit import (
    ASK_FOR_S,
    GIVE_UP_AFTER_S,
    Phase,
    Visit,
)
from fer_core.errors import BusyError
from fer_core.streaming import Admission
from tests.app.fakes import NO_FRAME, FakeSession
from tests.app.stream.conftest import start
from tests.clock import Clock


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


def test_a_connection_that_takes_long_keeps_its_place_on_a_full_server(
    visit: Visit, admission: Admission, clock: Clock
) -> None:
    session = start(visit, admission)
    clock.now_s += 10.0
    visit.take_report(CameraReport(1, "ok"))
    for _ in range(2):
        clock.now_s += 11.0
        assert visit.keep_place()
        with pytest.raises(BusyError):
            admission.acquire("somebody else")
    assert session.heartbeat is not None
    assert session.heartbeat()


def test_a_session_without_a_frame_has_no_results(visit: Visit, admission: Admission) -> None:
    session = start(visit, admission)
    session.current = NO_FRAME
    visit.take_report(CameraReport(1, "ok"))
    visit.finish()
    assert (visit.phase, visit.results) == (Phase.READY, None)


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
