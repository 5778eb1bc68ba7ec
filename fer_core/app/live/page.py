"""The live page: consent and example before, video and figures during, results after."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.app.device.component import show_device
from fer_core.app.device.messages import ON_DEVICE, ON_SERVER
from fer_core.app.device.way import Way, is_offered, keep_way, last_way, take_way, what_hinders
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.live.session import show_results
from fer_core.app.live.tools import show_tools
from fer_core.app.parts.detectors import detector_name
from fer_core.app.parts.filters import choose_filter
from fer_core.app.parts.models import model_choice_text, running_model_text
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.parts.resume import offer_return
from fer_core.app.resources import is_warm, make_live_pipeline, shared_admission, warm_example
from fer_core.app.stream.figures import show_course, show_face
from fer_core.app.stream.messages import CONSENT, STILL_TRYING, Message
from fer_core.app.stream.show import WIDTHS, Places, show_stream
from fer_core.app.stream.start import start_button
from fer_core.app.stream.visit import Phase, Visit
from fer_core.classification import model_names
from fer_core.detection import DETECTORS
from fer_core.errors import FerError
from fer_core.streaming import LiveSnapshot
from fer_core.text import mark

STREAM_KEY = "live_stream"
REFRESH_S = 0.5
#: Number of the analysis on the device that is on the page; none while there is none.
_DEVICE = "live_device"


def leave_live_page() -> None:
    """Called when another page is shown: the stream of this visitor ends, the slot is free."""
    st.session_state.pop(_DEVICE, None)
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
    st.title(tr("Live"), anchor=False)
    st.markdown(tr("Watch which expression each face before your camera shows, as it changes."))
    if _DEVICE in st.session_state and _show_on_device(visit):
        keep_way()
        return
    # The same places in every phase, those of the video above all.
    head, found = st.container(), st.container()
    video, panel = st.columns(WIDTHS, gap="medium")
    left, side, course = video.container(gap=None), panel.container(), panel.container()
    below = st.container()
    show_stream(
        visit,
        key=STREAM_KEY,
        controls=lambda: _show_controls(visit),
        start=lambda: _start(visit),
        beside=lambda snapshot, message: _show_moment(visit, snapshot, message),
        places=Places(head, left, side),
        lose=visit.lose_slot,
        refresh_s=REFRESH_S,
        shows_results=True,
    )
    with below:
        keep_way()
    if visit.is_streaming:
        with course:
            show_course(visit)
        return
    if visit.phase is not Phase.BUSY:
        if visit.results is not None:
            with found:
                show_results(visit.results, visit.reset)
        with below:
            _show_choices(visit)
    _show_example(visit, left, side)


def _start(visit: Visit) -> None:
    take_way(Way.SERVER)
    chosen = visit.model, visit.detector, visit.steady
    visit.start(shared_admission(), lambda: make_live_pipeline(*chosen))


def _show_controls(visit: Visit) -> None:
    if visit.is_streaming:
        _show_stream_controls(visit)
    elif visit.phase is not Phase.BUSY:
        _show_start(visit)


def _show_start(visit: Visit) -> None:
    """Two ways to begin, each with its sentence; the one that was taken last stands out."""
    said = {
        Way.SERVER: f":material/lock: {tr(CONSENT)}",
        Way.DEVICE: f":material/devices: {tr(ON_DEVICE)}",
    }
    st.markdown("  \n".join(text for way, text in said.items() if is_offered(way)))
    label = tr("Start") if visit.results is None else tr("Start again")
    is_device = last_way() is Way.DEVICE
    with st.container(horizontal=True):
        if is_offered(Way.SERVER):
            start_button(
                visit,
                label,
                key="start",
                on_click=_start,
                args=(visit,),
                is_primary=not is_device,
            )
        _device_button(visit, is_primary=is_device, key="start_device")
    if is_offered(Way.DEVICE):
        hindrance = what_hinders(visit.model, visit.detector, visit.steady)
        if hindrance is not None:
            instead = tr("Start analyses on the server.") if is_offered(Way.SERVER) else ""
            st.caption(f":material/devices: {hindrance} {instead}".rstrip())


def _device_button(visit: Visit, *, is_primary: bool, key: str) -> None:
    if not is_offered(Way.DEVICE):
        return
    hindrance = what_hinders(visit.model, visit.detector, visit.steady)
    if key == "start_device":
        offer_return("device", is_on=False, button="" if hindrance else key)
    st.button(
        tr("Start on this device"),
        type="primary" if is_primary else "secondary",
        icon=":material/devices:",
        key=key,
        disabled=hindrance is not None,
        help=hindrance,
        on_click=_start_on_device,
        args=(visit,),
    )


# --- on the visitor's own device ----------------------------------------------------------------


def _start_on_device(visit: Visit) -> None:
    take_way(Way.DEVICE)
    visit.finish() if visit.is_streaming else visit.reset()
    st.session_state[_DEVICE] = st.session_state.get(f"{_DEVICE}_count", 0) + 1
    st.session_state[f"{_DEVICE}_count"] = st.session_state[_DEVICE]


def _show_on_device(visit: Visit) -> bool:
    """Draw the analysis on the device; False where it cannot be, and the page has said why."""
    try:
        show_device(
            key=f"device-{st.session_state[_DEVICE]}",
            model=visit.model,
            detector=visit.detector,
            steady=visit.steady,
            on_close=lambda: st.session_state.pop(_DEVICE, None),
        )
    except FerError as error:
        st.session_state.pop(_DEVICE)
        visit.message = Message("error", told(error))
        return False
    offer_return("device", is_on=True, button="")
    return True


def _show_moment(visit: Visit, snapshot: LiveSnapshot, message: Message | None) -> None:
    show_face(snapshot, message, model="" if visit.identity is None else visit.identity.name)
    if message is STILL_TRYING:
        _device_button(visit, is_primary=True, key="instead")


# --- before -------------------------------------------------------------------------------------


def _show_choices(visit: Visit) -> None:
    with st.expander(tr("Choose detector, model and filter"), icon=":material/tune:"):
        detectors = [name for name in DETECTORS if name != "yunet" or visit.detector == "yunet"]
        names = list(dict.fromkeys(["default", *model_names(), visit.model]))
        chosen_detector = st.selectbox(
            tr("Face detector"),
            detectors,
            index=detectors.index(visit.detector) if visit.detector in detectors else 0,
            format_func=detector_name,
            help=tr("The close-up detector is the fastest; the room detector finds smaller faces."),
        )
        chosen_model = st.selectbox(
            tr("Expression model"),
            names,
            index=names.index(visit.model),
            format_func=model_choice_text,
            help=tr("The default is the model that was chosen for this server."),
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
            alt=tr("Portrait with a box around the face, labelled with its expression"),
        )
    with right:
        model = running_model_text(visit.model)
        figures = tr("{ms} ms for this picture").format(ms=number(example.result.total_ms, 1))
        view = view_of(example.result, figures=f"{figures} · {model}", empty_text=mark("No face"))
        show_panel(view, key="example")
        st.caption(tr("An example: this portrait (NASA, public domain), as the model sees it."))


# --- during -------------------------------------------------------------------------------------


def _show_stream_controls(visit: Visit) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("Stop"),
            type="primary",
            icon=":material/stop_circle:",
            key="stop",
            on_click=visit.finish,
        )
        st.button(
            tr("Set my neutral face"),
            icon=":material/sentiment_neutral:",
            key="baseline",
            disabled=visit.phase is not Phase.RUNNING,
            on_click=_measure_baseline,
            args=(visit,),
            help=tr(
                "Look neutral for three seconds: what your face shows at rest is then taken into "
                "account."
            ),
        )
        show_tools(visit, container=STREAM_KEY)
        st.caption(tr(ON_SERVER), width="content")


def _measure_baseline(visit: Visit) -> None:
    if visit.session is not None:
        visit.session.start_baseline()
