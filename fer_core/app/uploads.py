"""Who may hand files over, and how much of them the server holds at once.

Streamlit takes files from every open page, also where nothing asks for any, and holds them in
memory until the page is closed. Here a page says that it asks for files (``expect_files``), and
``UploadDoor`` refuses the others, before a byte was read.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fer_core.access import network_of
from fer_core.app import private
from fer_core.config import settings
from fer_core.hosting import is_loopback
from fer_core.hosting.draining import shared_drain
from fer_core.retention import sweep_too

#: A file goes, and a page may hand over no more, so long after it came and was drawn.
KEEP_S: Final = 3600.0
#: Files of the largest size that one page, and all pages of one address, may have in memory.
OF_PAGE: Final = 2
OF_ADDRESS: Final = 4
#: Files of one page at once, however small.
MOST_FILES: Final = 500
#: What stands around a file's content in a request.
_FRAME_BYTES: Final = 64 * 1024
_PATH: Final = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")

_File = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Upload:
    size: int
    network: str
    since_s: float


class Uploads:
    """What is held for whom. Thread safe.

    Args:
        held: the files that are in memory now, as (page, file); None where that is not known.
        forget: drops one of them.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        held: Callable[[], set[_File] | None] = private.held_uploads,
        forget: Callable[[str, str], None] = private.forget_upload,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._held, self._forget, self._clock = held, forget, clock
        self._lock = threading.Lock()
        self._asking: dict[str, float] = {}
        self._files: dict[_File, _Upload] = {}
        self._arriving: set[_File] = set()

    def expect(self, page: str) -> None:
        """A page asks for files."""
        with self._lock:
            self._asking[page] = self._clock()

    def leave(self, page: str) -> None:
        """It asks no more."""
        with self._lock:
            self._asking.pop(page, None)

    def begin(self, page: str, file: str, size: int, network: str) -> tuple[int, str] | None:
        """Reserve room; else the status of the answer and why not.

        Args:
            size: bytes of the request.
            network: where it comes from; empty for this computer, which has no limit of its own.
        """
        largest = settings().max_upload_mb * 1024 * 1024
        if size > largest + _FRAME_BYTES:
            return 413, f"Files of up to {settings().max_upload_mb:,} MB are taken."
        self.sweep()
        with self._lock:
            if page not in self._asking:
                return 403, "This page asks for no files."
            mine = [one.size for (owner, _), one in self._files.items() if owner == page]
            near = [one.size for one in self._files.values() if one.network == network]
            if sum(mine) + size > OF_PAGE * largest + _FRAME_BYTES or len(mine) >= MOST_FILES:
                return 429, "This page has handed over as much as it may at once."
            if network and sum(near) + size > OF_ADDRESS * largest + _FRAME_BYTES:
                return 429, "Your network has handed over as much as it may at once."
            self._files[page, file] = _Upload(size, network, self._clock())
            self._arriving.add((page, file))
        return None

    def end(self, page: str, file: str) -> None:
        """It arrived, or did not."""
        with self._lock:
            self._arriving.discard((page, file))

    @property
    def arriving(self) -> int:
        """How many are on their way."""
        return len(self._arriving)

    def drop(self, page: str, files: Iterable[str]) -> None:
        """Files that were copied need no memory any more."""
        for file in files:
            self._forget(page, file)
            with self._lock:
                self._files.pop((page, file), None)

    def sweep(self) -> None:
        """Drop what is too old, and count no more what is gone."""
        held = self._held()
        with self._lock:
            limit_s = self._clock() - KEEP_S
            old = [key for key, one in self._files.items() if one.since_s <= limit_s]
            for key in old:
                del self._files[key]
                self._arriving.discard(key)
            if held is not None:
                for key in self._files.keys() - held - self._arriving:
                    del self._files[key]
                # What no door saw (plain ``streamlit run``) goes by the clock as well, from now on.
                for key in held - self._files.keys() - set(old):
                    self._files[key] = _Upload(0, "", self._clock())
            self._asking = {page: at for page, at in self._asking.items() if at > limit_s}
        for page, file in old:
            self._forget(page, file)


def largest_mb() -> int:
    """Megabytes of a file that the server takes: under plain ``streamlit run`` what Streamlit is
    set to, where that is less than ``FER_MAX_UPLOAD_MB``."""
    return min(settings().max_upload_mb, int(st.get_option("server.maxUploadSize")))


@cache
def shared_uploads() -> Uploads:
    """Those of this process."""
    made = Uploads()
    shared_drain().watch(kind="uploads", count=lambda: made.arriving)
    sweep_too(made)
    return made


def expect_files() -> None:
    """Called before an uploader is drawn: this page may hand files over."""
    shared_uploads().expect(private.session_id())


def leave_uploads() -> None:
    """Called where a page is shown that has no uploader."""
    shared_uploads().leave(private.session_id())


def drop_files(file_ids: Iterable[str]) -> None:
    """Called when uploaded files were copied or used."""
    shared_uploads().drop(private.session_id(), file_ids)


class UploadDoor:
    """Lets files in that a page asked for; everything else goes through untouched."""

    def __init__(self, app: ASGIApp, uploads: Uploads | None = None) -> None:
        self._app, self._uploads = app, uploads or shared_uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        found = _PATH.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] not in ("PUT", "POST"):
            await self._app(scope, receive, send)
            return
        page, file = found.groups()
        refused = self._begin(page, file, Headers(scope=scope), _network(scope))
        if refused is not None:
            status, text = refused
            await PlainTextResponse(text, status)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploads.end(page, file)

    def _begin(
        self, page: str, file: str, headers: Mapping[str, str], network: str
    ) -> tuple[int, str] | None:
        length = headers.get("content-length", "")
        if not length.isdecimal():  # browsers say it; the server holds them to it
            return 411, "The length of the file must be said."
        return self._uploads.begin(page, file, int(length), network)


def _network(scope: Scope) -> str:
    client = scope.get("client")
    address = client[0] if client else ""
    return "" if not address or is_loopback(address) else network_of(address)
