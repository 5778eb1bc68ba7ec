"""What a program sends: counted and timed while it arrives, and refused as soon as it is too much.

Bodies are the file itself; there is nothing in them to be unpacked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.requests import Request

from fer_core.errors import InputError, LimitError

#: Nothing arriving for so long ends a request; and, after so long, less than so much a second.
SILENCE_S: Final = 10.0
_PATIENCE_S: Final = 15.0
_LEAST_BYTES_PER_S: Final = 16 * 1024


class SlowBodyError(InputError):
    """The body did not arrive in time."""


class BodyKindError(InputError):
    """The body has a form that is not taken."""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body in memory.

    Raises:
        LimitError: it is too large.
        SlowBodyError: it does not arrive.
        BodyKindError: it is a form, or packed.
        InputError: it is empty.
    """
    return b"".join([piece async for piece in _pieces(request, max_bytes)])


async def save_body(request: Request, path: Path, max_bytes: int) -> None:
    """The body in a file; what was written of one that is refused stays to be removed.

    Raises:
        LimitError, SlowBodyError, BodyKindError, InputError: as ``read_body``.
        OSError: it cannot be written.
    """
    with path.open("xb") as file:
        async for piece in _pieces(request, max_bytes):
            await asyncio.to_thread(file.write, piece)


async def _pieces(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    _check_head(request, max_bytes)
    began, count = time.monotonic(), 0
    stream = request.stream().__aiter__()
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream), SILENCE_S)
        except StopAsyncIteration:
            break
        except TimeoutError as error:
            raise SlowBodyError("The body stopped arriving; send it again.") from error
        count += len(piece)
        if count > max_bytes:
            raise _too_large(max_bytes)
        passed_s = time.monotonic() - began
        if passed_s > _PATIENCE_S and count < _LEAST_BYTES_PER_S * passed_s:
            raise SlowBodyError("The body arrives too slowly; send it over a faster line.")
        if piece:
            yield piece
    if not count:
        raise InputError("The body is empty; send the file's bytes as the body.")


def _check_head(request: Request, max_bytes: int) -> None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded", "application/json"):
        raise BodyKindError(
            f"The body must be the file itself, not {kind}: with curl, --data-binary @FILE and "
            "-H 'Content-Type: application/octet-stream'."
        )
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise BodyKindError(
            f"Packed bodies are not taken. Received: {packed[:40]}; send it plainly."
        )
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> LimitError:
    return LimitError(
        f"The upload is larger than {max_bytes:,} bytes, the limit of this key and server; send a "
        "smaller file."
    )
