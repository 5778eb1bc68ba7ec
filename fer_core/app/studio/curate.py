"""Curate: the faces by class and participant, relabel, reject, undo, balance and quality."""

import streamlit as st

from fer_core.app.parts.plots import show_plot
from fer_core.app.studio.charts import balance_figure, quality_figure
from fer_core.app.studio.grid import show_grid
from fer_core.app.studio.state import StudioDesk, act, visible_people, visible_rows
from fer_core.labels import EMOTIONS
from fer_core.studio import FaceRow, StudioSet
from fer_core.studio.quality import HINT_WORDS

PER_PAGE = 60
ALL = "All"
_STAMP = "studio-stamp"


def show_curate(desk: StudioDesk, found: StudioSet) -> None:
    """Draw the view."""
    rows = visible_rows(found, desk)
    total = len(found.rows())
    if not rows:
        st.info(
            "There is nothing to see yet: record first."
            if not total
            else f"The set has {total} faces, all of participants whose recordings only the owner "
            "sees. Open the owner's link, or type a receipt under Manage.",
            icon=":material/face:",
        )
        return
    shown = _filter(rows)
    _show_faces(desk, found, shown)
    kept = [row for row in rows if not row.is_rejected]
    if kept:
        left, right = st.columns(2, gap="medium")
        with left:
            show_plot(
                balance_figure(kept), key="studio-balance", alt="Faces of each expression by person"
            )
        with right:
            show_plot(
                quality_figure(kept), key="studio-quality", alt="Quality of the faces by expression"
            )
    if len(rows) < total:
        st.caption(
            f"{total - len(rows)} more faces are of participants whose recordings only the owner "
            "sees."
        )


def _filter(rows: list[FaceRow]) -> list[FaceRow]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        emotion = st.selectbox("Expression", (ALL, *EMOTIONS), key="studio-show", width=180)
        people = sorted({row.participant for row in rows})
        person = st.selectbox("Participant", (ALL, *people), key="studio-person", width=220)
        which = st.selectbox(
            "Which",
            ("All", "With a hint", "Rejected"),
            key="studio-which",
            width=180,
            help="A hint: " + " ".join(HINT_WORDS.values()),
        )
    return [
        row
        for row in rows
        if emotion in (ALL, row.emotion)
        and person in (ALL, row.participant)
        and (which == "All" or (row.is_rejected if which == "Rejected" else bool(row.hints)))
    ]


def _show_faces(desk: StudioDesk, found: StudioSet, rows: list[FaceRow]) -> None:
    if not rows:
        st.caption("No face fits.")
        _show_undo(desk, found)
        return
    pages = -(-len(rows) // PER_PAGE)
    page = 1
    if pages > 1:
        page = int(st.number_input(f"Page of {pages}", 1, pages, 1, key="studio-page", width=140))
    part = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    actions = st.container(horizontal=True, vertical_alignment="bottom")
    stamp = str(st.session_state.get(_STAMP, 0))
    chosen = show_grid(part, found.images(part), stamp=stamp, key="studio-grid")
    with actions:
        label = st.selectbox("Relabel as", EMOTIONS, key="studio-relabel", width=160)
        st.button(
            "Relabel",
            key="studio-do-relabel",
            icon=":material/label:",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, label, None),
        )
        st.button(
            "Reject",
            key="studio-do-reject",
            icon=":material/block:",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, None, True),
            help="Kept, but no part of the set; take it back any time.",
        )
        st.button(
            "Take back in",
            key="studio-do-restore",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, None, False),
        )
        _show_undo(desk, found)
    words = f"{len(chosen)} chosen. " if chosen else "Press faces to choose them. "
    st.caption(f"{words}{len(rows)} faces, {sum(r.is_rejected for r in rows)} of them rejected.")


def _show_undo(desk: StudioDesk, found: StudioSet) -> None:
    st.button(
        "Undo",
        key="studio-undo",
        icon=":material/undo:",
        disabled=not desk.undone.get(found.name),
        on_click=_undo,
        args=(desk, found),
    )


def _change(
    desk: StudioDesk, found: StudioSet, files: list[str], emotion: str | None, rejected: bool | None
) -> None:
    def work() -> None:
        only = visible_people(found, desk)
        before = found.change(files, emotion=emotion, is_rejected=rejected, only=only)
        if before:
            desk.undone.setdefault(found.name, []).append(before)

    act(work)
    st.session_state[_STAMP] = st.session_state.get(_STAMP, 0) + 1


def _undo(desk: StudioDesk, found: StudioSet) -> None:
    stack = desk.undone.get(found.name)
    if stack:
        changes = stack.pop()
        act(lambda: found.undo(changes, only=visible_people(found, desk)))
