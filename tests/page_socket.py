"""A page without a browser: the WebSocket that Streamlit's own front end speaks."""

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

XSRF = "_streamlit_xsrf"
_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Shown:
    """What one run of the page sent."""

    #: Label -> id of each button and each checkbox.
    buttons: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    #: Texts of all kinds, in their order.
    texts: list[str] = field(default_factory=list)
    #: Titles of the pages that the navigation names.
    pages: list[str] = field(default_factory=list)
    #: What our own components were given, newest last.
    given: list[dict[str, Any]] = field(default_factory=list)
    #: Parts of the page that ask to be run again and again.
    parts: list[str] = field(default_factory=list)
    #: Where the browser is sent; empty: nowhere.
    sent_to: str = ""


class PageSocket:
    """One tab.

    Args:
        address: below which all pages lie.
        cookies: what the browser has; what it is given is put there.
        page: name of the page in the address; empty: the first.
    """

    def __init__(self, address: str, cookies: dict[str, str], page: str = "") -> None:
        parts = urlsplit(address)
        self.cookies, self._page, self._hash = cookies, page, ""
        self._query = parts.query
        # As the front end does: without this cookie, and once more its value, nobody is logged in.
        health = httpx.get(urljoin(address, "_stcore/health"), cookies=cookies, timeout=60)
        self.cookies.update(health.cookies.items())
        token = self.cookies[XSRF]
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                urljoin(address.replace("http", "ws", 1), "_stcore/stream"),
                origin=f"{parts.scheme}://{parts.netloc}",  # type: ignore[arg-type]
                subprotocols=["streamlit", token],  # type: ignore[list-item]
                additional_headers={
                    "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())
                },
                max_size=None,
            )
        )
        answer = self._socket.response
        for one in answer.headers.get_all("Set-Cookie") if answer else ():
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.shown = Shown()

    def run(self, press: str = "", *, tick: Iterable[str] = (), part: str = "") -> Shown:
        """Run the page, or a part of it, to its end.

        Args:
            press: label of a button; empty: none.
            tick: labels of checkboxes.
            part: as in ``Shown.parts``; empty: the whole page.
        """
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.page_script_hash = (
            self._query,
            "" if self._hash else self._page,
            self._hash,
        )
        asked.fragment_id, asked.is_auto_rerun = part, bool(part)
        for label in tick:
            asked.widget_states.widgets.add(id=self.shown.boxes[label], bool_value=True)
        if press:
            asked.widget_states.widgets.add(id=self.shown.buttons[press], trigger_value=True)
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._socket.recv(60, decode=False))
            self._take(answer)
            # A run that starts over at once (``st.rerun``) ends otherwise, and goes on.
            if answer.WhichOneof("type") == "script_finished" and answer.script_finished in _ENDS:
                return self.shown

    def close(self) -> None:
        """Leave."""
        self._open.close()

    def _take(self, answer: ForwardMsg) -> None:
        kind, shown = answer.WhichOneof("type"), self.shown
        if kind == "new_session" and not answer.metadata.run.fragment_ids:
            self.shown = Shown()
            self._hash = answer.new_session.page_script_hash
        elif kind == "auth_redirect":
            shown.sent_to = answer.auth_redirect.url
        elif kind == "auto_rerun":
            shown.parts.append(answer.auto_rerun.fragment_id)
        elif kind == "navigation":
            # The router may show another page than the one that was asked for.
            self._hash = answer.navigation.page_script_hash
            shown.pages = [page.page_name for page in answer.navigation.app_pages]
        elif kind == "delta":
            self._take_element(answer.delta.new_element)

    def _take_element(self, element: Any) -> None:
        kind, shown = element.WhichOneof("type"), self.shown
        if kind == "button":
            shown.buttons[element.button.label] = element.button.id
        elif kind == "checkbox":
            shown.boxes[element.checkbox.label] = element.checkbox.id
        elif kind == "markdown":
            shown.texts.append(element.markdown.body)
        elif kind == "alert":
            shown.texts.append(element.alert.body)
        elif kind == "bidi_component" and element.bidi_component.bytes:
            shown.given.append(json.loads(element.bidi_component.bytes))


def open_page(address: str, cookies: Mapping[str, str] | None = None, press: str = "") -> Shown:
    """Run the first page once as a new tab does; then once more, with a button pressed.

    Args:
        address: below which all pages lie.
        cookies: what the browser has.
        press: label of the button; empty: none.
    """
    page = PageSocket(address, dict(cookies or {}))
    try:
        shown = page.run()
        return page.run(press) if press else shown
    finally:
        page.close()
