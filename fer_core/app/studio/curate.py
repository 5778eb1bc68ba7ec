"""Curate: the faces by class and participant, relabel, reject, undo, balance and quality."""

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.plots import show_plot
from fer_core.app.studio.charts import balance_figure, quality_figure
from fer_core.app.studio.grid import show_grid
from fer_core.app.studio.state import StudioDesk, act, visible_people, visible_rows
from fer_core.labels import EMOTIONS
from fer_core.studio import FaceRow, StudioSet
from fer_core.studio.quality import HINT_WORDS
from fer_core.text import mark

PER_PAGE = 60
ALL, HINTED, REJECTED = mark("All"), mark("With a hint"), mark("Rejected")
_STAMP = "studio-stamp"


def show_curate(desk: StudioDesk, found: StudioSet) -> None:
    """Draw the view."""
    rows = visible_rows(found, desk)
    total = len(found.rows())
    if not rows:
        st.info(
            tr("There is nothing to see yet: record first.")
            if not total
            else tr(
                "The set has {n} faces, all of participants whose recordings only the owner sees. "
                "Open the owner's link, or type a receipt under Manage."
            ).format(n=number(total)),
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
                balance_figure(kept),
                key="studio-balance",
                alt=tr("Faces of each expression by person"),
            )
        with right:
            show_plot(
                quality_figure(kept),
                key="studio-quality",
                alt=tr("Quality of the faces by expression"),
            )
    if len(rows) < total:
        st.caption(
            tr("{n} more faces are of participants whose recordings only the owner sees.").format(
                n=number(total - len(rows))
            )
        )


def _filter(rows: list[FaceRow]) -> list[FaceRow]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.selectbox(
            tr("Expression"),
            (ALL, *EMOTIONS),
            format_func=lambda name: tr(name) if name == ALL else emotion(name),
            key="studio-show",
            width=180,
        )
        people = sorted({row.participant for row in rows})
        person = st.selectbox(
            tr("Participant"),
            (ALL, *people),
            format_func=lambda name: tr(name) if name == ALL else name,
            key="studio-person",
            width=220,
        )
        which = st.selectbox(
            tr("Which"),
            (ALL, HINTED, REJECTED),
            format_func=tr,
            key="studio-which",
            width=180,
            help=tr("A hint: {hints}").format(hints=" ".join(map(tr, HINT_WORDS.values()))),
        )
    return [
        row
        for row in rows
        if shown in (ALL, row.emotion)
        and person in (ALL, row.participant)
        and (which == ALL or (row.is_rejected if which == REJECTED else bool(row.hints)))
    ]


def _show_faces(desk: StudioDesk, found: StudioSet, rows: list[FaceRow]) -> None:
    if not rows:
        st.caption(tr("No face fits."))
        _show_undo(desk, found)
        return
    pages = -(-len(rows) // PER_PAGE)
    page = 1
    if pages > 1:
        label = tr("Page of {pages}").format(pages=number(pages))
        page = int(st.number_input(label, 1, pages, 1, key="studio-page", width=140))
    part = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    actions = st.container(horizontal=True, vertical_alignment="bottom")
    stamp = str(st.session_state.get(_STAMP, 0))
    chosen = show_grid(part, found.images(part), stamp=stamp, key="studio-grid")
    with actions:
        wanted = st.selectbox(
            tr("Relabel as"), EMOTIONS, format_func=emotion, key="studio-relabel", width=160
        )
        st.button(
            tr("Relabel"),
            key="studio-do-relabel",
            icon=":material/label:",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, wanted, None),
        )
        st.button(
            tr("Reject"),
            key="studio-do-reject",
            icon=":material/block:",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, None, True),
            help=tr("Kept, but no part of the set; take it back any time."),
        )
        st.button(
            tr("Take back in"),
            key="studio-do-restore",
            disabled=not chosen,
            on_click=_change,
            args=(desk, found, chosen, None, False),
        )
        _show_undo(desk, found)
    said = (
        tr("{chosen} chosen. {n} faces, {rejected} of them rejected.")
        if chosen
        else tr("Press faces to choose them. {n} faces, {rejected} of them rejected.")
    )
    rejected = sum(row.is_rejected for row in rows)
    st.caption(
        said.format(chosen=number(len(chosen)), n=number(len(rows)), rejected=number(rejected))
    )


def _show_undo(desk: StudioDesk, found: StudioSet) -> None:
    st.button(
        tr("Undo"),
        key="studio-undo",
        icon=":material/undo:",
        disabled=not desk.undone.get(found.name),
        on_click=_undo,
        args=(desk, found),
    )


def _change(
    desk: StudioDesk, found: StudioSet, files: list[str], label: str | None, rejected: bool | None
) -> None:
    def work() -> None:
        only = visible_people(found, desk)
        before = found.change(files, emotion=label, is_rejected=rejected, only=only)
        if before:
            desk.undone.setdefault(found.name, []).append(before)

    act(work)
    st.session_state[_STAMP] = st.session_state.get(_STAMP, 0) + 1


def _undo(desk: StudioDesk, found: StudioSet) -> None:
    stack = desk.undone.get(found.name)
    if stack:
        changes = stack.pop()
        act(lambda: found.undo(changes, only=visible_people(found, desk)))
