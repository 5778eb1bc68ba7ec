"""The live page: consent and example before, video and figures during, results after."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.app.live.session import show_results
from fer_core.app.parts.detectors import DETECTOR_NAMES
from fer_core.app.parts.filters import choose_filter
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.resources import is_warm, make_live_pipeline, shared_admission, warm_example
from fer_core.app.stream.figures import show_course, show_face
from fer_core.app.stream.messages import CONSENT
from fer_core.app.stream.show import WIDTHS, Places, show_stream, start_button
from fer_core.app.stream.visit import Phase, Visit
from fer_core.classification import model_names
from fer_core.detection import DETECTORS

STREAM_KEY = "live_stream"
REFRESH_S = 0.5


def leave_live_page() -> None:
    """Called when another page is shown: the stream of this visitor ends, the slot is free."""
    if "visit" in st.session_state:
        this_visit().leave()


def this_visit() -> Visit:
    """The state of this visitor, and of nobody else."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = Visit.of_settings()
    visit: Visit = st.session_state["visit"]
    return visit


def show_live_page() -> None:
    """Draw the page as the visit stands."""
    visit = this_visit()
    st.title("Live", anchor=False)
    st.markdown("Watch which expression each face before your camera shows, as it changes.")
    # The same places in every phase, those of the video above all.
    head, choices = st.container(), st.container()
    video, panel = st.columns(WIDTHS, gap="medium")
    left, below = video.container(gap=None), st.container()
    show_stream(
        visit,
        key=STREAM_KEY,
        controls=lambda: _show_controls(visit),
        start=lambda: _start(visit),
        beside=show_face,
        places=Places(head, left, panel),
        lose=visit.lose_slot,
        refresh_s=REFRESH_S,
    )
    if visit.is_streaming:
        with below:
            show_course(visit)
        return
    if visit.phase is not Phase.BUSY:
        with choices:
            _show_choices(visit)
            if visit.results is not None:
                show_results(visit.results, visit.reset)
    _show_example(visit, left, panel)


def _start(visit: Visit) -> None:
    chosen = visit.model, visit.detector, visit.steady
    visit.start(shared_admission(), lambda: make_live_pipeline(*chosen))


def _show_controls(visit: Visit) -> None:
    if visit.is_streaming:
        _show_stream_controls(visit)
    elif visit.phase is not Phase.BUSY:
        st.markdown(f":material/lock: {CONSENT}")
        label = "Start" if visit.results is None else "Start again"
        start_button(visit, label, key="start", on_click=_start, args=(visit,))


# --- before -------------------------------------------------------------------------------------


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
    if not is_warm(visit.model, visit.detector):
        return  # the models can't be loaded; the page has said why
    if visit.results is not None or visit.phase is Phase.BUSY:
        return
    example = warm_example(visit.model, visit.detector)
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
