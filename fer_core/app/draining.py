"""Hands visitors over before the process ends: SIGTERM refuses new ones and waits for the others.

Behind a load balancer another process takes whoever is refused, and later those whose time here is
over: their browsers open the page once more by themselves (``parts.resume``).
"""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fer_core.app.language.asked import language_asked
from fer_core.config import settings
from fer_core.hosting.draining import Drain, shared_drain
from fer_core.service.routes import PREFIX
from fer_core.text import mark

_log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.2
#: So long a page has, once its camera is off, to show what came of it.
SETTLE_S: Final = 3.0
REFUSED: Final = mark("This server is about to be replaced: load this page again in a moment.")
_HEADERS: Final = {"Retry-After": "1", "Cache-Control": "no-store"}


class DrainDoor:
    """Refuses new visitors, and new jobs of programs, with 503 once the process drains.

    What a page needs that is open already (its files, uploads, seconds of a device) goes on.
    """

    def __init__(self, app: ASGIApp, drain: Callable[[], Drain] = shared_drain) -> None:
        self._app, self._drain = app, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if self._drain().is_on and _is_new(scope):
            # Of a WebSocket, too: before it is accepted, it is a request as any other.
            said = language_asked(Headers(scope=scope)).tr(REFUSED)
            await PlainTextResponse(said, 503, headers=_HEADERS)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_new(scope: Scope) -> bool:
    if scope["type"] == "websocket":
        return True
    if scope["type"] != "http":
        return False
    if scope["method"] in ("GET", "HEAD"):
        if "/media/" in scope["path"]:  # results to take along: some browsers ask as for a page
            return False
        return "text/html" in Headers(scope=scope).get("accept", "")
    return scope["method"] == "POST" and f"{PREFIX}/" in scope["path"]


@asynccontextmanager
async def drain_at_the_end(drain: Drain | None = None) -> AsyncIterator[None]:
    """While it is entered, SIGTERM drains the process, and a second SIGTERM ends it at once.

    To be entered in the server's lifespan, by when the server has its own handler, which ends it.
    """
    drain = drain or shared_drain()
    end = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(end):
        yield
        return
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def begin() -> None:
        tasks.add(loop.create_task(_drain(drain, lambda: end(signal.SIGTERM, None))))

    def on_signal(number: int, frame: FrameType | None) -> Any:
        if drain.begin(settings().drain_s):
            loop.call_soon_threadsafe(begin)
        else:
            end(number, frame)

    signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, end)


async def _drain(drain: Drain, end: Callable[[], Any]) -> None:
    quiet_s = SETTLE_S  # where nothing is held, there is nothing to wait for
    while drain.left_s > 0:
        held = await run_in_threadpool(lambda: drain.held)
        quiet_s = 0.0 if held else quiet_s + _LOOK_EVERY_S
        if quiet_s >= SETTLE_S:
            break
        await asyncio.sleep(min(_LOOK_EVERY_S, drain.left_s))
    if left := drain.held:
        _log.warning("%d cameras, uploads and analyses end with this process.", left)
    end()
