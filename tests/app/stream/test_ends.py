"""The end of a visit waits for its analysis, and nobody waits for that: neither who comes, nor the
page of whoever looks for a place."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.app.stream.visit import Phase, Visit
from fer_core.errors import BusyError
from fer_core.streaming import Admission
from tests.app.fakes import FakeSession
from tests.clock import wait_until

LONG_S = 60.0


class Slow(FakeSession):
    """One whose analysis is at a frame that takes its time."""

    def __init__(self, go_on: threading.Event) -> None:
        super().__init__()
        self.is_ending, self.go_on = threading.Event(), go_on

    def close(self, *_: Any, **__: Any) -> None:
        self.is_ending.set()
        assert self.go_on.wait(LONG_S)
        super().close()


def begin(admission: Admission) -> Visit:
    visit = Visit()
    visit.start(admission, lambda: pytest.fail("the session makes it"))
    visit.take_report(CameraReport(visit.attempt, "ok"))
    return visit


@pytest.mark.parametrize("end", [Visit.finish, Visit.leave, Visit.reset, Visit.lose_slot])
def test_who_comes_while_others_end_is_let_in_and_told_at_once(
    monkeypatch: pytest.MonkeyPatch, end: Callable[[Visit], None]
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(visit_module, "LiveSession", lambda *_, **__: Slow(go_on))
    admission = Admission(4)
    ending = [begin(admission) for _ in range(3)]
    slow = [visit.session for visit in ending]
    threads = [threading.Thread(target=end, args=(visit,)) for visit in ending]
    for thread in threads:
        thread.start()
    try:
        for session in slow:
            assert isinstance(session, Slow)
            assert session.is_ending.wait(LONG_S)
        newcomer = begin(admission)
        assert newcomer.phase is Phase.RUNNING
        assert newcomer.keep_place()
        with pytest.raises(BusyError):
            admission.acquire("one too many")
        assert admission.in_use == 4, "a place is free once its stream has ended"
        assert all(thread.is_alive() for thread in threads), "and all of that without waiting"
    finally:
        go_on.set()
        for thread in threads:
            thread.join(LONG_S)
    wait_until(lambda: admission.in_use == 1)
