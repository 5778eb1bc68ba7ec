"""The routes of ``/api/v1``: FastAPI tells them apart, checks their parameters, describes them."""

import logging
import math
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from fer_core import __version__
from fer_core.access import network_of
from fer_core.analysis.options import AnalysisOptions
from fer_core.config import settings
from fer_core.errors import (
    AccessError,
    BusyError,
    FerError,
    InputError,
    LimitError,
    ModelError,
    StorageError,
)
from fer_core.hosting.policy import NOTHING, TEXT_PAGE, headers_of
from fer_core.service.callers import Caller, Callers, RateError
from fer_core.service.jobs import JobNotFoundError, JobShelf
from fer_core.service.page import render_page
from fer_core.service.predictor import Predictor
from fer_core.service.schema import Analysis, Prediction, Problem
from fer_core.service.uploads import BodyKindError, SlowBodyError, read_body, save_body
from fer_core.text import printable_name

_log = logging.getLogger(__name__)

PREFIX: Final = "/api/v1"
_ABOUT: Final = (
    "Expressions in pictures and videos, with the numbers of the command line. Every request needs "
    "a key: Authorization: Bearer KEY. Bodies are the file itself. Nothing is stored but the "
    "result of an analysis, until it is fetched or an hour old."
)
#: Error -> status; the first that fits.
_STATUS: Final[tuple[tuple[type[FerError], int], ...]] = (
    (RateError, 429),
    (AccessError, 401),
    (JobNotFoundError, 404),
    (BodyKindError, 415),
    (SlowBodyError, 408),
    (LimitError, 413),
    (InputError, 422),
    (BusyError, 503),
    (StorageError, 503),
    (ModelError, 503),
)
_PRIVATE: Final = {"Cache-Control": "no-store", **headers_of(NOTHING)}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Problem, "description": text}
    for code, text in {
        401: "no key, or one that is wrong, too old or withdrawn",
        408: "the body did not arrive in time",
        413: "larger than key or server allow, in bytes, pixels or seconds",
        415: "the body is a form, or packed",
        422: "nothing that can be read, or a parameter that is impossible",
        429: "too many requests; Retry-After says when the next may come",
        503: "busy, or not possible now",
    }.items()
}
_GONE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "no such analysis, or another key's"}
}


class ApiService:
    """What the routes work with, and lets go at the end."""

    def __init__(
        self,
        *,
        predictor: Predictor | None = None,
        shelf: JobShelf | None = None,
        callers: Callers | None = None,
    ) -> None:
        self.predictor = predictor or Predictor()
        self.shelf = shelf or JobShelf()
        self.callers = callers or Callers()
        self.app = _build(self)

    def close(self) -> None:
        """End the processes and delete the jobs."""
        self.shelf.close()
        self.predictor.close()


_FILE: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
#: Gives what admits a caller to an action, or raises.
_Admits = Callable[[str], Callable[..., Awaitable[Caller]]]


def _build(service: ApiService) -> FastAPI:
    app = FastAPI(
        title="Mien",
        version=__version__,
        description=_ABOUT,
        docs_url=None,  # FastAPI's pages load their scripts from elsewhere
        redoc_url=None,
        root_path_in_servers=False,  # paths are relative: below any sub-path
        responses=_PROBLEMS,
    )
    app.add_exception_handler(FerError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unforeseen)

    @app.get("/", include_in_schema=False)
    async def show_page() -> Response:
        return HTMLResponse(render_page(app.openapi()), headers=headers_of(TEXT_PAGE))

    admitted = _admission(service.callers)
    _add_pictures(app, service.predictor, admitted)
    _add_beginning(app, service.shelf, admitted)
    _add_analyses(app, service.shelf, admitted)
    return app


def _admission(callers: Callers) -> _Admits:
    def admitted(action: str) -> Callable[..., Awaitable[Caller]]:
        async def admit(
            request: Request,
            authorization: Annotated[str, Header(description="Bearer KEY")] = "",
        ) -> Caller:
            scheme, _, token = authorization.partition(" ")
            token = token.strip() if scheme.lower() == "bearer" else ""
            network = network_of(request.client.host if request.client else "")
            return await run_in_threadpool(callers.admit, token, network, action)

        return admit

    return admitted


def _add_pictures(app: FastAPI, predictor: Predictor, admitted: _Admits) -> None:
    @app.post(
        "/predict",
        response_class=JSONResponse,
        responses={200: {"model": Prediction, "description": "what was found"}},
        openapi_extra=_FILE,
    )
    async def predict(
        request: Request, caller: Annotated[Caller, Depends(admitted("predict"))]
    ) -> Response:
        """The faces of a picture, and what they show: the body is the picture."""
        data = await read_body(request, caller.max_bytes)
        found = await run_in_threadpool(predictor.predict, data)
        return JSONResponse(found, headers=_PRIVATE)


def _add_beginning(app: FastAPI, shelf: JobShelf, admitted: _Admits) -> None:
    @app.post(
        "/analyze",
        status_code=202,
        response_class=JSONResponse,
        responses={202: {"model": Analysis, "description": "begun; ask for its progress"}},
        openapi_extra=_FILE,
    )
    async def begin_analysis(
        request: Request,
        caller: Annotated[Caller, Depends(admitted("analyze"))],
        name: Annotated[str, Query(max_length=200, description="what results call it")] = "video",
        every_s: Annotated[
            float | None, Query(gt=0, le=86_400, description="seconds between analysed frames")
        ] = None,
        smooth_s: Annotated[
            float, Query(ge=0, le=3600, description="time constant of smoothing; 0: none")
        ] = 0.3,
        pose: Annotated[bool, Query(description="also head pose and eyes")] = False,
        measures: Annotated[
            bool, Query(description="also measures of each face, valence and blinks; slower")
        ] = False,
        small_faces: Annotated[bool, Query(description="look for small faces; slower")] = False,
    ) -> Response:
        """Begin to analyse a video: the body is the video."""
        options = AnalysisOptions(
            model=settings().model,
            detector=settings().detector,
            every_s=every_s,
            formats=("json",),
            pose=pose,
            measures=measures,
            small_faces=small_faces,
            smooth_s=smooth_s,
        )
        job_id, upload = await run_in_threadpool(shelf.reserve, caller.key_id)
        try:
            await save_body(request, upload, caller.max_bytes)
            shown = printable_name(name.replace("\\", "/").rpartition("/")[2]) or "video"
            await run_in_threadpool(shelf.begin, job_id, options, shown)
        except BaseException:
            await run_in_threadpool(shelf.remove, job_id, caller.key_id)
            raise
        state = shelf.state(job_id, caller.key_id)
        return JSONResponse(state, 202, {**_PRIVATE, "Location": f"analyze/{job_id}"})


def _add_analyses(app: FastAPI, shelf: JobShelf, admitted: _Admits) -> None:
    @app.get(
        "/analyze/{job_id}",
        response_class=JSONResponse,
        responses={200: {"model": Analysis, "description": "how far it is"}, **_GONE},
    )
    async def show_analysis(
        job_id: str, caller: Annotated[Caller, Depends(admitted("progress"))]
    ) -> Response:
        """How far an analysis is."""
        return JSONResponse(shelf.state(job_id, caller.key_id), headers=_PRIVATE)

    @app.get(
        "/analyze/{job_id}/result",
        response_class=JSONResponse,
        responses={200: {"description": "as mien analyze --format json writes it"}, **_GONE},
    )
    async def fetch_result(
        job_id: str,
        caller: Annotated[Caller, Depends(admitted("result"))],
        part: Annotated[
            Literal["document", "frames", "measures", "measures.seconds"],
            Query(
                description="document: people, ratios, episodes, seconds; frames: a row per face "
                "and frame; the others: measures by frame or by second, where asked for"
            ),
        ] = "document",
    ) -> Response:
        """What was found. Once the document was fetched, the analysis is deleted: it comes last."""
        path = shelf.result(job_id, caller.key_id, part)
        done = None
        if part == "document":
            done = BackgroundTask(shelf.remove, job_id, caller.key_id)
        return FileResponse(path, media_type="application/json", headers=_PRIVATE, background=done)

    @app.delete("/analyze/{job_id}", status_code=204, responses=_GONE)
    async def delete_analysis(
        job_id: str, caller: Annotated[Caller, Depends(admitted("delete"))]
    ) -> Response:
        """End an analysis, and delete upload and result."""
        await run_in_threadpool(shelf.remove, job_id, caller.key_id)
        return Response(status_code=204)


def _say(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": text}, status, {**_PRIVATE, **(headers or {})})


async def _answer_error(_: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    headers = {}
    if isinstance(error, RateError):
        headers["Retry-After"] = str(math.ceil(error.wait_s))
    elif status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    elif status == 503:
        headers["Retry-After"] = "5"
    return _say(status, str(error), headers)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    received = str(first.get("input"))[:60]
    return _say(422, f"{name} is not possible: {first['msg']}. Received: {received}.")


async def _answer_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = {
        404: "There is nothing here; the page of this API lists what there is.",
        405: "This address does not take this method; the page of this API says which it takes.",
    }.get(error.status_code, str(error.detail))
    return _say(error.status_code, text, dict(error.headers or {}))


async def _answer_unforeseen(_: Request, error: Exception) -> Response:
    if not isinstance(error, ClientDisconnect):
        _log.error("a request failed", exc_info=error)
    return _say(500, "Something went wrong here, not with what you sent; see the server's log.")
