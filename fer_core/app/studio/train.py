"""Train and use: what each split would report, one press to a personal model, and live."""

import re
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import ntr, number, percent, tr
from fer_core.app.live.page import this_visit
from fer_core.app.parts.blocks import Styling
from fer_core.app.parts.plots import show_plot
from fer_core.app.studio.charts import confusion_figure, splits_figure
from fer_core.app.studio.state import StudioDesk, act, visible_people
from fer_core.app.training.live import use_live
from fer_core.app.training.state import NEW
from fer_core.app.training.state import VIEW_KEY as TRAINING_VIEW
from fer_core.classification import model_names
from fer_core.classification.registry import live_choice
from fer_core.studio import StudioSet
from fer_core.studio.jobs import FEW_FACES, StudioJob, read_job, read_report, start_finetune
from fer_core.text import mark, markdown_sentence

REFRESH_S = 1.0
EVERYBODY = mark("Everybody")
#: One participant each at least to train, validate and test with.
FEW_PEOPLE = 3
_PARTS = re.compile(r"all participants in (\d+) parts")


def show_train(desk: StudioDesk, found: StudioSet) -> None:
    """Draw the view."""
    rows = found.rows(with_rejected=False)
    people = {row.participant for row in rows}
    st.markdown(
        ntr(
            "**{n} faces** of {people} participant, {expressions} expressions.",
            "**{n} faces** of {people} participants, {expressions} expressions.",
            len(people),
        ).format(
            n=number(len(rows)),
            people=number(len(people)),
            expressions=number(len({row.emotion for row in rows})),
        )
    )
    job = read_job(found)
    if job is not None and job.is_running:
        _show_progress(found)
        return
    if job is not None and job.error:
        st.error(markdown_sentence(tr(job.error)))
    report = read_report(found)
    has_model = bool(report) and report.get("model") in model_names()
    if has_model:
        _show_use(desk, str(report["model"]))
    _show_start(found, len(rows), len(people), report, is_primary=not has_model)
    if report:
        _show_report(desk, found, report)
    else:
        st.caption(
            tr(
                "The page then shows what each way of splitting would report: by participant, "
                "leaving one participant out, and by frame, which is leaky and says so."
            )
        )


@st.fragment(run_every=REFRESH_S)
def _show_progress(found: StudioSet) -> None:
    job: StudioJob | None = read_job(found)
    if job is None or not job.is_running:
        st.rerun()
    st.progress(job.share, tr("{step} (about half a minute in all)").format(step=tr(job.step)))


def _show_start(
    found: StudioSet, count: int, people: int, report: dict[str, Any], *, is_primary: bool
) -> None:
    few = count < FEW_FACES or people < FEW_PEOPLE
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            tr("Name of the model"),
            str(report.get("model") or found.name[:61]),
            key=f"studio-model-{found.name}",
            max_chars=61,
            help=tr("Small letters, digits, - and _."),
            width=280,
        )
        st.button(
            tr("Fine-tune a personal model") if not report else tr("Fine-tune again"),
            type="primary" if is_primary and few else "secondary",
            icon=":material/bolt:",
            key="studio-finetune",
            on_click=act,
            args=(start_finetune, found, name),
            help=tr(
                "Keeps the features of the project's own model and learns its last layer anew."
            ),
        )
        if st.button(
            tr("Train a network with this set"),
            type="primary" if is_primary and not few else "secondary",
            icon=":material/model_training:",
            key="studio-to-training",
            disabled=people < FEW_PEOPLE,
        ):
            st.session_state["data-path"] = str(found.path)
            st.session_state[TRAINING_VIEW] = NEW
            st.switch_page("pages/training.py")
    if people < FEW_PEOPLE:
        st.caption(
            tr(
                "A network of its own needs {n} participants, to learn from, choose on and be "
                "tested on. Until then the personal model is what there is: it learns these faces "
                "on top of the project's own model, in about half a minute."
            ).format(n=number(FEW_PEOPLE))
        )
    elif few:
        st.caption(
            tr(
                "With fewer than {n} faces a network is not trained from nothing: the head of the "
                "project's own model is fine-tuned, in about half a minute."
            ).format(n=number(FEW_FACES))
        )


def _show_use(desk: StudioDesk, name: str) -> None:
    with st.container(border=True):
        st.markdown(tr("**{name}** is ready.").format(name=markdown_sentence(name)))
        with st.container(horizontal=True):
            if st.button(
                tr("Use it live"),
                type="primary",
                icon=":material/videocam:",
                key="studio-use",
                help=tr("Opens the live page with this model, for you alone."),
            ):
                desk.leave()
                visit = this_visit()
                visit.reset()
                visit.model = name
                st.switch_page("pages/live.py")
            if live_choice() != name:
                st.button(
                    tr("Use it for all visitors"),
                    key="studio-use-all",
                    on_click=act,
                    args=(use_live, name),
                    help=tr("The way back is on the Training page."),
                )
            else:
                st.caption(tr("It serves the live page for all visitors."))


def _show_report(desk: StudioDesk, found: StudioSet, report: dict[str, Any]) -> None:
    styling = Styling.of(st.context.theme.type)
    held_out = report["held_out"]
    st.subheader(tr("How good it is on what it has not seen"), anchor=False)
    st.markdown(
        tr(
            "Held out, {how}: **{after}** of {n} faces; the base model `{base}` reads {before} of "
            "the same faces as they are labelled."
        ).format(
            how=_say_how(str(held_out["how"])),
            after=percent(held_out["after"]),
            n=number(held_out["n"]),
            base=report["base"],
            before=percent(held_out["before"]),
        )
    )
    left, right = st.columns(2, gap="medium")
    with left:
        # Whose figures: pseudonyms of others are the owner's to see.
        people = sorted(set(held_out["by_participant"]) & visible_people(found, desk))
        who = st.selectbox(
            tr("Confusion of"),
            (EVERYBODY, *people),
            format_func=lambda name: tr(name) if name == EVERYBODY else name,
            key="studio-confusion-of",
        )
        said = tr("everybody") if who == EVERYBODY else who.lower()
        part = held_out if who == EVERYBODY else held_out["by_participant"][who]
        show_plot(
            confusion_figure(report["labels"], part["counts"], styling, said),
            key="studio-confusion",
            alt=tr("Confusion matrix of the held-out faces"),
        )
    with right:
        show_plot(
            splits_figure(report["splits"], styling),
            key="studio-splits",
            alt=tr("Accuracy that each way of splitting would report"),
        )
        for row in report["splits"]:
            _show_split(row)


def _say_how(how: str) -> str:
    """What was held out, as the report has it, in the visitor's language."""
    parts = _PARTS.fullmatch(how)
    if parts is None:
        return tr(how)
    return tr("all participants in {n} parts").format(n=number(int(parts[1])))


def _show_split(row: dict[str, Any]) -> None:
    if row["problem"]:
        st.caption(f"{tr(row['title'])}: {markdown_sentence(tr(row['problem']))}")
        return
    line = tr("**{title}**: {train} train, {test} test; {low} to {high} % ({range}).").format(
        title=tr(row["title"]),
        train=number(row["train"]),
        test=number(row["test"]),
        low=number(row["low"] * 100, 1),
        high=number(row["high"] * 100, 1),
        range=tr(row["range"]),
    )
    if row["shared_takes"]:
        share = percent(row["shared_takes"], 0)
        said = tr("{share} of the test faces have their take in train.").format(share=share)
        line = f"{line} {said}"
    if row["warning"]:
        st.warning(f"{line} {tr(row['warning'])}", icon=":material/warning:")
    else:
        st.caption(line)
