"""The Data set page: which set, and what to do with it."""

import streamlit as st

from fer_core.app.access.rights import may_train
from fer_core.app.device.messages import KEPT_ON_SERVER
from fer_core.app.language.spoken import told, tr
from fer_core.app.studio.curate import show_curate
from fer_core.app.studio.manage import show_import, show_manage, show_receipt_form
from fer_core.app.studio.record import show_record
from fer_core.app.studio.state import (
    CURATE,
    RECORD,
    TRAIN,
    VIEWS,
    StudioDesk,
    act,
    current_sets,
    show_message,
    this_desk,
)
from fer_core.app.studio.train import show_train
from fer_core.config import MOST_DAYS, settings
from fer_core.errors import DataError
from fer_core.studio import StudioSet
from fer_core.studio.consent import day_text
from fer_core.studio.cutting import DETECTORS
from fer_core.text import markdown_escape

SET_KEY, VIEW_KEY = "studio-set", "studio-view"
#: A set made a moment ago: shown from the next run on, since a widget's key can't be set late.
_MADE_KEY = "studio-made"


def show_studio_page() -> None:
    """Draw the page."""
    desk = this_desk()
    st.title(tr("Data set"), anchor=False)
    st.markdown(
        tr(
            "Record faces with consent, look them over, train a personal model on them, and see it "
            "live: about ten minutes."
        )
    )
    with st.container():  # what comes and goes must not move the camera's frame below it
        if not desk.visit.is_streaming:
            st.caption(f":material/dns: {tr(KEPT_ON_SERVER)}")
        show_message(desk)
    if not may_train():
        desk.leave()
        st.info(
            tr(
                "Recording is for the role analyst; ask who runs this server for a link. With a "
                "receipt you see and erase your own pictures here."
            ),
            icon=":material/lock:",
        )
        show_receipt_form(desk, expanded=True)
        return
    sets = {found.name: found for found in current_sets()}
    if not sets:
        _show_first(desk)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        found = _choose(desk, sets)
        view = st.segmented_control(
            tr("Do"),
            VIEWS,
            format_func=tr,
            default=RECORD,
            required=True,
            key=VIEW_KEY,
            label_visibility="collapsed",
        )
    try:
        info = found.info()
    except DataError as error:
        st.error(told(error))
        return
    if view != RECORD:
        desk.leave()
    with st.container():
        if not desk.visit.is_streaming:  # then the picture is to be in view, with its guide
            st.caption(
                tr("{title}: kept until {day}, then deleted. Faces are cut by {detector}.").format(
                    title=markdown_escape(info.title),
                    day=day_text(info.until_s),
                    detector=tr(DETECTORS[info.detector]).split(",")[0],
                )
            )
    try:
        if view == RECORD:
            show_record(desk, found, info)
        elif view == CURATE:
            show_curate(desk, found)
        elif view == TRAIN:
            show_train(desk, found)
        else:
            show_manage(desk, found, info)
    except DataError as error:
        st.error(told(error))


def _choose(desk: StudioDesk, sets: dict[str, StudioSet]) -> StudioSet:
    if _MADE_KEY in st.session_state:
        st.session_state[SET_KEY] = st.session_state.pop(_MADE_KEY)
    if st.session_state.get(SET_KEY) not in (None, *sets):
        del st.session_state[SET_KEY]  # deleted, here or in another window
    name = st.selectbox(
        tr("Set"),
        list(sets),
        key=SET_KEY,
        on_change=desk.leave,
        width=260,
        label_visibility="collapsed",
    )
    with st.popover(tr("New set"), icon=":material/add:"):
        _show_new(desk)
    return sets[name if name in sets else next(iter(sets))]


def _show_first(desk: StudioDesk) -> None:
    left, right = st.columns((3, 2), gap="large")
    with left, st.container(border=True):
        st.subheader(tr("Begin with a set"), anchor=False)
        _show_new(desk)
    with right:
        st.markdown(
            tr(
                "1. **Record**: a participant agrees, gets a receipt, and shows seven expressions."
                "\n2. **Curate**: relabel or reject faces that went wrong.\n"
                "3. **Train and use**: the model learns your faces, says how good it is on people "
                "it has not seen, and goes live."
            )
        )
        st.caption(
            tr(
                "This is the only place in Mien where pictures are stored: on this server, "
                "readable by its account alone, until the date you set."
            )
        )
        show_receipt_form(desk)
        show_import(desk)


def _show_new(desk: StudioDesk) -> None:
    with st.form("new-set", border=False):
        title = st.text_input(tr("Name of the set"), max_chars=40, placeholder=tr("My faces"))
        detector = st.selectbox(
            tr("Faces are cut by"),
            list(DETECTORS),
            format_func=lambda name: tr(DETECTORS[name]),
            help=tr(
                "Take the first for a model on the live page, the second to repeat older systems."
            ),
        )
        days = st.number_input(
            tr("Kept for (days)"),
            1,
            MOST_DAYS,
            settings().retention_days,
            help=tr("After that the set is deleted, whatever happens."),
        )
        if st.form_submit_button(tr("Make the set"), type="primary", icon=":material/add:"):
            made = act(_create, title, detector, int(days))
            if made is not None:
                desk.leave()
                desk.participant = desk.consent = None
            st.rerun()


def _create(title: str, detector: str, days: int) -> StudioSet:
    known = {name: name for name in DETECTORS}
    made = StudioSet.create(title, detector=known[detector], keep_days=days)  # type: ignore[index]
    st.session_state[_MADE_KEY] = made.name
    return made
