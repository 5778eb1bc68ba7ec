"""What a run drew as it ended is shown: a part that is asked for then waits, and counts."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

from fer_core.app import private_endings
from fer_core.app.private_endings import wait_for_endings


class Runner:
    """A script's runner whose run is over, or goes on."""

    def __init__(self, *, is_over: bool) -> None:
        self._requests = ScriptRequests()
        if is_over:
            self._requests.on_scriptrunner_ready()


class Session(AppSession):
    """A session of which only what the wrapped method reaches for is there."""

    def __init__(self, runner: Runner | None) -> None:
        self._scriptrunner: Any = runner
        self.ran: list[ClientState] = []

    def __del__(self) -> None: ...


def part(name: str, *pressed: str) -> ClientState:
    presses = [WidgetState(id=one, trigger_value=True) for one in pressed]
    return ClientState(fragment_id=name, widget_states=WidgetStates(widgets=presses))


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(session: Any, asked: Any) -> None:
        session.ran.append(asked)

    monkeypatch.setattr(AppSession, "request_rerun", run)
    for _ in range(2):
        wait_for_endings()


def parts_run(runner: Runner | None, then: Callable[[Session], None]) -> list[str]:
    """The parts that ran by the time at which what ``then`` does has come to an end."""

    async def go() -> list[str]:
        session = Session(runner)
        then(session)
        async with asyncio.timeout(5):
            while private_endings._waiting.get(session):
                await asyncio.sleep(0)
        return [one.fragment_id if one is not None else "none" for one in session.ran]

    return asyncio.run(go())


@pytest.mark.parametrize("runner", [None, Runner(is_over=False)])
def test_a_part_runs_at_once_where_nothing_is_ending(runner: Runner | None) -> None:
    ran: list[int] = []

    def ask(session: Session) -> None:
        session.request_rerun(part("A"))
        ran.append(len(session.ran))

    assert parts_run(runner, ask) == ["A"]
    assert ran == [1]


def test_parts_wait_in_order_until_what_a_run_sent_has_been_read() -> None:
    def ask(session: Session) -> None:
        for name in "ABC":
            session.request_rerun(part(name))
        assert not session.ran
        asyncio.get_running_loop().call_soon(setattr, session, "_scriptrunner", None)

    assert parts_run(Runner(is_over=True), ask) == ["A", "B", "C"]


def test_each_part_waits_for_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(session: Session) -> None:
        def run_and_end(_: Any, asked: Any) -> None:
            session.ran.append(asked)
            assert session._scriptrunner is None
            session._scriptrunner = Runner(is_over=True)
            asyncio.get_running_loop().call_later(0.02, setattr, session, "_scriptrunner", None)

        monkeypatch.setattr(AppSession, "request_rerun", run_and_end)
        wait_for_endings()
        for name in "ABC":
            session.request_rerun(part(name))

    assert parts_run(None, ask) == ["A", "B", "C"]


def test_a_run_that_cannot_be_begun_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[Any] = []

    def ask(session: Session) -> None:
        def run_or_raise(_: Any, asked: Any) -> None:
            if asked.fragment_id == "A":
                raise RuntimeError("no thread")
            session.ran.append(asked)

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: raised.append(context["exception"]))
        monkeypatch.setattr(AppSession, "request_rerun", run_or_raise)
        wait_for_endings()
        for name in "ABC":
            session.request_rerun(part(name))
        loop.call_soon(setattr, session, "_scriptrunner", None)

    assert parts_run(Runner(is_over=True), ask) == ["B", "C"]
    assert [str(error) for error in raised] == ["no thread"]


def test_nothing_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_endings, "WAIT_S", 0.05)
    assert parts_run(Runner(is_over=True), lambda session: session.request_rerun(part("A"))) == [
        "A"
    ]


def test_presses_that_wait_go_with_a_run_of_the_whole_page() -> None:
    def ask(session: Session) -> None:
        session.request_rerun(part("A", "first"))
        session.request_rerun(part("B", "second"))
        session.request_rerun(part("", "third"))
        (whole,) = session.ran
        assert {one.id for one in whole.widget_states.widgets} == {"first", "second", "third"}

    assert parts_run(Runner(is_over=True), ask) == [""]


def test_a_run_that_the_server_asks_for_leaves_what_waits() -> None:
    def ask(session: Session) -> None:
        session.request_rerun(part("A"))
        session.request_rerun(None)
        session._scriptrunner = None

    assert parts_run(Runner(is_over=True), ask) == ["none", "A"]


def test_a_thread_that_cannot_come_back_does_not_wait() -> None:
    session = Session(Runner(is_over=True))
    session.request_rerun(part("A"))
    assert len(session.ran) == 1


def test_a_session_of_another_shape_runs_as_before() -> None:
    def ask(session: Any) -> None:
        del session._scriptrunner
        session.request_rerun(part("A"))

    assert parts_run(None, ask) == ["A"]
