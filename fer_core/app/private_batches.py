"""What a browser reports at once reaches every part of the page that it concerns; see ``private``.

| what | why | about it |
|---|---|---|
| ``AppSession.request_rerun`` | changes that fall together run one part of the page only | streamlit/streamlit#12747 |
| ``AppSession._scriptrunner``, its ``_requests`` | a press that waits is lost where the whole page begins anew | read in 1.67 |
| ``AppSession._session_state`` | which part of the page a widget stands in, and what the server has of it | read in 1.67 |

Streamlit's browser side gathers what changes within one task and sends it as a run of the first
*part* (fragment) among it. A tab or a button that falls together with a report of the camera then
shows as chosen or pressed, and nothing happens: measured, 6 of 100 clicks on a tab of Wellbeing
within 0.3 s after its page had come. Here such a report runs every part that it concerns.
"""  # noqa: E501

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

import streamlit as st

from fer_core.app.private import optional, run_instead

_FEATURE: Final = "what falls together in a browser all counts"
#: The kinds of a widget's value that stand for a press: there for one run, then gone.
PRESSES: Final = frozenset(
    {"trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value"}
)


@dataclass(slots=True, weakref_slot=True)
class Reported:
    """What one page of a browser has reported of its widgets.

    Attributes:
        seen: of each widget, a hash of the value that came last with a run which heeds it.
        owed: widgets whose new value came with a run that a clock began, and that is to be heeded
            by the run their own report asks for.
    """

    seen: dict[str, int] = field(default_factory=dict)
    owed: set[str] = field(default_factory=set)

    def overlooked(
        self, asked: Any, place_of: Callable[[str], str], known: Callable[[str], Any]
    ) -> set[str]:
        """The parts of the page that the run which is asked for would overlook; "" is the page.

        Args:
            asked: the browser's ``ClientState``.
            place_of: the part of the page that a widget stands in; "" for the page itself.
            known: the server's value of a widget as its ``WidgetState``; None where it has none.
        """
        fresh: dict[str, int] = {}
        changed: set[str] = set()
        for state in asked.widget_states.widgets:
            if state.WhichOneof("value") in PRESSES:
                if _is_pressed(state):
                    changed.add(state.id)
                continue
            fresh[state.id] = hash(state.SerializeToString(deterministic=True))
            if self.seen.get(state.id) != fresh[state.id] and known(state.id) != state:
                changed.add(state.id)
        if asked.fragment_id and asked.is_auto_rerun:
            # What changed is on its way as a report of its own: only its value came before it.
            self.owed |= {name for name in changed if name in fresh}
            return set()
        changed |= self.owed
        self.owed.clear()
        self.seen = fresh
        if not asked.fragment_id:
            return set()
        return {place_of(name) for name in changed} - {asked.fragment_id}


_reports: WeakKeyDictionary[Any, Reported] = WeakKeyDictionary()


@optional(_FEATURE, default=None)
def run_all_that_changed() -> None:
    """Have a run concern all that a browser reported; to be called any number of times."""

    def instead(session: Any, asked: Any, go_on: Callable[[Any], Any]) -> None:
        for one in ([] if asked is None else _instead(session, asked)) or [asked]:
            go_on(one)

    run_instead(_FEATURE, instead)


@optional(_FEATURE, default=list[Any]())
def _instead(session: Any, asked: Any) -> list[Any]:
    """What to ask for instead, one after the other; nothing where nothing would be lost."""
    widgets = session._session_state._new_widget_state.widget_metadata

    def place_of(widget: str) -> str:
        metadata = widgets.get(widget)
        # What the page no longer has concerns no other part of it.
        return str(asked.fragment_id if metadata is None else metadata.fragment_id or "")

    def known(widget: str) -> Any:
        return _server_value(session._session_state, widget)

    others = _reports.setdefault(session, Reported()).overlooked(asked, place_of, known)
    if asked.is_auto_rerun:
        return [with_presses(asked, lambda _: False)]
    if others and "" not in others:  # parts wait for each other and end no run that is on
        parts = (asked.fragment_id, *sorted(others))
        return [with_presses(asked, _stands_in(place_of, part), part=part) for part in parts]
    whole = with_presses(asked, lambda _: True, part="") if others else asked
    if not whole.fragment_id and session._scriptrunner is not None:
        waiting = _take_waiting(session._scriptrunner)
        if waiting is not None:
            from streamlit.runtime.scriptrunner_utils.script_requests import _coalesce_widget_states

            both = _coalesce_widget_states(waiting, whole.widget_states)
            whole = with_presses(whole, lambda _: True)
            whole.widget_states.CopyFrom(both)
    return [whole]


def _stands_in(place_of: Callable[[str], str], part: str) -> Callable[[str], bool]:
    return lambda name: place_of(name) == part


def with_presses(asked: Any, keeps: Callable[[str], bool], *, part: str | None = None) -> Any:
    """A copy of what is asked for, with some of its presses only.

    A run that a clock began has none: where a press falls just before the clock's tick the browser
    sends it with both, and it would be acted on twice.

    Args:
        asked: the browser's ``ClientState``; stays as it is.
        keeps: whether a widget's press is kept.
        part: of the page that runs instead; None for the one that was asked for.
    """
    copy = type(asked)()
    copy.CopyFrom(asked)
    if part is not None:
        copy.fragment_id = part
    kept = [one for one in asked.widget_states.widgets if not _is_pressed(one) or keeps(one.id)]
    del copy.widget_states.widgets[:]
    copy.widget_states.widgets.extend(kept)
    return copy


def _is_pressed(state: Any) -> bool:
    kind = state.WhichOneof("value")
    return kind in PRESSES and bool(getattr(state, kind))


def _server_value(state: Any, widget: str) -> Any:
    """The server's value of a widget in the browser's shape; None where that is not known."""
    from streamlit.runtime.state.session_state import Value, WStates

    widgets = state._new_widget_state
    metadata = widgets.widget_metadata.get(widget)
    held = widgets.states.get(widget)
    if held is None and widget in state._old_state:
        held = Value(state._old_state[widget])
    if metadata is None or held is None:
        return None
    now = WStates()
    now.set_widget_metadata(metadata)
    now[widget] = held
    try:
        return now.get_serialized(widget)
    except Exception:  # a page's own function writes values; a press is worth more than knowing one
        return None


def _take_waiting(runner: Any) -> Any:
    """The widgets of a run that was asked for and has not begun, which now never will.

    A run of the whole page ends the runner that waits to do it, and with it a press that a part
    of the page is to hear of next.
    """
    if not st.get_option("runner.fastReruns"):
        return None
    from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

    requests = runner._requests
    with requests._lock:
        if requests._state != ScriptRequestType.RERUN:
            return None
        requests._state = ScriptRequestType.STOP
        return requests._rerun_data.widget_states
