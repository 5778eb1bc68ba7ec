"""What falls together in a browser all counts: a report that would overlook some runs the page."""

from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata

from fer_core.app import private_batches
from fer_core.app.private import ask_before_reruns
from fer_core.app.private_batches import Reported, run_all_that_changed

#: The part of the page that each widget stands in; "" is the page itself.
PLACES = {
    "tab": "",
    "camera": "part",
    "start": "part",
    "other": "another part",
    "give": "another part",
}


def text(name: str, value: str) -> WidgetState:
    return WidgetState(id=name, string_value=value)


def press(name: str) -> WidgetState:
    return WidgetState(id=name, trigger_value=True)


def asks(*states: WidgetState, part: str = "", clock: bool = False) -> ClientState:
    return ClientState(
        widget_states=WidgetStates(widgets=states), fragment_id=part, is_auto_rerun=clock
    )


AT_FIRST = asks(text("tab", "one"), text("camera", "off"), text("other", "x"))


@pytest.mark.parametrize(
    ("chosen", "requests", "overlooked"),
    [
        ({}, [asks(text("camera", "on"), part="part")], set()),
        ({}, [asks(text("tab", "two"), text("camera", "on"), part="part")], {""}),
        ({}, [asks(text("other", "y"), text("camera", "on"), part="part")], {"another part"}),
        ({}, [asks(text("tab", "two"), text("camera", "on"))], set()),
        ({}, [asks(press("tab"), text("camera", "on"), part="part")], {""}),
        ({}, [asks(press("start"), part="part")], set()),
        ({}, [asks(WidgetState(id="tab", trigger_value=False), part="part")], set()),
        # What the page itself chose is no change of the visitor's.
        ({"tab": "two"}, [asks(text("tab", "two"), part="part")], set()),
        # What a clock brought along is on its way as a report of its own, which then counts.
        ({}, [asks(text("tab", "two"), part="part", clock=True)], set()),
        (
            {},
            [
                asks(text("tab", "two"), part="part", clock=True),
                asks(text("tab", "two"), text("camera", "on"), part="part"),
            ],
            {""},
        ),
        (
            {},
            [
                asks(text("tab", "two"), part="part", clock=True),
                asks(text("tab", "two")),
                asks(text("tab", "two"), text("camera", "on"), part="part"),
            ],
            set(),
        ),
        # Widgets that the page no longer has concern nobody.
        ({}, [asks(text("gone", "y"), part="part")], set()),
    ],
)
def test_which_reports_overlook_something(
    chosen: dict[str, str], requests: list[ClientState], overlooked: set[str]
) -> None:
    reported = Reported()
    server: dict[str, WidgetState] = {}
    found = []
    for asked in (AT_FIRST, *requests):
        found.append(
            reported.overlooked(
                asked, lambda name, part=asked.fragment_id: PLACES.get(name, part), server.get
            )
        )
        server |= {state.id: state for state in asked.widget_states.widgets}
        server |= {name: text(name, value) for name, value in chosen.items()}
    assert found == [set()] * (len(found) - 1) + [overlooked]


class Runner:
    """Of a script's runner what waits for it."""

    def __init__(self, waiting: ClientState | None) -> None:
        self._requests = ScriptRequests()
        self.is_stopped = False
        if waiting is not None:
            self._requests.request_rerun(
                RerunData(
                    widget_states=waiting.widget_states, fragment_id=waiting.fragment_id or None
                )
            )

    def request_stop(self) -> None:
        self.is_stopped = True

    def request_rerun(self, data: RerunData) -> bool:
        return self._requests.request_rerun(data)


class Session(AppSession):
    """A session of which only what the wrapped method reaches for is there."""

    def __init__(self, runner: Any = None) -> None:
        self._session_state = SessionState()
        self._scriptrunner = runner
        self.ran: list[ClientState] = []
        for name, part in PLACES.items():
            self._session_state._set_widget_metadata(
                WidgetMetadata(name, str, str, "string_value", fragment_id=part or None)
            )

    def __del__(self) -> None: ...


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's method under ours, and under the one that asks before."""

    def run(session: Any, asked: Any) -> None:
        session.ran.append(asked)

    monkeypatch.setattr(AppSession, "request_rerun", run)
    for _ in range(2):
        run_all_that_changed()
        ask_before_reruns(lambda *_: True)


@pytest.mark.usefixtures("patched")
def test_a_report_that_swallowed_a_click_runs_the_page() -> None:
    session = Session()
    for asked in (
        AT_FIRST,
        asks(text("tab", "one"), text("camera", "on"), part="part"),
        asks(text("tab", "two"), text("camera", "off"), part="part"),
        asks(text("tab", "two"), text("camera", "on"), part="part"),
    ):
        session.request_rerun(asked)
    assert [one.fragment_id for one in session.ran] == ["", "part", "", "part"]
    assert session.ran[2].widget_states == session.ran[3].widget_states.FromString(
        asks(text("tab", "two"), text("camera", "off")).widget_states.SerializeToString()
    )


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize("fast", [True, False])
def test_a_press_that_waits_goes_with_a_run_of_the_whole_page(
    monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    monkeypatch.setattr(private_batches.st, "get_option", lambda _: fast)
    runner = Runner(asks(press("start"), part="part"))
    session = Session(runner)
    session.request_rerun(AT_FIRST)
    pressed = [one.id for one in session.ran[0].widget_states.widgets if one.trigger_value]
    assert pressed == (["start"] if fast else []), "Streamlit waits itself where runs are slow"
    waits = runner._requests._state == ScriptRequestType.RERUN
    assert waits is not fast, "what goes along is not run a second time"


@pytest.mark.usefixtures("patched")
def test_a_part_leaves_what_waits_where_it_is() -> None:
    runner = Runner(asks(press("start"), part="part"))
    session = Session(runner)
    session.request_rerun(asks(text("other", "y"), part="another part"))
    assert runner._requests._state == ScriptRequestType.RERUN
    assert [one.fragment_id for one in session.ran] == ["another part"]


@pytest.mark.usefixtures("patched")
def test_a_session_of_another_shape_runs_as_before() -> None:
    session: Any = Session()
    del session._session_state
    asked = asks(text("tab", "two"), part="part")
    session.request_rerun(asked)
    assert session.ran == [asked]


@pytest.mark.usefixtures("patched")
def test_a_press_that_falls_on_a_tick_of_a_clock_counts_once() -> None:
    session = Session()
    for asked in (
        AT_FIRST,
        asks(press("start"), text("tab", "one"), part="another part", clock=True),
        asks(press("start"), text("tab", "one"), part="part"),
    ):
        session.request_rerun(asked)
    pressed = [
        [one.id for one in ran.widget_states.widgets if one.trigger_value] for ran in session.ran
    ]
    assert pressed == [[], [], ["start"]]
    assert session.ran[1].is_auto_rerun


@pytest.mark.usefixtures("patched")
def test_what_changed_in_two_parts_runs_both_and_ends_no_run() -> None:
    runner = Runner(asks(press("start"), part="part"))
    session = Session(runner)
    session.request_rerun(asks(press("start"), press("give"), part="part"))
    ran = [
        (one.fragment_id, [state.id for state in one.widget_states.widgets if state.trigger_value])
        for one in session.ran
    ]
    assert ran == [("part", ["start"]), ("another part", ["give"])]
    assert runner._requests._state == ScriptRequestType.RERUN


@pytest.mark.usefixtures("patched")
def test_a_value_that_cannot_be_written_costs_no_press() -> None:
    def refuse(value: object) -> str:
        raise RuntimeError("ours")

    session = Session()
    session._session_state._set_widget_metadata(
        WidgetMetadata("tab", str, refuse, "string_value", fragment_id=None)
    )
    session._session_state._old_state["tab"] = "one"
    asked = asks(text("tab", "one"), press("start"), part="part")
    session.request_rerun(asked)
    assert len(session.ran) == 1
