"""While the app runs, what is too old goes, whether or not anybody has a page open."""

import logging
import threading

import streamlit as st

from fer_core.errors import FerError
from fer_core.retention import SETS, Keeper, Swept
from fer_core.storage import Store, shared_store

_log = logging.getLogger(__name__)

_LOCK = threading.Lock()
_RUNNING: list[Keeper] = []


def find_store() -> Store | None:
    """The process's store; None where FER_DATABASE_URL is wrong: files are swept all the same."""
    try:
        return shared_store()
    except FerError as error:
        _log.warning("Nothing is being recorded: %s", error)
        return None


def start_keeper(store: Store | None) -> Keeper:
    """A keeper at work, to be stopped by who started it."""
    made = Keeper(store, tell=_note_swept)
    made.start()
    return made


def ensure_keeper() -> None:
    """For plain ``streamlit run``, which calls nothing at its start: the first run of any page
    starts a keeper, which then goes on for as long as the process lives."""
    with _LOCK:
        if not _RUNNING:
            _RUNNING.append(start_keeper(find_store()))


def end_keeper() -> None:
    """End what ``ensure_keeper`` started; the next run of a page starts it again."""
    with _LOCK:
        while _RUNNING:
            _RUNNING.pop().stop()


def _note_swept(swept: Swept) -> None:
    if swept.gone.get(SETS):
        st.cache_data.clear()  # pages may have kept their pictures
