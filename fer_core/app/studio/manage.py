"""Manage: participants and their consents, erasure, archives, the end of a set."""

import io
from typing import Final

import streamlit as st

from fer_core.access import network_of
from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.meanings import Choice, as_options, ask_meanings
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.studio.state import (
    StudioDesk,
    act,
    forget_pictures,
    receipt_limiter,
    sees_all,
    visible_people,
)
from fer_core.app.uploads import expect_files, largest_mb
from fer_core.errors import AccessError, InputError
from fer_core.labels import EMOTIONS
from fer_core.runs.erased import runs_on
from fer_core.storage import shared_store
from fer_core.storage.audit import note
from fer_core.studio import StudioSet, list_sets
from fer_core.studio.archive import export_set, import_set, words_of
from fer_core.studio.consent import day_text
from fer_core.studio.info import SetInfo
from fer_core.text import mark, markdown_escape

#: Archives with more unknown labels than this hold no faces with expressions.
_MOST_WORDS: Final = 20


def show_manage(desk: StudioDesk, found: StudioSet, info: SetInfo) -> None:
    """Draw the view."""
    mine = sorted(visible_people(found, desk))
    st.subheader(tr("Participants"), anchor=False)
    if mine:
        rows = found.rows()
        show_rows(
            [
                {
                    "participant": name,
                    "faces": sum(row.participant == name for row in rows),
                    "consent": info.participants[name].consents[-1].version,
                    "given": day_text(info.participants[name].consents[-1].given_s),
                    "guardian": info.participants[name].consents[-1].guardian or "",
                    "models": ", ".join(
                        model.name for model in info.trained if name in model.participants
                    ),
                }
                for name in mine
            ],
            key="studio-people",
            titles={
                "participant": tr("participant"),
                "faces": tr("faces"),
                "consent": tr("consent"),
                "given": tr("given"),
                "guardian": tr("guardian"),
                "models": tr("models"),
            },
        )
        _show_erase(desk, found, info, mine)
    hidden = len(info.participants) - len(mine)
    if hidden:
        st.caption(
            tr("{n} more participants, whom only the owner and they themselves see.").format(
                n=number(hidden)
            )
        )
    elif not mine:
        st.caption(tr("Nobody was recorded yet."))
    show_receipt_form(desk)
    st.subheader(tr("The whole set"), anchor=False)
    runs = runs_on(found.path)
    models = [model.name for model in info.trained]
    if runs or models:
        said = tr("Trained on it: models {models}; runs {runs}.")
        if not runs:
            said = tr("Trained on it: models {models}.")
        elif not models:
            said = tr("Trained on it: runs {runs}.")
        st.caption(said.format(models=", ".join(models), runs=", ".join(runs)))
    if sees_all() or set(mine) == set(info.participants):
        _show_export(found)
        _show_delete(desk, found)
    else:
        st.caption(tr("Only the owner exports or deletes a set with recordings of others."))
    show_import(desk)


def show_receipt_form(desk: StudioDesk, *, expanded: bool = False) -> None:
    """A participant, or whom they gave the receipt to, gets at their own pictures."""
    with st.expander(tr("I have a receipt"), icon=":material/receipt_long:", expanded=expanded):
        with st.form("studio-receipt-form", border=False):
            receipt = st.text_input(tr("Number on the receipt"), max_chars=40)
            if st.form_submit_button(tr("Open")):
                act(_open_receipt, desk, receipt, needs_role=False)
                st.rerun()
        for found in list_sets():
            info = found.info()
            for name in sorted(desk.mine.get(found.name, set()) & set(info.participants)):
                rows = [row for row in found.rows() if row.participant == name]
                st.markdown(
                    tr("**{name}** in {title}: {n} pictures.").format(
                        name=markdown_escape(name),
                        title=markdown_escape(info.title),
                        n=number(len(rows)),
                    )
                )
                if rows:
                    st.image(list(found.images(rows[:24])), width=64)
                st.button(
                    tr("Erase {n} pictures of {name}").format(n=number(len(rows)), name=name),
                    key=f"studio-erase-own-{found.name}-{name}",
                    icon=":material/delete_forever:",
                    on_click=act,
                    args=(_erase, desk, found, name),
                    kwargs={"needs_role": False},
                )


def _open_receipt(desk: StudioDesk, receipt: str) -> None:
    limiter = receipt_limiter()
    address = network_of(str(st.context.ip_address or "local"))
    if limiter.wait_s(address) > 0:
        raise AccessError(
            mark("Too many wrong receipts: wait some minutes, then type yours again.")
        )
    for found in list_sets():
        name = found.info().find_receipt(receipt)
        if name is not None:
            limiter.forget(address)
            desk.own(found.name, name)
            said = tr("This is the receipt of {name}.").format(name=markdown_escape(name))
            desk.message = ("success", said)
            return
    limiter.note_wrong(address)
    raise InputError(mark("There is no such receipt: check the number, or the pictures are gone."))


def _show_erase(desk: StudioDesk, found: StudioSet, info: SetInfo, names: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            tr("Erase all of"), names, index=None, key="studio-erase-who", width=240
        )
        st.button(
            tr("Erase for good"),
            key="studio-erase",
            icon=":material/delete_forever:",
            disabled=name is None,
            on_click=act,
            args=(_erase, desk, found, name),
        )
    if name is not None:
        models = [m.name for m in info.trained if name in m.participants]
        if models:
            st.warning(
                tr(
                    "These models learned from {name} and stay: {models}. Fine-tune again to "
                    "replace them."
                ).format(name=markdown_escape(name), models=", ".join(models))
            )


def _erase(desk: StudioDesk, found: StudioSet, name: str) -> None:
    if name not in visible_people(found, desk):
        raise AccessError(mark("Only the owner erases others."))
    if desk.participant == name:
        desk.leave()
        desk.participant = desk.consent = None
    erased = found.erase(name)
    forget_pictures()
    files = {row.file for row in found.rows()}
    desk.undone[found.name] = [
        [change for change in changes if change.file in files]
        for changes in desk.undone.get(found.name, [])
    ]
    desk.mine.get(found.name, set()).discard(name)
    store = shared_store()
    with store.write() as session:
        note(session, action="erased", subject="a participant of a set", now_s=store.now_s())
    said = (
        tr("Erased: {n} pictures. Models that learned from them: {models}.")
        if erased.models
        else tr("Erased: {n} pictures.")
    )
    said = said.format(n=number(erased.pictures), models=", ".join(erased.models))
    desk.message = ("success", said)


def _show_export(found: StudioSet) -> None:
    def pack() -> bytes:
        out = io.BytesIO()
        export_set(found, out)
        return out.getvalue()

    st.download_button(
        tr("Export as one archive"),
        pack,
        f"{found.name}.zip",
        "application/zip",
        key="studio-export",
        on_click="ignore",
        icon=":material/download:",
        help=tr("Manifest, pictures and consents. It holds pictures of people: keep it as such."),
    )


def _show_delete(desk: StudioDesk, found: StudioSet) -> None:
    sure = st.checkbox(tr("Delete this set with all its pictures"), key=f"studio-sure-{found.name}")
    st.button(
        tr("Delete"),
        key="studio-delete",
        icon=":material/delete:",
        disabled=not sure,
        on_click=act,
        args=(_delete, desk, found),
    )


def _delete(desk: StudioDesk, found: StudioSet) -> None:
    if not (sees_all() or visible_people(found, desk) == set(found.info().participants)):
        raise AccessError(mark("Only the owner deletes a set with recordings of others."))
    desk.leave()
    desk.participant = desk.consent = None
    found.delete()
    forget_pictures()
    desk.mine.pop(found.name, None)
    desk.undone.pop(found.name, None)
    desk.message = ("success", tr("The set and all its pictures are deleted."))


def show_import(desk: StudioDesk) -> None:
    """Take an archive in."""
    with st.expander(tr("Import a set"), icon=":material/upload:"):
        expect_files()
        file = st.file_uploader(
            tr("Archive (.zip)"),
            type="zip",
            max_upload_size=largest_mb(),
            key="studio-archive",
        )
        title = st.text_input(
            tr("Another name (optional)"), max_chars=40, key="studio-archive-title"
        )
        choice: Choice | None = ()
        if file is not None and 0 < len(words := words_of(file)) <= _MOST_WORDS:
            choice = ask_meanings(words, key=f"studio-class-{file.file_id}", emotions=EMOTIONS)
        is_ready = file is not None and choice is not None
        if st.button(tr("Import"), key="studio-import", disabled=not is_ready) and file is not None:
            made = act(lambda: import_set(file, title=title or None, **as_options(choice or ())))
            if made is not None:
                said = tr("{n} faces taken in.").format(n=number(len(made.rows())))
                desk.message = ("success", said)
            st.rerun()
