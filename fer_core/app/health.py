"""What a load balancer and a container's engine ask: does it live, and may it be given visitors."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from fer_core.errors import FerError
from fer_core.hosting.draining import shared_drain
from fer_core.storage import shared_store
from fer_core.storage.choices import get_choice

#: Answered under every name, as they tell no more than this.
LIVE, READY = "/healthz", "/readyz"
_KEEP_NOTHING = {"Cache-Control": "no-store"}


async def answer_live(_: Request) -> PlainTextResponse:
    """``GET /healthz``: the process answers."""
    return PlainTextResponse("ok", headers=_KEEP_NOTHING)


async def answer_ready(_: Request) -> PlainTextResponse:
    """``GET /readyz``: the database answers too, and the process is not about to end; else 503."""
    if shared_drain().is_on:
        return PlainTextResponse("It is about to end.", 503, headers=_KEEP_NOTHING)
    is_ready = await run_in_threadpool(_has_database)
    text, status = ("ok", 200) if is_ready else ("The database does not answer.", 503)
    return PlainTextResponse(text, status, headers=_KEEP_NOTHING)


def _has_database() -> bool:
    try:
        with shared_store().read() as session:
            get_choice(session, key="purpose")
    except FerError:
        return False
    return True
