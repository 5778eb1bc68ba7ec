"""What waits for the browser when a part of the page runs again."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from fer_core.app.unsent import keep_unsent


def text(path: list[int], body: str, part: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.fragment_id = part
    message.delta.new_element.text.body = body
    return message


def started() -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.name = "app"
    return message


def finished(status: "ForwardMsg.ScriptFinishedStatus.ValueType") -> ForwardMsg:
    return ForwardMsg(script_finished=status)


WHOLE = [
    started(),
    text([0, 0], "title"),
    text([0, 1], "video", part="p"),
    finished(ForwardMsg.FINISHED_SUCCESSFULLY),
]


class OnlyQueue(AppSession):
    """A session of which only what waits for the browser is there."""

    def __init__(self) -> None:
        self._browser_queue = ForwardMsgQueue()
        for message in WHOLE:
            self._browser_queue.enqueue(message)

    def __del__(self) -> None: ...


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> OnlyQueue:
    """One in which a whole run waits."""
    monkeypatch.setattr(AppSession, "_clear_queue", AppSession._clear_queue)
    keep_unsent()
    keep_unsent()
    return OnlyQueue()


def test_a_part_that_runs_again_takes_nothing_from_a_whole_run(session: OnlyQueue) -> None:
    session._clear_queue(["p"])
    again = [
        started(),
        text([0, 1], "video again", part="p"),
        finished(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY),
    ]
    for message in again:
        session._browser_queue.enqueue(message)
    assert session._browser_queue.flush() == [*WHOLE, *again]


def test_a_new_whole_run_takes_the_place_of_one_that_waits(session: OnlyQueue) -> None:
    session._clear_queue()
    assert [message.WhichOneof("type") for message in session._browser_queue.flush()] == [
        "new_session",
        "script_finished",
    ]
