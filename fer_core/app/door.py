"""The app as ``serve`` runs it: Streamlit's own, with a door before it that opens links.

``/?owner=TOKEN`` and ``/any/page?key=TOKEN`` are answered here, before a page is loaded: the token
is exchanged for an HttpOnly cookie and taken out of the address by a redirect.
"""

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fer_core.access import AttemptLimiter, Role, network_of
from fer_core.access.links import find_access, redeem
from fer_core.access.owner import make_owner_query
from fer_core.app import authority, health, monitoring
from fer_core.app.access import cookies
from fer_core.app.access.rights import has_login
from fer_core.app.base_path import BasePath
from fer_core.app.device.headers import DeviceHeaders
from fer_core.app.device.samples import SampleDoor
from fer_core.app.draining import DrainDoor, drain_at_the_end
from fer_core.app.following import LiveFollower
from fer_core.app.forwarded import Forwarded
from fer_core.app.gate import Gate, is_same_site
from fer_core.app.keeping import find_store, start_keeper
from fer_core.app.language.asked import language_asked
from fer_core.app.language.spoken import number, speaking, spoken, told, tr
from fer_core.app.opening import Opening
from fer_core.app.policies import Policies
from fer_core.app.private import stay_below_path
from fer_core.app.uploads import UploadDoor
from fer_core.config import PROJECT_ROOT, settings
from fer_core.errors import AccessError, FerError
from fer_core.hosting.draining import shared_drain
from fer_core.hosting.policy import TEXT_PAGE, headers_of
from fer_core.service.routes import PREFIX, ApiService
from fer_core.storage import shared_store
from fer_core.text import mark

_log = logging.getLogger(__name__)

#: Names under which a token may stand in an address.
TOKEN_NAMES = ("owner", "key")
_MOST_TICKET = 2_000

_PAGE = """<!doctype html><html lang="{code}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.2rem }}
a {{ color: light-dark(#4338A8, #B5AEFF) }}</style>
<h1>{title}</h1><p>{text}</p><p><a href="./">{back}</a></p></html>"""  # noqa: E501


def build_app(limiter: AttemptLimiter | None = None, *, base_path: str = "") -> st.App:
    """The app, with the door.

    Args:
        limiter: counts wrong links by address.
        base_path: path of the address below which it is served, such as ``/mien``.
    """
    cookies.open_door()
    stay_below_path()
    api = ApiService()
    return st.App(
        PROJECT_ROOT / "streamlit_app.py",
        routes=[
            Route(cookies.ROUTE, set_cookie, methods=["POST"]),
            Route(health.LIVE, health.answer_live),
            Route(health.READY, health.answer_ready),
            Route(monitoring.ROUTE, monitoring.answer_figures),
            Route(authority.ROUTE, authority.show_steps),
            Route(authority.PROFILE, authority.send_profile),
            Route(authority.PLAIN, authority.send_plain),
            Mount(PREFIX, api.app),
        ],
        middleware=[
            Middleware(Policies),
            Middleware(BasePath, base=base_path),
            Middleware(Forwarded),
            Middleware(Gate),
            Middleware(SampleDoor),
            Middleware(DrainDoor),
            Middleware(UploadDoor),
            Middleware(DeviceHeaders),
            Middleware(Door, limiter=limiter or AttemptLimiter(10, 600.0)),
            Middleware(Opening),
        ],
        lifespan=partial(_serve_both, api),
    )


@asynccontextmanager
async def _serve_both(api: ApiService, app: st.App) -> AsyncIterator[None]:
    """The app's own time, and at its end the API's processes and jobs."""
    async with _keep(app):
        yield
        await run_in_threadpool(api.close)


@asynccontextmanager
async def _keep(_: st.App) -> AsyncIterator[None]:
    """While the app runs, what is too old goes; at its end, rooms are handed over and what waits
    is written."""
    store = find_store()
    keeper = start_keeper(store)
    follower = LiveFollower(store)
    follower.start()
    async with drain_at_the_end():
        yield
    await run_in_threadpool(follower.stop)
    await run_in_threadpool(keeper.stop)
    await run_in_threadpool(shared_drain().finish)
    if store is not None:
        await run_in_threadpool(store.close)


def owner_query() -> str | None:
    """What follows the address to make a browser the owner's; None where none is needed.

    Under OpenID Connect roles come from the settings; else one browser is the owner's already.
    """
    if has_login():
        return None
    try:
        return make_owner_query(shared_store())
    except FerError as error:
        _log.warning("There is no link for the owner now: %s", error)
        return None


def serve(options: Mapping[str, Any], *, base_path: str = "") -> None:
    """Run the app in this process until it is stopped.

    Args:
        options: Streamlit's.
        base_path: as for ``build_app``.
    """
    # The web server itself believes no proxy: ``Forwarded`` does, and knows which.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    # Streamlit's own limit counts what stands around a file's content as well, and must not be
    # below what the pages promise; ``UploadDoor`` holds files to that.
    own = {"server.maxUploadSize": settings().max_upload_mb + 1, "server.baseUrlPath": ""}
    build_app(base_path=base_path).run(config={**options, **own})


class Door:
    """Opens links; everything else goes through untouched."""

    def __init__(self, app: ASGIApp, limiter: AttemptLimiter) -> None:
        self._app, self._limiter = app, limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        response = None
        if scope["type"] == "http" and scope["method"] == "GET":
            query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            tokens = [value for name, value in query if name in TOKEN_NAMES]
            if tokens and not _is_prefetch(Request(scope)):
                rest = [(name, value) for name, value in query if name not in TOKEN_NAMES]
                request = Request(scope)
                with speaking(language_asked(request.headers)):  # in the thread as well
                    response = await run_in_threadpool(self._open, request, tokens[-1], rest)
        await (response or self._app)(scope, receive, send)

    def _open(self, request: Request, token: str, rest: list[tuple[str, str]]) -> Response:
        """Exchange the token for a cookie, or say why not."""
        address = network_of(request.client.host if request.client else "")
        wait_s = self._limiter.wait_s(address)
        if wait_s > 0:
            return _page(
                429,
                tr("Too many wrong links"),
                tr("Wait {n} minutes, then open your link again.").format(n=number(wait_s / 60))
                if wait_s >= 90
                else tr("Wait a minute, then open your link again."),
                {"Retry-After": str(int(wait_s) + 1)},
            )
        # From where the browser is, which may be below a path that a proxy takes away; and never
        # an address elsewhere, as two slashes at the beginning would name another host.
        page = request.url.path.rpartition("/")[2]
        where = f"./{page}" + (f"?{urlencode(rest)}" if rest else "")
        response = RedirectResponse(where, 303, headers=_PRIVATE)
        try:
            held = _exchange(request, token)
        except AccessError as error:
            self._limiter.note_wrong(address)
            return _page(403, tr("This link does not work"), told(error))
        except FerError as error:
            _log.warning("A link could not be opened: %s", error)
            said = tr("{problem} The link still holds.").format(problem=told(error))
            return _page(503, tr("Not possible now"), said)
        if held is not None:
            self._limiter.forget(address)
            _put(response, request, cookies.ACCESS, held)
        return response


#: The token in the address must reach neither a cache nor another site.
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _exchange(request: Request, token: str) -> str | None:
    """The token of a new cookie; None where the browser is the owner's already.

    An owner who tries a link they made keeps their own right, and the link its use.
    """
    store = shared_store()
    now_s = store.now_s()
    mine = request.cookies.get(cookies.stored_name(cookies.ACCESS, is_safe=_is_safe(request)))
    held = mine and cookies.signer().open_cookie(cookies.ACCESS, mine, max_age_s=cookies.MAX_AGE_S)
    with store.write() as session:
        if held and find_access(session, token=held, now_s=now_s).has(Role.OWNER):
            return None
        return redeem(session, token=token, now_s=now_s)


async def set_cookie(request: Request) -> Response:
    """``POST /access/cookie``: a ticket in the body becomes a cookie, or takes one away.

    Only for a page of this very server, and only in the browser whose page the ticket was made for:
    a pseudonym from elsewhere would let a stranger read what its owner records.
    """
    if not is_same_site(request.headers):
        return _refusal(request, 403, mark("A page of another site may not set this."))
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_TICKET:
            return _refusal(request, 413, mark("This is no ticket."))
    try:
        opened = cookies.signer().open_ticket(
            body.decode("ascii", "replace"), cookies.browser_of(request.cookies)
        )
    except FerError as error:
        return _refusal(request, 503, error.args[0] if error.args else str(error))
    if opened is None or opened[0] not in cookies.NAMES:
        return _refusal(request, 403, mark("This ticket is wrong or too old."))
    response = PlainTextResponse("", 204)
    _put(response, request, *opened)
    return response


def _refusal(request: Request, status: int, text: str) -> Response:
    return PlainTextResponse(language_asked(request.headers).tr(text), status)


def _put(response: Response, request: Request, name: str, token: str) -> None:
    """Give the cookie, or take it away where the token is empty."""
    is_safe = _is_safe(request)
    response.set_cookie(
        cookies.stored_name(name, is_safe=is_safe),
        cookies.signer().sign_cookie(name, token) if token else "",
        max_age=cookies.MAX_AGE_S if token else 0,
        path="/",
        secure=is_safe,
        httponly=True,
        samesite="lax",  # a link in a mail may open a page with one's right; a form elsewhere not
    )


def _is_safe(request: Request) -> bool:
    """Whether the browser speaks HTTPS, to this server or to a trusted proxy before it."""
    return request.url.scheme == "https"


def _is_prefetch(request: Request) -> bool:
    """Whether the browser only looks ahead: that must not use the link up."""
    headers = request.headers
    purpose = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return "prefetch" in purpose or "prerender" in purpose


def _page(status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
    back, code = tr("To the start page"), spoken().code
    texts = {"title": escape(title), "text": escape(text), "back": escape(back)}
    return HTMLResponse(
        _PAGE.format(name="Mien", code=code, **texts),
        status,
        headers={**_PRIVATE, **headers_of(TEXT_PAGE), **(headers or {})},
    )
