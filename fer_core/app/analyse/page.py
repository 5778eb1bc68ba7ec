"""The Analyse page: choose pictures or videos, watch the progress, look at what was found."""

import re
import shutil
import threading
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from fer_core.analysis import FORMATS, AnalysisOptions, Task
from fer_core.analysis.plan import kind_of, name_stems
from fer_core.app.analyse.desk import Desk, this_desk
from fer_core.app.analyse.job import AnalysisJob, JobPhase, JobState
from fer_core.app.analyse.results import show_analysis
from fer_core.app.parts.detectors import DETECTOR_NAMES
from fer_core.app.parts.filters import choose_filter
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.resources import warm_example
from fer_core.classification import model_names
from fer_core.config import settings
from fer_core.detection import DETECTORS
from fer_core.errors import FerError
from fer_core.processes import usable_cores
from fer_core.text import printable_name

POLL_EVERY_S = 0.5
PROMISE = (
    "Files are copied to this server, analysed there, and deleted when you leave or after an hour."
)
_ROUND = "analyse-round"
_RATES = {
    "Every frame": None,
    "5 times a second": 0.2,
    "Once a second": 1.0,
    "Every 5 seconds": 5.0,
}


@st.cache_resource(show_spinner=False)
def shared_gate() -> threading.Semaphore:
    """Uploads analysed at once by this process."""
    return threading.Semaphore(settings().max_analyses or max(1, usable_cores() // 2))


def show_analyse_page() -> None:
    """Draw the page as the visitor's desk stands."""
    desk = this_desk()
    st.title("Analyse", anchor=False)
    st.markdown("See which expressions the faces in your pictures and videos show, and when.")
    if desk.job is None:
        _show_choice(desk)
    elif desk.job.is_running:
        _show_progress(desk.job)
    else:
        _show_outcome(desk, desk.job)


# --- choosing -----------------------------------------------------------------------------------


def _show_choice(desk: Desk) -> None:
    st.markdown(f":material/lock: {PROMISE}")
    round_ = st.session_state.setdefault(_ROUND, 0)
    source = st.segmented_control(
        "Where from",
        ["Files", "Camera"],
        default="Files",
        key=f"source-{round_}",
        label_visibility="collapsed",
        required=True,
    )
    files: list[tuple[str, BinaryIO]] = []
    if source == "Camera":
        shot = st.camera_input("Take a picture", key=f"shot-{round_}")
        files = [("snapshot.jpg", shot)] if shot is not None else []
    else:
        uploaded = st.file_uploader(
            "Pictures or videos",
            accept_multiple_files=True,
            max_upload_size=settings().max_upload_mb,
            key=f"files-{round_}",
        )
        files = [(file.name, file) for file in uploaded]
    options = _show_options()
    if st.button(
        "Analyse",
        type="primary",
        icon=":material/play_arrow:",
        key="analyse",
        disabled=not files or options is None,
    ):
        assert options is not None
        _start(desk, files, options)
        st.rerun()
    if not files:
        _show_example()


def _show_options() -> AnalysisOptions | None:
    with st.expander("Choose how", icon=":material/tune:"):
        rate = st.selectbox(
            "Frames of a video", list(_RATES), help="Fewer frames are analysed sooner."
        )
        annotate = st.toggle(
            "Also make a copy with boxes and labels", help="Videos keep their sound."
        )
        blur = st.toggle("Hide faces in copies and reports")
        small = st.toggle("Look for small faces in videos too", help="Slower.")
        detectors = [n for n in DETECTORS if n != "yunet" or settings().yunet_model is not None]
        detector = st.selectbox(
            "Face detector",
            detectors,
            index=detectors.index(settings().detector) if settings().detector in detectors else 0,
            format_func=lambda name: DETECTOR_NAMES.get(name, name),
        )
        names = list(dict.fromkeys([settings().model, "default", *model_names()]))
        model = st.selectbox("Expression model", names)
        steady = choose_filter(model, "plain")
    try:
        return AnalysisOptions(
            model=model,
            detector=detector,
            every_s=_RATES[rate],
            formats=tuple(FORMATS),
            annotate=annotate,
            blur=blur,
            small_faces=small,
            filter=steady,
        )
    except FerError as error:
        st.error(str(error))
        return None


def _start(desk: Desk, files: list[tuple[str, BinaryIO]], options: AnalysisOptions) -> None:
    """Copy the uploads to the desk, let Streamlit forget them, and begin."""
    shown: dict[str, str] = {}
    try:
        with st.spinner("Copying"):
            for number, (name, file) in enumerate(files):
                # Only the suffix of the visitor's name reaches the disk.
                suffix = re.sub(r"[^.a-z0-9]", "", Path(name).suffix.lower())[:8]
                path = desk.uploads / f"{number:04d}{suffix}"
                with path.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
                shown[str(path)] = _plain_name(name)
    except OSError as error:
        st.error(f"The files could not be copied ({error.strerror}); try with fewer.")
        st.stop()
    stems = _stems(shown)
    tasks = [Task(file, kind_of(file), stems[file], shown[file]) for file in shown]
    desk.job = AnalysisJob(tasks, options, desk.results, shared_gate())
    desk.touch()
    desk.job.start()
    st.session_state[_ROUND] += 1


def _plain_name(name: str) -> str:
    """The last part of a name, without what file systems or archives take for something else."""
    return re.sub(r'[\\/:*?"<>|]', "_", printable_name(Path(name).name))[-120:] or "file"


def _stems(shown: dict[str, str]) -> dict[str, str]:
    """File -> stem, after the shown names; two of the same name must not be one."""
    numbered = {f"{number}/{name}": file for number, (file, name) in enumerate(shown.items())}
    return {numbered[key]: stem for key, stem in name_stems(numbered, {}).items()}


def _show_example() -> None:
    try:
        with st.spinner("Loading the model"):
            example = warm_example(settings().model, settings().detector)
    except FerError as error:
        st.error(str(error))
        return
    left, right = st.columns((13, 7), gap="medium")
    left.image(
        example.picture,
        width="stretch",
        alt="Portrait with a box around the face, labelled with its expression",
    )
    left.caption("An example: this portrait (NASA, public domain), as the model sees it.")
    with right:
        show_panel(view_of(example.result, empty_text="No face"), key="analyse-example")


# --- running ------------------------------------------------------------------------------------


def _show_progress(job: AnalysisJob) -> None:
    @st.fragment(run_every=POLL_EVERY_S)
    def poll() -> None:
        state = job.state()
        if not job.is_running:
            st.rerun()
        st.progress(state.share, progress_text(state, len(job.tasks)))
        if st.button("Cancel", icon=":material/cancel:", key="cancel-analysis"):
            job.cancel()
            st.rerun()

    poll()


def progress_text(state: JobState, count: int) -> str:
    """What stands above the bar."""
    if state.phase is JobPhase.WAITING:
        return "Waiting for another analysis to end; yours begins by itself."
    number = min(len(state.outcomes) + 1, count)
    which = f" ({number} of {count})" if count > 1 else ""
    left = "" if state.left_s is None else f", about {duration_text(state.left_s)} left"
    # Backslashes keep a name's own characters from being taken for Markdown.
    name = re.sub(r"([\\`*_{}\[\]()#+!~:$<>|-])", r"\\\1", state.current)
    return f"Analysing {name}{which}: {state.share:.0%}{left}"


def duration_text(seconds: float) -> str:
    """Rounded for people."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


# --- afterwards ---------------------------------------------------------------------------------


def _show_outcome(desk: Desk, job: AnalysisJob) -> None:
    state = job.state()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Analyse more",
            type="primary",
            icon=":material/add:",
            key="again",
            on_click=desk.clear,
        )
        st.caption(
            f"Kept for another {duration_text(desk.keeps_for_s)}, or until you leave; the button "
            "deletes it now."
        )
    if state.problem:
        st.error(state.problem)
    if state.phase is JobPhase.CANCELLED:
        ended = f"{len(state.outcomes)} of {len(job.tasks)} files had ended."
        st.info(f"Cancelled: {ended if state.outcomes else 'no file had ended.'}")
    for outcome in state.outcomes:
        if outcome.message:
            (st.error if outcome.status == "failed" else st.warning)(outcome.message)
        if outcome.note:
            st.info(outcome.note)
    show_analysis(desk, job, [o for o in state.outcomes if o.status != "failed"])
