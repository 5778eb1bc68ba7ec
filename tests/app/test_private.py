"""What reaches into a library does its work, and where a part has moved, costs one feature only."""

import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit_webrtc.component import generate_frontend_component_key

from fer_core.app import late_reports, private
from fer_core.app.private import (
    ask_before_reruns,
    choose_page,
    keep_unsent,
    leave_pages_directory,
    media_address,
    optional,
    stay_below_path,
    watch_page,
)
from fer_core.app.routing import require_router
from fer_core.app.stream.handshake import answer_newest_offer, must_stop
from fer_core.config import PROJECT_ROOT as ROOT


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


# --- parts that have moved -----------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_told", set())


class Bare:
    """A class of a library in which the names of today are gone."""


class OldSession:
    """A session as Streamlit might have it one day, told by a name and with one argument more."""

    id = "one"

    def __init__(self) -> None:
        self.ran: list[object] = []

    def request_rerun(self, client_state: object = None, *, urgent: bool = False) -> None:
        self.ran.append(client_state)

    def _clear_queue(self, *, fragment_ids: list[str] | None = None) -> None:
        self.ran.append(fragment_ids)


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **parts: object) -> None:
    """Put a module with nothing but ``parts`` in the place of a library's."""
    module = ModuleType(name)
    for part, value in parts.items():
        setattr(module, part, value)
    monkeypatch.setitem(sys.modules, name, module)
    holder, _, own = name.rpartition(".")
    if own in vars(sys.modules.get(holder, module)):
        monkeypatch.setattr(sys.modules[holder], own, module)


SESSION = "streamlit.runtime.app_session"
RUNNER = "streamlit.runtime.scriptrunner"
PAGES = "streamlit.runtime.pages_manager"
WEBRTC = "streamlit_webrtc.component"


def no_run() -> None:
    return None


@pytest.mark.parametrize(
    ("module", "parts", "act", "given"),
    [
        (SESSION, {}, lambda: ask_before_reruns(lambda *_: True), None),
        (SESSION, {"AppSession": Bare}, lambda: ask_before_reruns(lambda *_: True), None),
        (SESSION, {}, keep_unsent, None),
        (SESSION, {"AppSession": Bare}, keep_unsent, None),
        (RUNNER, {}, lambda: choose_page(lambda _, page: page), None),
        (RUNNER, {"get_script_run_ctx": Bare}, lambda: choose_page(lambda _, page: page), None),
        (PAGES, {}, leave_pages_directory, False),
        (PAGES, {"PagesManager": Bare}, leave_pages_directory, False),
        (PAGES, {"PagesManager": Bare}, require_router, None),
        ("streamlit.runtime", {}, lambda: media_address(Path("a.mp4"), "video/mp4", "p"), None),
        (
            "streamlit.runtime",
            {"get_instance": Bare},
            lambda: media_address(Path("a.mp4"), "video/mp4", "p"),
            None,
        ),
        ("streamlit.user_info", {"AUTH_LOGIN_ENDPOINT": ""}, stay_below_path, None),
        (WEBRTC, {}, lambda: answer_newest_offer("video", print, ()), None),
        (WEBRTC, {}, lambda: must_stop("video"), False),
    ],
)
def test_a_name_that_is_gone_costs_its_feature_and_one_line(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    module: str,
    parts: dict[str, object],
    act: Callable[[], object],
    given: object,
) -> None:
    monkeypatch.setattr(st, "session_state", {"video": Bare()})
    stand_in(monkeypatch, module, **parts)
    with caplog.at_level(logging.WARNING):
        assert act() == given
        assert act() == given
    assert len(caplog.records) == 1, "said once, however often it is drawn"


CONTEXT_PARTS: dict[str, Any] = {
    "state": SimpleNamespace(playing=True, signalling=False),
    "_set_state": lambda state: None,
    "_sdp_answer_json": "{}",
    "_is_sdp_answer_sent": True,
    "_get_worker": no_run,
}


@pytest.mark.parametrize("gone", [None, *CONTEXT_PARTS])
def test_a_context_that_lacks_a_part_goes_unhealed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, gone: str | None
) -> None:
    parts = {name: part for name, part in CONTEXT_PARTS.items() if name != gone}
    reported = {"playing": True, "sdpOffer": ""}
    state = {
        "video": SimpleNamespace(**parts),
        generate_frontend_component_key("video"): reported,
    }
    monkeypatch.setattr(st, "session_state", state)
    answer_newest_offer("video", print, ())
    assert must_stop("video") is False
    assert len(caplog.records) == (0 if gone is None else 1)


def test_a_page_is_open_while_its_browser_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    connected = {""}
    runtime = SimpleNamespace(is_active_session=connected.__contains__)
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: runtime)
    is_open = watch_page()
    assert is_open()
    connected.clear()
    assert not is_open()


def test_a_session_with_other_arguments_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SESSION}.AppSession", OldSession)
    ask_before_reruns(lambda session, page, part: page != "late")
    keep_unsent()
    session: Any = OldSession()
    wanted = SimpleNamespace(page_script_hash="live", fragment_id="")
    late = SimpleNamespace(page_script_hash="late", fragment_id="part")
    unknown = SimpleNamespace(page="live")
    session.request_rerun(client_state=wanted, urgent=True)
    session.request_rerun(late)
    session.request_rerun()
    session.request_rerun(unknown)
    session._clear_queue(fragment_ids=["part"])  # no queue of the shape we know: Streamlit's way
    assert session.ran == [wanted, None, unknown, ["part"]]


@pytest.mark.parametrize("installed", ["1.66.1", "2.0.0"])
def test_a_version_that_nobody_tried_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, installed: str
) -> None:
    monkeypatch.setattr(private, "version", lambda _: installed)
    before = AppSession.request_rerun
    late_reports.drop_late_reports()
    assert AppSession.request_rerun is before
    assert "was not tried" in caplog.text


def test_our_own_faults_are_not_hidden() -> None:
    @optional("something", default=None)
    def fail() -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        fail()


def test_the_versions_that_are_pinned_were_tried() -> None:
    assert all(private.is_tried(package) for package in private.TRIED)


def test_nothing_else_reaches_into_a_library() -> None:
    reach = re.compile(
        r"^(?:from|import) (?:streamlit\.(?:runtime|proto|web|auth_util|components)"
        r"|streamlit_webrtc\.)",
        re.MULTILINE,
    )
    files = [
        ROOT / "streamlit_app.py",
        *ROOT.glob("pages/*.py"),
        *ROOT.glob("fer_core/app/**/*.py"),
    ]
    own = ROOT / "fer_core/app/private.py"
    found = [str(file) for file in files if file != own and reach.search(file.read_text("utf-8"))]
    assert found == []
