"""A click on another page is not undone by what the old page still reports."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import scriptrunner
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager

from fer_core.app.late_reports import LATE_FOR_S, PageWay, drop_late_reports, keep_to_the_way

LATER = LATE_FOR_S + 1


class NeverOpened(AppSession):
    """A session that needs nothing, and has nothing to close."""

    def __init__(self) -> None:
        self.id = uuid4().hex

    def __del__(self) -> None: ...


@pytest.mark.parametrize(
    ("requests", "answers"),
    [
        ("live, live*, live*", "yes yes yes"),
        (", live*, about, live*, about*", "yes yes yes no yes"),
        ("live, about, live*, live, live*", "yes yes no yes yes"),
        ("live, about, metrics, about*, live*", "yes yes yes no yes"),
        ("live, live*, training*, live*", "yes yes yes yes"),  # sent there by the app, and back
        (f"live, about, {LATER}, live*", "yes yes yes"),
        ("*, *, live*, live", "yes yes yes yes"),
        ("live, about, live?", "yes yes about"),  # the old page's script runs once more
        ("live, about, about*, live?", "yes yes yes live"),  # sent there by the app
        ("live, about, live, live?, about?", "yes yes yes live live"),
        (f"live, about, {LATER}, live?", "yes yes live"),
        ("live, about?, ?", "yes about "),
    ],
)
def test_the_page_asked_for_last_wins(requests: str, answers: str) -> None:
    """A name is a page asked for, with a star a part of it, with a question mark what is chosen.

    A number is seconds that pass.
    """
    way, now_s, given = PageWay(), 100.0, []
    for request in requests.split(", "):
        page = request.strip("*,?")
        if page.replace(".", "").isdigit():
            now_s += float(page)
        elif request.endswith("?"):
            given.append(way.destination(page, now_s=now_s))
        else:
            admitted = way.admits(page, is_part=request.endswith("*"), now_s=now_s)
            given.append("yes" if admitted else "no")
    assert " ".join(given) == answers


def test_the_router_keeps_to_the_page_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSession, "request_rerun", lambda *_: None)
    drop_late_reports()
    session, pages = NeverOpened(), PagesManager("streamlit_app.py")
    for page in ("live", "about"):
        AppSession.request_rerun(session, ClientState(page_script_hash=page))
    context = SimpleNamespace(session_id=session.id, pages_manager=pages)
    monkeypatch.setattr(scriptrunner, "get_script_run_ctx", lambda: context)
    pages.set_script_intent("live", "")
    keep_to_the_way()
    assert pages.intended_page_script_hash == "about"
    context.session_id = "nobody's"
    pages.set_script_intent("live", "")
    keep_to_the_way()
    assert pages.intended_page_script_hash == "live"


def test_streamlit_asks_once_however_often_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str] | None] = []

    def run(_: AppSession, asked: ClientState | None) -> None:
        ran.append(asked and (asked.page_script_hash, asked.fragment_id))

    monkeypatch.setattr(AppSession, "request_rerun", run)
    drop_late_reports()
    first = AppSession.request_rerun
    drop_late_reports()
    assert AppSession.request_rerun is first
    one, two = NeverOpened(), NeverOpened()
    for session, page, part in (
        (one, "live", "video"),
        (one, "about", ""),
        (two, "live", "video"),
        (one, "live", "video"),
    ):
        ask = ClientState(page_script_hash=page, fragment_id=part)
        AppSession.request_rerun(session, ask)
    AppSession.request_rerun(one, None)
    assert ran == [("live", "video"), ("about", ""), ("live", "video"), None]
