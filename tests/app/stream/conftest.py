"""A visit with a clock of its own, a stream that is a fake, and one place."""

from collections.abc import Callable
from typing import Any

import pytest

from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.visit import (
    Visit,
)
from fer_core.streaming import Admission
from tests.app.fakes import FakeSession
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
        make: Callable[[], Any],
        *,
        mirror: bool,
        heartbeat: Callable[[], bool],
        is_seen: Callable[[], bool],
        annotate: Callable[..., Any],
    ) -> FakeSession:
        assert mirror
        assert is_seen()
        return FakeSession(heartbeat=heartbeat)

    monkeypatch.setattr(visit_module, "LiveSession", open_session)
    return Visit(clock=clock)


def start(visit: Visit, admission: Admission) -> FakeSession:
    visit.start(admission, lambda: pytest.fail("the session makes the pipeline, not the page"))
    assert isinstance(visit.session, FakeSession)
    return visit.session
