"""Before everything else: who may speak to the app, under which name, from which page.

Streamlit asks a server outside for its own address, in the event loop, when a page of another site
opens a connection; no such request reaches it. Its own metrics are for nobody.
"""

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from fer_core.app import health
from fer_core.app.language.asked import language_asked
from fer_core.config import settings
from fer_core.hosting.hosts import is_own_origin, is_served
from fer_core.text import mark

#: What a load balancer asks is answered under every name, and tells no more than that it runs.
_HEALTH = ("/_stcore/health", health.LIVE, health.READY)
#: Sizes of caches, sessions, a page run for whoever asks, and a way in for programs: for nobody.
_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent")
_READING = ("GET", "HEAD", "OPTIONS")


class Gate:
    """Refuses what comes under a stranger's name or from a stranger's page.

    Args:
        app: what lies behind.
        hosts: the names that the operator gave; the settings' unless a test says otherwise.
    """

    def __init__(self, app: ASGIApp, hosts: Callable[[], Sequence[str]] | None = None) -> None:
        self._app = app
        self._hosts = hosts or (lambda: settings().hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is None:
            await self._app(_same_origin(scope), receive, send)
        elif scope["type"] == "http":
            status = 404 if problem == _NOTHING else 403
            said = language_asked(Headers(scope=scope)).tr(problem)
            await PlainTextResponse(said, status)(scope, receive, send)
        else:  # before it was accepted: the server answers 403
            await WebSocketClose(1008)(scope, receive, send)

    def _problem(self, scope: Scope) -> str | None:
        path = scope["path"].rstrip("/")
        if scope["type"] == "http" and any(
            path == one or path.startswith(f"{one}/") for one in _CLOSED
        ):
            return _NOTHING
        headers, hosts = Headers(scope=scope), self._hosts()
        host, origin = headers.get("host", ""), headers.get("origin")
        if path not in _HEALTH and not is_served(host, hosts) and not _is_proxied(scope, headers):
            return mark(
                "Mien is not served under this name. Whoever runs it can allow a name by the "
                "setting FER_HOSTS."
            )
        changes = scope["type"] == "websocket" or scope["method"] not in _READING
        if changes and origin is not None and not is_own_origin(origin, host, hosts):
            return mark("A page of another site may not speak to this one.")
        return None


_NOTHING = mark("There is nothing here.")


def is_same_site(headers: Headers) -> bool:
    """Whether a page of this very origin sent the request; browsers say so with every POST."""
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return is_own_origin(origin, host, settings().hosts)


def _is_proxied(scope: Scope, headers: Headers) -> bool:
    """Whether a trusted proxy, which knows its names, handed the request over.

    ``Forwarded`` puts the visitor's address in the place of the proxy's, and no port, only where
    the proxy is one of FER_TRUSTED_PROXIES. A page cannot send such a header with a WebSocket.
    """
    client = scope.get("client")
    return "x-forwarded-for" in headers and client is not None and client[1] == 0


def _same_origin(scope: Scope) -> Scope:
    """An allowed origin of another name stands for this one: Streamlit has no list to ask."""
    headers = Headers(scope=scope)
    if scope["type"] != "websocket" or "origin" not in headers:
        return scope
    changed = dict(scope, headers=list(scope["headers"]))
    is_safe = scope.get("scheme") in ("wss", "https")
    MutableHeaders(scope=changed)["origin"] = (
        f"{'https' if is_safe else 'http'}://{headers.get('host', '')}"
    )
    return changed
