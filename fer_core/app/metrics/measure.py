"""Presses that measure what is not known yet, for those who may train models here."""

import threading
import time
from concurrent.futures import Future

import streamlit as st

from fer_core.app.access.rights import may_train
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.metrics.panel_robustness import lacks_robustness, robust_key
from fer_core.app.metrics.view import View
from fer_core.datasets.names import undivided_name
from fer_core.errors import FerError
from fer_core.evaluation.catalog import Entry, set_name, set_title
from fer_core.evaluation.pictures import find_set
from fer_core.processes import Ended, start
from fer_core.text import Sentence, mark, markdown_sentence

#: An evaluation that takes longer has gone wrong: tens of thousands of faces take minutes.
_TIMEOUT_S = 3600.0
_LOOK_EVERY_S = 0.3

_LOCK = threading.Lock()
#: What is measured now, by its command: whoever asks for the same waits for the same.
_RUNNING: dict[tuple[str, ...], Future[Ended]] = {}


def offer_scoring(view: View) -> None:
    """A press for each chosen model that was not scored on the set; the test split is no press,
    since every look at it counts."""
    if view.key.endswith("_private_test"):
        return
    for entry in view.chosen:
        if entry.name in view.problems and not entry.is_run:
            _offer(entry, view.key, robustness=False)


def offer_robustness(view: View) -> None:
    """A press for each chosen model without figures on changed faces."""
    key = robust_key(view)
    if key.endswith("_private_test"):
        return
    for entry in view.chosen:
        if not entry.is_run and lacks_robustness(entry, key):
            _offer(entry, key, robustness=True)


def _offer(entry: Entry, key: str, *, robustness: bool) -> None:
    place = find_set(undivided_name(set_name(key)))
    if not may_train() or place is None:
        return
    what = "robustness" if robustness else "accuracy"
    words = (
        tr("Measure robustness of {model} on {data}")
        if robustness
        else tr("Measure accuracy of {model} on {data}")
    )
    if not st.button(
        words.format(model=entry.name, data=set_title(key)),
        key=f"measure-{what}-{entry.name}",
        icon=":material/speed:",
        help=tr("Some minutes on this server, in a process of its own."),
    ):
        return
    command = ["evaluate", "--model", entry.name, "--data", str(place)]
    command += ["--split", key.removeprefix(f"{set_name(key)}_")]
    try:
        ended = _wait(command + ["--robustness"] * robustness)
    except FerError as error:
        st.error(markdown_sentence(told(error)))
        return
    if ended.code == 0:
        st.rerun()
    st.error(markdown_sentence(ended.sentence) or tr("It could not be measured; the log says why."))


def _wait(command: list[str]) -> Ended:
    """Run it beside this page, which may be left meanwhile.

    Raises:
        FerError: it took far too long.
    """
    began_s = time.monotonic()
    place = st.empty()
    running = _running(tuple(command))
    while not running.done():
        took = number(time.monotonic() - began_s)
        place.caption(tr("Measuring for {n} s.").format(n=took))
        time.sleep(_LOOK_EVERY_S)
    place.empty()
    try:
        return running.result()
    except (OSError, TimeoutError) as error:
        raise FerError(Sentence(mark("It could not be measured: {error}"), error=error)) from error


def _running(command: tuple[str, ...]) -> Future[Ended]:
    """The command at work; begun where it is not. The end of the app does not wait for it."""
    with _LOCK:
        found = _RUNNING.get(command)
        if found is None or found.done():
            found = _RUNNING[command] = Future()
            work = threading.Thread(target=_run, args=(command, found), daemon=True)
            work.name = "measuring"
            work.start()
        return found


def _run(command: tuple[str, ...], told: Future[Ended]) -> None:
    try:
        told.set_result(start(list(command), timeout_s=_TIMEOUT_S))
    except BaseException as error:  # whoever waits is told
        told.set_exception(error)
