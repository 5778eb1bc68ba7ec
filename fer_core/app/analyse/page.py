"""The Analyse page: choose pictures or videos, watch the progress, look at what was found."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from fer_core.analysis import FORMATS, AnalysisOptions, Task
from fer_core.analysis.job import AnalysisJob, JobPhase, shared_gate
from fer_core.analysis.plan import kind_of, name_stems
from fer_core.app.analyse.desk import AnalyseDesk, this_desk
from fer_core.app.analyse.progress import duration_text, progress_text
from fer_core.app.analyse.results import show_analysis
from fer_core.app.language.spoken import told, tr
from fer_core.app.parts.detectors import detector_name
from fer_core.app.parts.filters import choose_filter
from fer_core.app.parts.models import model_choice_text, running_model_text
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.resources import warm_example
from fer_core.app.uploads import drop_files, expect_files, largest_mb
from fer_core.classification import model_names
from fer_core.config import settings
from fer_core.detection import DETECTORS
from fer_core.errors import FerError
from fer_core.hosting.draining import shared_drain
from fer_core.text import mark, printable_name

POLL_EVERY_S = 0.5
PROMISE = mark(
    "Files are copied to this server, analysed there, and deleted an hour after you last used "
    "them, or when you delete them. Until then you find the results in this browser again."
)
_FILES, _CAMERA = mark("Files"), mark("Camera")
_ROUND = "analyse-round"
_RATES = {
    mark("Every frame"): None,
    mark("5 times a second"): 0.2,
    mark("Once a second"): 1.0,
    mark("Every 5 seconds"): 5.0,
}


def show_analyse_page() -> None:
    """Draw the page as the visitor's desk stands."""
    desk = this_desk()
    st.title(tr("Analyse"), anchor=False)
    st.markdown(tr("See which expressions the faces in your pictures and videos show, and when."))
    if desk.job is None or desk.is_choosing:
        _show_choice(desk)
    elif desk.job.is_running:
        _show_progress(desk.job)
    else:
        _show_outcome(desk, desk.job)


# --- choosing -----------------------------------------------------------------------------------


def _show_choice(desk: AnalyseDesk) -> None:
    if desk.is_choosing:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                tr("Back to the results"),
                icon=":material/arrow_back:",
                key="back-to-results",
                on_click=_choose,
                args=(desk, False),
            )
            st.caption(
                tr("They are kept for another {time}.").format(time=duration_text(desk.keeps_for_s))
            )
    st.markdown(f":material/lock: {tr(PROMISE)}")
    round_ = st.session_state.setdefault(_ROUND, 0)
    source = st.segmented_control(
        tr("Where from"),
        [_FILES, _CAMERA],
        format_func=tr,
        default=_FILES,
        key=f"source-{round_}",
        label_visibility="collapsed",
        required=True,
    )
    files: list[tuple[str, BinaryIO]] = []
    expect_files()
    if source == _CAMERA:
        shot = st.camera_input(tr("Take a picture"), key=f"shot-{round_}")
        files = [("snapshot.jpg", shot)] if shot is not None else []
    else:
        uploaded = st.file_uploader(
            tr("Pictures or videos"),
            accept_multiple_files=True,
            max_upload_size=largest_mb(),
            key=f"files-{round_}",
        )
        files = [(file.name, file) for file in uploaded]
    options = _show_options()
    if st.button(
        tr("Analyse"),
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
    with st.expander(tr("Choose how"), icon=":material/tune:"):
        rate = st.selectbox(
            tr("Frames of a video"),
            list(_RATES),
            format_func=tr,
            help=tr("Fewer frames are analysed sooner."),
        )
        annotate = st.toggle(
            tr("Also make a copy with boxes and labels"), help=tr("Videos keep their sound.")
        )
        blur = st.toggle(tr("Hide faces in copies and reports"))
        small = st.toggle(tr("Look for small faces in videos too"), help=tr("Slower."))
        tilted = st.toggle(
            tr("Look for faces on their side or upside down too"), help=tr("Slower.")
        )
        measures = st.toggle(
            tr("Also measures of the face, valence and blinks"),
            help=tr(
                "Two more tables: lengths of brows, lids, mouth and jaw, by frame and by second."
            ),
        )
        detectors = [n for n in DETECTORS if n != "yunet" or settings().yunet_model is not None]
        detector = st.selectbox(
            tr("Face detector"),
            detectors,
            index=detectors.index(settings().detector) if settings().detector in detectors else 0,
            format_func=detector_name,
        )
        names = list(dict.fromkeys([settings().model, "default", *model_names()]))
        model = st.selectbox(tr("Expression model"), names, format_func=model_choice_text)
        steady = choose_filter(model, "plain")
    try:
        return AnalysisOptions(
            model=model,
            detector=detector,
            every_s=_RATES[rate],
            formats=tuple(FORMATS),
            annotate=annotate,
            blur=blur,
            pose=True,
            measures=measures,
            small_faces=small,
            tilted=tilted,
            filter=steady,
        )
    except FerError as error:
        st.error(told(error))
        return None


def _start(desk: AnalyseDesk, files: list[tuple[str, BinaryIO]], options: AnalysisOptions) -> None:
    """Copy the uploads to the desk, let Streamlit forget them, and begin."""
    shown: dict[str, str] = {}
    earlier = [task for job in desk.jobs for task in job.tasks]
    first = len(earlier)
    try:
        with st.spinner(tr("Copying")):
            for place, (name, file) in enumerate(files):
                # Only the suffix of the visitor's name reaches the disk.
                suffix = re.sub(r"[^.a-z0-9]", "", Path(name).suffix.lower())[:8]
                path = desk.uploads / f"{first + place:04d}{suffix}"
                with path.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
                shown[str(path)] = _plain_name(name)
    except OSError as error:
        st.error(
            tr("The files could not be copied ({why}); try with fewer.").format(why=error.strerror)
        )
        st.stop()
    drop_files(getattr(file, "file_id", "") for _, file in files)
    stems = _stems(shown, [task.stem for task in earlier])
    tasks = [Task(file, kind_of(file), stems[file], shown[file]) for file in shown]
    desk.begin(AnalysisJob(tasks, options, desk.results, shared_gate()))
    st.session_state[_ROUND] += 1


def _plain_name(name: str) -> str:
    """The last part of a name, without what file systems or archives take for something else."""
    return re.sub(r'[\\/:*?"<>|]', "_", printable_name(Path(name).name))[-120:] or "file"


def _stems(shown: dict[str, str], taken: Sequence[str] = ()) -> dict[str, str]:
    """File -> stem, after the shown names; two of the same name must not be one, nor one of those
    that are ``taken``."""
    kept = {f"taken/{place}": stem for place, stem in enumerate(taken)}
    numbered = {f"{place}/{name}": file for place, (file, name) in enumerate(shown.items())}
    return {numbered[key]: stem for key, stem in name_stems(numbered, kept).items()}


def _show_example() -> None:
    try:
        with st.spinner(tr("Loading the model")):
            example = warm_example(settings().model, settings().detector)
    except FerError as error:
        st.error(told(error))
        return
    left, right = st.columns((13, 7), gap="medium")
    left.image(
        example.picture,
        width="stretch",
        alt=tr("Portrait with a box around the face, labelled with its expression"),
    )
    left.caption(tr("An example: this portrait (NASA, public domain), as the model sees it."))
    with right:
        model = running_model_text(settings().model)
        show_panel(
            view_of(example.result, figures=model, empty_text=mark("No face")),
            key="analyse-example",
        )


# --- running ------------------------------------------------------------------------------------


def _show_progress(job: AnalysisJob) -> None:
    @st.fragment(run_every=POLL_EVERY_S)
    def poll() -> None:
        state = job.state()
        if not job.is_running:
            st.rerun()
        _show_end()
        st.progress(state.share, progress_text(state, len(job.tasks)))
        if st.button(tr("Cancel"), icon=":material/cancel:", key="cancel-analysis"):
            job.cancel()
            st.rerun()

    poll()


def _show_end() -> None:
    """The server is about to be replaced, and what was found goes with it."""
    if shared_drain().is_on:
        st.warning(tr(shared_drain().results_sentence), icon=":material/save:")


# --- afterwards ---------------------------------------------------------------------------------


def _choose(desk: AnalyseDesk, is_choosing: bool) -> None:
    """Go to the form, or back; nothing is deleted by it."""
    desk.is_choosing = is_choosing
    desk.touch()


def _show_outcome(desk: AnalyseDesk, job: AnalysisJob) -> None:
    state = job.state()
    _show_end()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("Analyse more"),
            type="primary",
            icon=":material/add:",
            key="again",
            on_click=_choose,
            args=(desk, True),
            help=tr("These results stay beside the new ones."),
        )
        if st.button(tr("Delete all"), icon=":material/delete:", key="delete-results"):
            st.dialog(tr("Delete all files and results?"))(_confirm_delete)(desk)
        st.caption(tr("Kept for another {time}.").format(time=duration_text(desk.keeps_for_s)))
    if state.problem:
        st.error(tr(state.problem))
    if state.phase is JobPhase.CANCELLED:
        ended = len(state.outcomes)
        st.info(
            tr("Cancelled: {k} of {n} files had ended.").format(k=ended, n=len(job.tasks))
            if ended
            else tr("Cancelled: no file had ended.")
        )
    for outcome in state.outcomes:
        if outcome.message:
            (st.error if outcome.status == "failed" else st.warning)(tr(outcome.message))
        if outcome.note:
            st.info(tr(outcome.note))
    show_analysis(desk)


def _confirm_delete(desk: AnalyseDesk) -> None:
    count = sum(len(job.tasks) for job in desk.jobs)
    st.markdown(
        tr("The file and what was found go at once, and cannot be brought back.")
        if count == 1
        else tr("All {n} files and what was found go at once, and cannot be brought back.").format(
            n=count
        )
    )
    with st.container(horizontal=True):
        if st.button(tr("Delete them"), type="primary", key="delete-yes", on_click=desk.clear):
            st.rerun()
        if st.button(tr("Keep them"), key="delete-no"):
            st.rerun()
