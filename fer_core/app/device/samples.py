"""The door for what visitors' devices measure: ``POST /api/samples``, or the component's state.

Both hand the same text to ``take_body``. A token says whose visit it is; it is signed, expires, and
is good in the browser only for whose page it was made, and for as long as that visit goes on.

Every device asks once a second, so that what stands around an answer costs more than the answer:
``SampleDoor`` answers before Streamlit's own middleware, which would look for a session and
compress.
"""

import json
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fer_core.access import signing
from fer_core.app.access.cookies import browser_of, signer
from fer_core.app.gate import is_same_site
from fer_core.device.inlet import DeviceSecond, Receipt, SampleInlet
from fer_core.errors import BusyError, FerError
from fer_core.hosting.draining import NO_BEGINNING, shared_drain
from fer_core.hosting.policy import NOTHING, headers_of

_log = logging.getLogger(__name__)

ROUTE: Final = "/api/samples"
#: More than thirty-one seconds of twenty faces.
MOST_BYTES: Final = 256 * 1024

_HEADERS: Final = [
    (name.lower().encode("ascii"), value.encode("ascii"))
    for name, value in (
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        *headers_of(NOTHING).items(),
    )
]

#: Visits that take samples; each is held by its visitor's session alone, and goes with it.
_inlets: WeakValueDictionary[str, SampleInlet] = WeakValueDictionary()
#: The same by the very token that was signed here: nearly every batch is found by it at once.
_by_token: WeakValueDictionary[str, SampleInlet] = WeakValueDictionary()
#: Requests that named no visit, by reason; what visits themselves refuse they count.
refused: Counter[str] = Counter()


def open_inlet(
    purpose: str, browser: str, listen: Callable[[DeviceSecond], None] | None = None
) -> tuple[SampleInlet, str]:
    """A place for the samples of this visitor, and the token that opens it.

    Args:
        purpose: what they are for: ``wellbeing``, ``classroom``, ``reactions``.
        browser: what tells the visitor's browser from others (``cookies.browser_of``).
        listen: called with each second; must not wait for anything.

    Raises:
        BusyError: the process is about to end.
        ConfigError: the data folder cannot be used.
    """
    if shared_drain().is_on:
        raise BusyError(NO_BEGINNING)
    inlet = SampleInlet(secrets.token_urlsafe(18), purpose, browser, listen)
    token = signer().sign_visit(inlet.visit, purpose, browser)
    _inlets[inlet.visit] = _by_token[token] = inlet
    return inlet, token


def count_inlets() -> int:
    """How many visits take samples now."""
    return len(_inlets)


shared_drain().watch(kind="devices", count=count_inlets)


class SampleDoor:
    """``POST /api/samples``: JSON ``{token, samples}`` from a page of this very server.

    Everything else goes through untouched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != ROUTE:
            await self._app(scope, receive, send)
        elif scope["method"] != "POST":
            only = {"Allow": "POST"}
            await PlainTextResponse("Samples are posted.", 405, only)(scope, receive, send)
        else:
            status, answer = await _answer(Request(scope, receive))
            text = json.dumps(answer, separators=(",", ":")).encode()
            headers = [*_HEADERS, (b"content-length", b"%d" % len(text))]
            if status == 429:
                headers.append((b"retry-after", b"1"))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": text})


async def _answer(request: Request) -> tuple[int, dict[str, Any]]:
    if not is_same_site(request.headers):
        return _no(403, "site", "A page of another site may not send samples.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return _no(413, "size", f"A batch has at most {MOST_BYTES} bytes.")
    browser = browser_of(request.cookies)
    if not browser:
        return _no(403, "browser", "This page's cookie is missing: allow cookies, and reload.")
    return take_body(body, browser)


def take_body(body: bytes, browser: str) -> tuple[int, dict[str, Any]]:
    """Take a batch in, by whichever door it came.

    Args:
        body: the JSON's text.
        browser: what tells the sender's browser from others.

    Returns:
        (HTTP status, answer): the receipt, or ``error``, a sentence.
    """
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError):
        batch = None
    if not isinstance(batch, dict) or batch.keys() != {"token", "samples"}:
        return _no(400, "malformed", "A batch is a JSON object with token and samples.")
    token, samples = batch["token"], batch["samples"]
    if not isinstance(token, str) or not isinstance(samples, list):
        return _no(400, "malformed", "A batch has a text as token and a list of samples.")
    inlet = _by_token.get(token)
    if inlet is None or inlet.browser != browser or _is_old(inlet):
        try:
            opened = signer().open_visit(token, browser)
        except FerError as error:
            return _no(503, "key", str(error))
        if opened is None:
            return _no(403, "token", "This token is wrong, too old, or another browser's.")
        inlet = _inlets.get(opened[0])
        if inlet is None or (inlet.purpose, inlet.browser) != (opened[1], browser):
            return _no(410, "ended", "This visit has ended: press Start again.")
    if not inlet.may_ask():
        return 429, {"error": "Too many batches: send one a second."}
    receipt: Receipt = inlet.take(samples)
    if receipt.reasons:
        _log.debug("Samples for %s refused: %s", inlet.purpose, receipt.reasons)
    return 200, receipt.to_dict()


def _is_old(inlet: SampleInlet) -> bool:
    return time.monotonic() - inlet.opened_s > signing.VISIT_S


def _no(status: int, reason: str, sentence: str) -> tuple[int, dict[str, Any]]:
    refused[reason] += 1
    return status, {"error": sentence}
