"""The live page: consent and example before, video and figures during, results after."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.app.live.session import show_results
from fer_core.app.parts.filters import choose_filter
from fer_core.app.parts.notices import say
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.resources import is_warm, make_live_pipeline, shared_admission, warm_example
from fer_core.app.stream.figures import show_course, show_face
from fer_core.app.stream.messages import CONSENT
from fer_core.app.stream.video import show_video
from fer_core.app.stream.visit import Phase, Visit
from fer_core.classification import model_names
from fer_core.config import settings
from fer_core.detection import DETECTORS
from fer_core.errors import FerError

RETRY_EVERY_S = 2.0
COLUMNS = (13, 7)

#: Before Start the frame is there, to be ready at once, but there is nothing to see in it.
_HIDE_STREAM = "<style>.st-key-stream { height: 0; overflow: hidden; position: absolute; }</style>"
#: A quiet surface of a camera's shape until the video is there.
_FRAME_STREAM = (
    "<style>.st-key-stream { aspect-ratio: 4 / 3; background: rgba(127, 127, 127, 0.12); "
    "border-radius: 0.6rem; }</style>"
)

#: The sign of a running script comes and goes with every refresh, and its "Stop" is not ours.
_HIDE_STATUS = "<style>[data-testid='stStatusWidget'] { display: none; }</style>"

DETECTOR_NAMES = {
    "short": "BlazeFace, close up (default)",
    "full": "BlazeFace, across a room",
    "haar": "Haar cascade, as in older systems",
    "yunet": "YuNet, from your own file",
}


def leave_live_page() -> None:
    """Called when another page is shown: the stream of this visitor ends, the slot is free."""
    if "visit" in st.session_state:
        this_visit().leave()


def this_visit() -> Visit:
    """The state of this visitor, and of nobody else."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = Visit(detector=settings().detector, model=settings().model)
    visit: Visit = st.session_state["visit"]
    return visit


def show_live_page() -> None:
    """Draw the page as the visit stands.

    The places of the elements are the same in every phase: the frame that plays the video is
    loaded before Start and must not move, else the browser would load it again.
    """
    visit = this_visit()
    if visit.has_lost_slot:
        visit.lose_slot()
    st.title("Live", anchor=False)
    st.markdown("Watch which expression each face before your camera shows, as it changes.")
    st.html(_HIDE_STATUS)
    head = st.container()
    video, panel = st.columns(COLUMNS, gap="medium")
    below = st.container()

    with head:
        if visit.is_streaming:
            _show_stream_controls(visit)
        elif visit.phase is Phase.BUSY:
            _show_busy(visit)
        else:
            _show_start(visit)
    left = video.container(gap=None)
    with left:
        show_video(visit)
    if visit.is_streaming:
        below.html(_FRAME_STREAM)
        with panel:
            show_face(visit)
        with below.container():
            show_course(visit)
    else:
        below.html(_HIDE_STREAM)
        _show_example(visit, left, panel)


def _start(visit: Visit) -> None:
    chosen = visit.model, visit.detector, visit.steady
    visit.start(shared_admission(), lambda: make_live_pipeline(*chosen))


# --- before -------------------------------------------------------------------------------------


def _show_start(visit: Visit) -> None:
    st.markdown(f":material/lock: {CONSENT}")
    st.button(
        "Start" if visit.results is None else "Start again",
        type="primary",
        icon=":material/videocam:",
        key="start",
        disabled=not is_warm(visit.model, visit.detector),
        on_click=_start,
        args=(visit,),
    )
    say(visit.message)
    _show_choices(visit)
    if visit.results is not None:
        show_results(visit.results, visit.reset)


def _show_choices(visit: Visit) -> None:
    with st.expander("Choose detector, model and filter", icon=":material/tune:"):
        detectors = [name for name in DETECTORS if name != "yunet" or visit.detector == "yunet"]
        names = list(dict.fromkeys(["default", *model_names(), visit.model]))
        chosen_detector = st.selectbox(
            "Face detector",
            detectors,
            index=detectors.index(visit.detector) if visit.detector in detectors else 0,
            format_func=lambda name: DETECTOR_NAMES.get(name, name),
            help="The close-up detector is the fastest; the room detector finds smaller faces.",
        )
        chosen_model = st.selectbox(
            "Expression model",
            names,
            index=names.index(visit.model),
            help="The default is the model that whoever runs this server has chosen.",
        )
        chosen_filter = choose_filter(chosen_model, visit.steady)
    chosen = chosen_model, chosen_detector, chosen_filter
    if chosen != (visit.model, visit.detector, visit.steady):
        visit.model, visit.detector, visit.steady = chosen
        st.rerun()


def _show_example(visit: Visit, left: DeltaGenerator, right: DeltaGenerator) -> None:
    try:
        if not is_warm(visit.model, visit.detector):
            with left, st.spinner("Loading the model"):
                warm_example(visit.model, visit.detector)
            st.rerun()
        example = warm_example(visit.model, visit.detector)
    except FerError as error:
        left.error(str(error))
        return
    if visit.results is not None or visit.phase is Phase.BUSY:
        return
    with left.container():
        st.image(
            example.picture,
            width="stretch",
            alt="Portrait with a box around the face, labelled with its expression",
        )
        st.caption("An example: this portrait (NASA, public domain), as the model sees it.")
    with right:
        figures = f"{example.result.total_ms:.1f} ms for this picture"
        show_panel(view_of(example.result, figures=figures, empty_text="No face"), key="example")


# --- busy ---------------------------------------------------------------------------------------


def _show_busy(visit: Visit) -> None:
    say(visit.message)
    st.button("Cancel", key="cancel", on_click=visit.reset)

    @st.fragment(run_every=RETRY_EVERY_S)
    def retry() -> None:
        if visit.in_phase_s > RETRY_EVERY_S / 2:
            _start(visit)
        if visit.phase is not Phase.BUSY:
            st.rerun()
        st.caption(
            f"Trying again every {RETRY_EVERY_S:.0f} seconds; you have waited "
            f"{visit.in_phase_s:.0f} s. The video starts by itself when a place is free."
        )

    retry()


# --- during -------------------------------------------------------------------------------------


def _show_stream_controls(visit: Visit) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop",
            type="primary",
            icon=":material/stop_circle:",
            key="stop",
            on_click=visit.finish,
        )
        st.button(
            "Set my neutral face",
            icon=":material/sentiment_neutral:",
            key="baseline",
            disabled=visit.phase is not Phase.RUNNING,
            on_click=_measure_baseline,
            args=(visit,),
            help="Look neutral for three seconds: what your face shows at rest is then "
            "taken into account.",
        )


def _measure_baseline(visit: Visit) -> None:
    if visit.session is not None:
        visit.session.start_baseline()
