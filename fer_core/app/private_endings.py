"""A run that is asked for while another one ends waits for what that one sent; see ``private``.

| what | why | about it |
|---|---|---|
| ``AppSession.request_rerun``, ``_scriptrunner``, its ``_requests`` | what a run drew is lost where the next begins in the moment in which it ends | streamlit/streamlit#9921 |

A script's runner takes no further request from the moment its run is over, but is the session's
until the server has read what it sent. A part of the page that is asked for in between has a new
runner begun, and what the old one's run drew and has not been read yet is thrown away: a press
was acted on, and nothing shows it. The more a computer has to do, the longer is that moment.
"""  # noqa: E501

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from fer_core.app.private import optional, run_instead

_FEATURE: Final = "what a run drew as it ended is shown"
#: How often it is looked whether what a run sent has been read. [s]
LOOK_S: Final = 0.005
#: For longer than this a part waits for no run to end; one that was told to stop may be at
#: something long. [s]
WAIT_S: Final = 2.0

_waiting: WeakKeyDictionary[Any, deque[Any]] = WeakKeyDictionary()


@optional(_FEATURE, default=None)
def wait_for_endings() -> None:
    """Have parts of a page run after what the run before them sent; any number of times."""

    def instead(session: Any, asked: Any, go_on: Callable[[Any], Any]) -> Any:
        if asked is None or not asked.fragment_id:
            _join(session, asked)
        elif _has_to_wait(session):
            _waiting.setdefault(session, deque()).append(asked)
            if len(_waiting[session]) == 1:
                _look_again(session, go_on, WAIT_S)
            return None
        return go_on(asked)

    run_instead(_FEATURE, instead)


@optional(_FEATURE, default=False)
def _has_to_wait(session: Any) -> bool:
    """Whether others wait, or a run is over whose messages have not all been read."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # asked for by another thread, which cannot come back to it
        return False
    return bool(_waiting.get(session)) or _is_ending(session)


def _is_ending(session: Any) -> bool:
    from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

    runner = session._scriptrunner
    return runner is not None and runner._requests._state == ScriptRequestType.STOP


def _look_again(session: Any, run: Callable[[Any], Any], left_s: float) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(LOOK_S, _go_on, session, run, left_s - LOOK_S)


def _go_on(session: Any, run: Callable[[Any], Any], left_s: float) -> None:
    """Run what waits, one after the other, as far as nothing is ending."""
    waiting = _waiting.get(session)
    try:
        while waiting and not (left_s > 0 and _is_ending(session)):
            asked, left_s = waiting.popleft(), WAIT_S
            run(asked)
    finally:  # also where a run could not be begun: nothing else would wake what is left
        if waiting:
            _look_again(session, run, left_s)


def _join(session: Any, asked: Any) -> None:
    """Let what waits go with a run of the whole page, which runs every part."""
    from streamlit.runtime.scriptrunner_utils.script_requests import _coalesce_widget_states

    waiting = _waiting.get(session)
    while waiting and asked is not None:
        states = _coalesce_widget_states(waiting.popleft().widget_states, asked.widget_states)
        asked.widget_states.CopyFrom(states)
