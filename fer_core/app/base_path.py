"""The app below a path of its address, such as ``/mien``, without a proxy that takes the path away.

Streamlit's own setting puts its routes there and leaves its pages; with ``st.App`` (1.67) neither
finds the other, and ``/mien/`` redirects without end. So the path is taken off here, as a proxy
would, and Streamlit knows nothing of it.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from fer_core.app import health

#: Answered at the root as well: a balancer asks a process, not a page.
_AT_ROOT: Final = ("/_stcore/health", health.LIVE, health.READY)


class BasePath:
    """Serves an app below a path.

    Args:
        app: what lies behind.
        base: such as ``/mien``; empty: at the root.
    """

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = scope.get("path", "")
        if scope["type"] not in ("http", "websocket") or path in _AT_ROOT:
            await self._app(scope, receive, send)
        elif path.startswith(f"{self._base}/"):
            below = self._without(scope) if self._base else scope
            await self._app(below, receive, _with_relative_redirects(below["path"], send))
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        elif path in ("/", "", self._base):
            query = scope.get("query_string", b"").decode("latin-1")
            where = f"{self._base}/{'?' if query else ''}{query}"
            await RedirectResponse(where, 307)(scope, receive, send)
        else:
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)

    def _without(self, scope: Scope) -> Scope:
        base = self._base.encode("ascii")
        raw = scope.get("raw_path")
        changed = {**scope, "path": scope["path"][len(self._base) :]}
        if raw is not None and raw.startswith(base):
            changed["raw_path"] = raw[len(base) :]
        return changed


def _with_relative_redirects(path: str, send: Send) -> Send:
    """A redirect to an address of this app's root goes there from where the browser is: below the
    path, whoever takes it off, this app or a proxy that it does not know of.

    Args:
        path: that was asked for, without the base.
        send: ASGI.
    """

    async def send_relative(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            where = headers.get("location", "")
            if where.startswith("/") and not where.startswith("//"):
                up = "../" * (path.count("/") - 1)
                headers["location"] = f"{up or './'}{where[1:]}"
        await send(message)

    return send_relative
