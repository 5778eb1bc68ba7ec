"""Every reach into a part of Streamlit or streamlit-webrtc that is not public.

| what | why | about it |
|---|---|---|
| ``AppSession.request_rerun`` | a late report of the page being left takes the visitor back to it | streamlit/streamlit#9183 |
| ``AppSession._clear_queue`` | a part that runs again takes what a whole run has not sent yet | streamlit/streamlit#9381 |
| ``pages_manager`` of a run | the router shows the page asked for last, not the one being left | streamlit/streamlit#9183 |
| ``PagesManager.uses_pages_directory`` | a folder ``pages/`` is an app of the older kind until the first ``st.navigation`` | streamlit/streamlit#9624 |
| ``media_file_mgr`` of the runtime | a player of our own needs the address of a clip | streamlit/streamlit#5227 |
| ``WebRtcStreamerContext`` | an answer to an older offer of the browser must not be sent | whitphx/streamlit-webrtc#2540 |

A part that has moved, or a version that nobody tried, costs one feature and a line in the log, never
the app: each is looked up when it is needed, behind ``optional``, and a method that is wrapped takes
whatever arguments it has.
"""  # noqa: E501

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar, cast

import streamlit as st

_log = logging.getLogger(__name__)

#: The versions with which what is here was tried; a patch release counts as the same.
TRIED: Final[Mapping[str, tuple[str, ...]]] = {
    "streamlit": ("1.67",),
    "streamlit-webrtc": ("0.79",),
}

P = ParamSpec("P")
T = TypeVar("T")
_told: set[str] = set()


def optional(
    feature: str, *, default: T, package: str = "streamlit"
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Have a function that reaches for private parts give ``default`` where they are not there.

    Args:
        feature: what a visitor does without then; for the log, which says it once.
        default: what is given instead.
        package: whose private parts, by its name on PyPI.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            if not is_tried(package):
                _tell(feature, package, "this version was not tried")
                return default
            try:
                return function(*args, **kwargs)
            except (AttributeError, ImportError, TypeError) as error:
                _tell(feature, package, f"{type(error).__name__}: {error}")
                return default

        return call

    return decorate


def is_tried(package: str) -> bool:
    """Whether the version that is installed is one of ``TRIED``."""
    return _release(package) in TRIED[package]


def _release(package: str) -> str:
    """The first two numbers of a version."""
    try:
        return ".".join(version(package).split(".")[:2])
    except PackageNotFoundError:
        return "none"


def _tell(feature: str, package: str, reason: str) -> None:
    if feature not in _told:
        _told.add(feature)
        _log.warning("Without '%s' in %s %s: %s", feature, package, _release(package), reason)


# --- pages ---------------------------------------------------------------------------------------

_PAGES: Final = "a click on another page counts at once"


@optional(_PAGES, default=None)
def ask_before_reruns(admits: Callable[[Any, str, bool], bool]) -> None:
    """Have Streamlit ask before a request of the browser runs; any number of times.

    Args:
        admits: takes the session, the page's hash, and whether it is a part of the page only.
    """
    from streamlit.runtime.app_session import AppSession

    run: Callable[..., Any] = AppSession.request_rerun
    if hasattr(run, "__wrapped__"):
        return

    @optional(_PAGES, default=True)
    def is_admitted(session: Any, asked: Any) -> bool:
        if asked is None:
            return True
        return admits(session, asked.page_script_hash, bool(asked.fragment_id))

    @wraps(run)
    def request_rerun(session: Any, *args: Any, **kwargs: Any) -> Any:
        if is_admitted(session, next(iter((*args, *kwargs.values())), None)):
            return run(session, *args, **kwargs)
        return None

    owner: Any = AppSession
    owner.request_rerun = request_rerun


@optional(_PAGES, default=None)
def choose_page(choose: Callable[[str, str], str]) -> None:
    """Show another page than the one that is about to be shown.

    Args:
        choose: takes the session's id and the hash of the page; gives the hash of the page to show.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is None:
        return
    pages = context.pages_manager
    intended = pages.intended_page_script_hash or ""
    chosen = choose(context.session_id, intended)
    if chosen != intended:
        pages.set_script_intent(chosen, "")


@optional("a page's own address opens it within the navigation at the first visit", default=False)
def leave_pages_directory() -> bool:
    """Have the folder ``pages/`` not be an app of the older kind, as ``st.navigation`` does.

    True where that is so from the next run on.
    """
    from streamlit.runtime.pages_manager import PagesManager

    _ = PagesManager.uses_pages_directory  # to be set it must be there
    PagesManager.uses_pages_directory = False
    return True


# --- what waits for the browser ------------------------------------------------------------------

_UNSENT: Final = "what a page has not sent yet is sent though a part of it runs again"


@optional(_UNSENT, default=None)
def keep_unsent() -> None:
    """Have Streamlit send everything, in order; to be called any number of times.

    Where a part of a page runs again it drops the part's waiting elements, since newer ones will
    follow. But where they belong to a run of the whole page, its end is still sent: the browser
    finds the part missing, takes it off the page and draws it anew a moment later. A video that was
    being connected is lost with it.
    """
    from streamlit.runtime.app_session import AppSession

    clear: Callable[..., Any] = AppSession._clear_queue
    if hasattr(clear, "__wrapped__"):
        return

    @optional(_UNSENT, default=False)
    def keeps(session: Any) -> bool:
        # No newer element takes the place of an older one from before the part's run began.
        session._browser_queue._delta_index_map.clear()
        return True

    @wraps(clear)
    def keep_or_clear(session: Any, *args: Any, **kwargs: Any) -> Any:
        if any((*args, *kwargs.values())) and keeps(session):
            return None
        return clear(session, *args, **kwargs)

    owner: Any = AppSession
    owner._clear_queue = keep_or_clear


# --- files ---------------------------------------------------------------------------------------


@optional("a player of our own for clips", default=cast("str | None", None))
def media_address(path: Path, mime_type: str, place: str) -> str | None:
    """The address under which Streamlit serves a file to this visitor.

    Args:
        path: of the file.
        mime_type: of its content.
        place: on the page; the file is let go once nothing stands there any more.
    """
    from streamlit.runtime import get_instance

    return get_instance().media_file_mgr.add(str(path), mime_type, place)


# --- connections ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServerHalf:
    """What the server holds of a connection, and what the browser said of it last.

    Attributes:
        context: ``WebRtcStreamerContext`` of the stream.
        report: ``playing``, ``sdpOffer``; None before the browser said anything.
    """

    context: Any
    report: Any

    @classmethod
    def of(cls, key: str) -> Self | None:
        """That of the stream with this key; None before its first run."""
        from streamlit_webrtc.component import generate_frontend_component_key

        context = st.session_state.get(key)
        if context is None:
            return None
        return cls(context, st.session_state.get(generate_frontend_component_key(key)))

    @property
    def is_idle(self) -> bool:
        """Whether the browser neither plays nor is connecting, as far as the server knows."""
        return not self.context.state.playing and not self.context.state.signalling

    @property
    def answer(self) -> str | None:
        """The answer to an offer, as JSON; None where there is none."""
        found: str | None = self.context._sdp_answer_json
        return found

    @property
    def is_answer_waiting(self) -> bool:
        """Whether there is an answer that has not been sent."""
        return self.answer is not None and not self.context._is_sdp_answer_sent

    @property
    def has_peer(self) -> bool:
        """Whether the server's end of the connection is there."""
        return self.context._get_worker() is not None

    @property
    def connection(self) -> str:
        """State of the server's end as ``RTCPeerConnection.iceConnectionState`` has it; ``none``
        where it is not there yet."""
        worker = self.context._get_worker()
        return "none" if worker is None else str(worker.pc.iceConnectionState)

    @property
    def answered_offer(self) -> str | None:
        """The offer (SDP) that the server's end answered; None where it did not yet."""
        worker = self.context._get_worker()
        offer = None if worker is None else worker.pc.remoteDescription
        return None if offer is None else str(offer.sdp)

    @property
    def newest_offer(self) -> str | None:
        """The offer (SDP) that the browser made last; None where it makes none."""
        offer = self.report.get("sdpOffer") if isinstance(self.report, Mapping) else None
        return str(offer.get("sdp")) if isinstance(offer, Mapping) else None

    def remember_report(self) -> None:
        """Have streamlit-webrtc keep to what the browser said.

        A run that ended before it came to the stream makes it forget: it would answer, take the
        answer for a leftover, and so on without end.
        """
        from streamlit_webrtc.component import compile_state

        if isinstance(self.report, Mapping):
            self.context._set_state(compile_state(self.report))

    def begin_anew(self) -> None:
        """Throw the answer and the server's end away; the browser goes on as it was."""
        from streamlit_webrtc.component import _reset_context

        state = self.context.state
        _reset_context(self.context)
        self.context._set_state(state)

    def end(self) -> None:
        """End the server's half; it is drawn no more."""
        from streamlit_webrtc.component import _reset_context

        _reset_context(self.context)

    def allow_another_run(self) -> None:
        """A run that ends before the stream is drawn is not taken for a visit to another page."""
        self.context._last_rendered_run_count = None
