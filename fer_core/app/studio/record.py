"""Record: consent and receipt first, then the camera or video files."""

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.studio.camera import show_camera
from fer_core.app.studio.receipt import make_receipt
from fer_core.app.studio.state import StudioDesk, act, visible_people
from fer_core.app.studio.upload import show_upload
from fer_core.storage.persons import suggest_pseudonym
from fer_core.studio import StudioSet, consent_text
from fer_core.studio.info import SetInfo
from fer_core.text import mark, markdown_escape

_NAME_KEY = "studio-suggested"
CAMERA, FILES = mark("Camera"), mark("Video files")


def show_record(desk: StudioDesk, found: StudioSet, info: SetInfo) -> None:
    """Draw the view."""
    if desk.participant not in info.participants:
        desk.participant = desk.consent = None
    if desk.participant is None or desk.participant not in visible_people(found, desk):
        desk.leave()
        _show_consent(desk, found, info)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tr("Recording **{name}**").format(name=markdown_escape(desk.participant))
        st.markdown(said, width="content")
        if desk.consent is not None:
            st.download_button(
                tr("Receipt"),
                desk.receipt,
                f"receipt-{desk.consent.receipt}.txt",
                "text/plain",
                key="studio-receipt",
                on_click="ignore",
                icon=":material/receipt_long:",
                help=tr(
                    "Give it to the participant: with its number they see and erase their pictures."
                ),
            )
        st.button(
            tr("Another participant"),
            key="studio-next-person",
            icon=":material/person_add:",
            on_click=_next_person,
            args=(desk,),
        )
        source = st.segmented_control(
            tr("From"),
            (CAMERA, FILES),
            format_func=tr,
            default=CAMERA,
            required=True,
            key="studio-source",
            label_visibility="collapsed",
        )
    with st.container():
        if desk.consent is not None and not desk.visit.is_streaming:
            st.caption(
                tr("Consent given; receipt {receipt}. Hand it to the participant.").format(
                    receipt=desk.consent.receipt
                )
            )
    if source == CAMERA:
        show_camera(desk, found, info)
    else:
        desk.leave()
        show_upload(desk, found, info)


def _next_person(desk: StudioDesk) -> None:
    desk.leave()
    desk.participant = desk.consent = None
    desk.stored = ""
    st.session_state.pop(_NAME_KEY, None)


def _show_consent(desk: StudioDesk, found: StudioSet, info: SetInfo) -> None:
    suggested = st.session_state.setdefault(_NAME_KEY, suggest_pseudonym())
    with st.container(border=True):
        st.subheader(tr("Who is recorded?"), anchor=False)
        name = st.text_input(
            tr("Pseudonym"),
            suggested,
            max_chars=40,
            key="studio-pseudonym",
            help=tr("Not the person's name."),
        )
        is_minor = st.checkbox(tr("The participant is a minor"), key="studio-minor")
        guardian = None
        if is_minor:
            guardian = st.text_input(
                tr("Guardian who agrees"),
                max_chars=40,
                key="studio-guardian",
                help=tr("Kept with the consent and printed on the receipt."),
            )
        text = tr(consent_text(info.title, info.until_s))
        st.markdown(f"> {markdown_escape(text)}")
        agreed = st.checkbox(
            tr("The participant has read this and agrees, and so does their guardian")
            if is_minor
            else tr("The participant has read this and agrees"),
            key="studio-agrees",
        )
        st.button(
            tr("Agree and go on"),
            type="primary",
            icon=":material/check:",
            key="studio-enrol",
            disabled=not agreed,
            on_click=_enrol,
            args=(desk, found, name, is_minor, guardian, text),
        )
    known = sorted(visible_people(found, desk))
    if known:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(tr("Or go on with"), known, key="studio-known", width=320)
            st.button(
                tr("Go on"),
                key="studio-go-on",
                on_click=_go_on,
                args=(desk, found, chosen),
            )


def _enrol(
    desk: StudioDesk,
    found: StudioSet,
    name: str,
    is_minor: bool,
    guardian: str | None,
    text: str,
) -> None:
    def work() -> None:
        pseudonym, consent = found.enrol(name, is_minor=is_minor, guardian=guardian, text=text)
        desk.participant, desk.consent = pseudonym, consent
        desk.receipt = make_receipt(found.info(), pseudonym, consent, text)
        desk.own(found.name, pseudonym)
        st.session_state["studio-agrees"] = False

    act(work)


def _go_on(desk: StudioDesk, found: StudioSet, name: str) -> None:
    def check() -> None:
        info = found.info()
        info.consent_of(name)
        if name in visible_people(found, desk):
            desk.participant, desk.consent = name, None

    act(check)
