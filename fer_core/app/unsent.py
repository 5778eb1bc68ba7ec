"""Keeps what the browser has not been sent yet when a part of the page runs again.

Streamlit 1.67 then drops the part's waiting elements, since newer ones will follow. But where they
belong to a run of the whole page, its end is still sent: the browser finds the part missing, takes
it off the page and draws it anew a moment later. A video that was being connected is lost with it.
"""

from functools import wraps

from streamlit.runtime.app_session import AppSession


def keep_unsent() -> None:
    """Have Streamlit send everything, in order; to be called any number of times."""
    clear = AppSession._clear_queue
    if hasattr(clear, "__wrapped__"):
        return

    @wraps(clear)
    def keep_or_clear(session: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
        if fragment_ids_this_run:
            # No newer element takes the place of an older one from before the part's run began.
            session._browser_queue._delta_index_map = {}
        else:
            clear(session, fragment_ids_this_run)

    AppSession._clear_queue = keep_or_clear  # type: ignore[method-assign, assignment]
