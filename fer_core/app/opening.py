"""What a visitor reads while a page does not come: in the first HTML, before anything else works.

Streamlit's page is an outline that its WebSocket fills. Where a browser or a proxy refuses that, as
iPhones do under a certificate that nobody vouches for, the outline would stay for ever.
"""

import json
from functools import cache
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fer_core.app.language.asked import language_asked
from fer_core.app.language.language import Language
from fer_core.app.parts.component import source
from fer_core.hosting.policy import headers_of, page_policy
from fer_core.text import mark

#: Why a page has not come -> what to do. The names are those of ``opening.js``.
SAYINGS: Final = {
    "refused": mark(
        "This page cannot open its live connection (WebSocket): the browser, or a proxy on "
        "the way to the server, refuses it. On an iPhone or iPad, ask who runs this server for a "
        "certificate that the device trusts, or open the page on a computer; elsewhere, try "
        "another network."
    ),
    "offline": mark("This device is offline: connect it to a network, then load the page again."),
    "loading": mark("This page is still loading: on a slow network that takes a while."),
    "stuck": mark(
        "This page could not be loaded in half a minute: check the network, then load it again."
    ),
    "busy": mark("The server is busy: the page opens by itself in a moment."),
    "silent": mark(
        "The server has not answered for half a minute: load this page again, or come back later."
    ),
}
#: Streamlit's page, and nothing else, has this.
_ROOT: Final = b'<div id="root"></div>'
_COMPONENT: Final = "/component/"
#: An HTML page of the app is far smaller; what is larger is somebody's file.
_MOST: Final = 100_000

_AGAIN: Final = mark("Load again")
_NOTE: Final = """<style>
#mien-opening {{ position: fixed; left: 50%; top: 40%; transform: translate(-50%, -50%);
  width: min(34rem, 90vw); box-sizing: border-box; padding: 1rem 1.2rem; border-radius: 0.6rem;
  border: 1px solid #8a8a94; background: #fff; color: #1b1b25; z-index: 2147483647;
  font: 1.05rem/1.5 system-ui, sans-serif; }}
#mien-opening[hidden], #mien-opening button[hidden] {{ display: none; }}
#mien-opening p {{ margin: 0; }}
#mien-opening button {{ margin-top: 0.8rem; padding: 0.5rem 1rem; border: 0; font: inherit;
  border-radius: 0.6rem; background: #4338a8; color: #fff; cursor: pointer; }}
@media (prefers-color-scheme: dark) {{
  #mien-opening {{ background: #20202b; color: #f2f2f7; }}
  #mien-opening button {{ background: #6257d6; }} }}
</style>
<div id="mien-opening" role="alert" hidden><p></p><button type="button">{again}</button></div>
<script>{script}</script>
"""


@cache
def note_html(language: Language) -> bytes:
    """The note and its script, as they stand in the page."""
    said = {name: language.tr(text) for name, text in SAYINGS.items()}
    sayings = json.dumps(said).replace("</", "<\\/")
    script = source("opening.js").replace("{}", sayings, 1)
    return _NOTE.format(script=script, again=language.tr(_AGAIN)).encode()


class Opening:
    """Puts the note into Streamlit's page; everything else goes through as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        is_asked = scope.get("method") == "GET" and "text/html" in headers.get("accept", "")
        # A component is a page within the page, with an outline of the same name.
        if not is_asked or _COMPONENT in scope["path"]:
            await self._app(scope, receive, send)
            return
        # In plain text, so that something can be put in; whole, since the browser may have one
        # from before under the same mark of its version.
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if name not in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        ]
        await self._app(
            {**scope, "headers": kept}, receive, _Writer(send, language_asked(headers)).send
        )


class _Writer:
    """Holds an answer back until it is clear whether it is the page, and writes it."""

    def __init__(self, send: Send, language: Language) -> None:
        self._send, self._language = send, language
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """As ``Send``."""
        if message["type"] == "http.response.start" and _may_be_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            is_more = message.get("more_body", False)
            if is_more and len(self._body) < _MOST:
                return
            start, self._start = self._start, None
            if not is_more and _ROOT in self._body:
                self._body = self._body.replace(_ROOT, note_html(self._language) + _ROOT, 1)
                headers = MutableHeaders(scope=start)
                headers.update(headers_of(page_policy(self._body)))
                headers["content-length"] = str(len(self._body))
                del headers["etag"], headers["last-modified"]
            await self._send(start)
            await self._send({**message, "body": self._body})


def _may_be_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and is_html and "content-encoding" not in headers
