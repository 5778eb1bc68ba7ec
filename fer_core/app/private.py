"""Every reach into a part of Streamlit that is not public.

``private_batches`` has those that mend what a browser reports at once, ``private_endings`` what is
asked for as a run ends, ``private_webrtc`` those into streamlit-webrtc.

| what | why | about it |
|---|---|---|
| ``AppSession.request_rerun`` | a late report of the page being left takes the visitor back to it | streamlit/streamlit#9183 |
| ``AppSession._clear_queue`` | a part that runs again takes what a whole run has not sent yet | streamlit/streamlit#9381 |
| ``pages_manager`` of a run | the router shows the page asked for last, not the one being left | streamlit/streamlit#9183 |
| ``PagesManager.uses_pages_directory`` | a folder ``pages/`` is an app of the older kind until the first ``st.navigation`` | streamlit/streamlit#9624 |
| ``media_file_mgr`` of the runtime | a player of our own needs the address of a clip | streamlit/streamlit#5227 |
| ``is_active_session`` of the runtime | a place is held by a page that was closed | no issue |
| ``uploaded_file_mgr`` of the runtime | files that were uploaded go by the clock | no issue |
| ``static/media`` | labels on pictures are written in the pages' own font | no issue |
| ``make_url_path`` of ``user_info`` | log in and out lie below the path that a page lies below | no issue |

A part that has moved, or a version that nobody tried, costs one feature and a line in the log, never
the app: each is looked up when it is needed, behind ``optional``, and a method that is wrapped takes
whatever arguments it has.
"""  # noqa: E501

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

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


# --- what a browser asks for ---------------------------------------------------------------------

#: Takes a session, what is asked of it (None where the server itself asks), and what runs something
#: in its place: nothing, once or several times, now or later.
Instead = Callable[[Any, Any, Callable[[Any], Any]], Any]


def run_instead(feature: str, instead: Instead) -> None:
    """Have something of ours stand before what Streamlit runs; any number of times.

    Args:
        feature: what it is there for; nothing stands there twice for the same.
        instead: runs what was asked for, or something else.
    """
    from streamlit.runtime.app_session import AppSession

    run: Any = AppSession.request_rerun
    if feature in getattr(run, "features", ()):
        return

    @wraps(run)
    def request_rerun(session: Any, *args: Any, **kwargs: Any) -> Any:
        asked = next(iter((*args, *kwargs.values())), None)

        def go_on(one: Any) -> Any:
            now = tuple(one if value is asked else value for value in args)
            named = {name: one if value is asked else value for name, value in kwargs.items()}
            return run(session, *now, **named)

        return instead(session, asked, go_on)

    owner: Any = AppSession
    owner.request_rerun = request_rerun
    owner.request_rerun.features = (*getattr(run, "features", ()), feature)


# --- pages ---------------------------------------------------------------------------------------

_PAGES: Final = "a click on another page counts at once"


@optional(_PAGES, default=None)
def ask_before_reruns(admits: Callable[[Any, str, bool], bool]) -> None:
    """Have Streamlit ask before a request of the browser runs; any number of times.

    Args:
        admits: takes the session, the page's hash, and whether it is a part of the page only.
    """

    @optional(_PAGES, default=True)
    def is_admitted(session: Any, asked: Any) -> bool:
        if asked is None:
            return True
        return admits(session, asked.page_script_hash, bool(asked.fragment_id))

    def instead(session: Any, asked: Any, go_on: Callable[[Any], Any]) -> Any:
        return go_on(asked) if is_admitted(session, asked) else None

    run_instead(_PAGES, instead)


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


# --- places ---------------------------------------------------------------------------------------


@optional("the place of a page that was closed is soon free for others", default=lambda: True)
def watch_page() -> Callable[[], bool]:
    """What tells, on any thread, whether this page of this browser is connected still."""
    from streamlit.runtime import exists, get_instance

    if not exists():
        return lambda: True
    is_active, session = get_instance().is_active_session, session_id()
    return lambda: bool(is_active(session))


# --- uploads -------------------------------------------------------------------------------------

_UPLOADS: Final = "uploaded files go by the clock, and once they were copied"


@optional("a page takes files only where it asks for some", default="")
def session_id() -> str:
    """What Streamlit calls this page of this browser, also in the address of its uploads."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return "" if context is None else context.session_id


@optional("labels on pictures with letters beyond ASCII", default="")
def page_font() -> str:
    """File of the font that pages are written in; empty where it is not found."""
    import streamlit

    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    found = sorted(media.glob("SourceSansVF-Upright.ttf.*.woff2"))
    return str(found[0]) if found else ""


@optional("texts in the visitor's language where a thread has no page", default=True)
def has_page() -> bool:
    """Whether this thread draws a page, or answers for one."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    return get_script_run_ctx(suppress_warning=True) is not None


@optional(_UPLOADS, default=cast("set[tuple[str, str]] | None", None))
def held_uploads() -> set[tuple[str, str]] | None:
    """The uploaded files in memory, as (session, file); None where that is not known."""
    from streamlit.runtime import exists, get_instance

    if not exists():
        return None
    manager: Any = get_instance().uploaded_file_mgr
    held: Mapping[str, Mapping[str, Any]] = dict(manager.file_storage)
    return {(session, file) for session, files in held.items() for file in tuple(files)}


@optional(_UPLOADS, default=None)
def forget_upload(session: str, file: str) -> None:
    """Have Streamlit drop an uploaded file from memory."""
    from streamlit.runtime import exists, get_instance

    if exists():
        manager: Any = get_instance().uploaded_file_mgr
        manager.remove_file(session, file)


# --- log in --------------------------------------------------------------------------------------


@optional("log in and out below a path", default=None)
def stay_below_path() -> None:
    """Have ``st.login`` and ``st.logout`` send the browser to beside the page; to be called any
    number of times.

    Streamlit names them from the root of its own setting, which is empty where the path is taken
    off before it (``base_path``). Pages lie one below the other's beginning, so that what lies
    beside one lies beside all.
    """
    from streamlit import user_info

    owner: Any = user_info
    _ = (owner.make_url_path, owner.AUTH_LOGIN_ENDPOINT)  # to be changed it must be there
    owner.make_url_path = lambda _base, path: f"./{path.lstrip('/')}"
