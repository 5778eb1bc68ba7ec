"""Train and use: what each split would report, one press to a personal model, and live."""

from typing import Any

import streamlit as st

from fer_core.app.live.page import this_visit
from fer_core.app.parts.blocks import Styling
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.words import percent
from fer_core.app.studio.charts import confusion_figure, splits_figure
from fer_core.app.studio.state import StudioDesk, act, visible_people
from fer_core.app.training.live import use_live
from fer_core.app.training.state import NEW
from fer_core.app.training.state import VIEW_KEY as TRAINING_VIEW
from fer_core.classification import model_names
from fer_core.classification.registry import live_choice
from fer_core.studio import StudioSet
from fer_core.studio.jobs import FEW_FACES, StudioJob, read_job, read_report, start_finetune
from fer_core.text import markdown_sentence

REFRESH_S = 1.0
EVERYBODY = "Everybody"
#: One participant each at least to train, validate and test with.
FEW_PEOPLE = 3


def show_train(desk: StudioDesk, found: StudioSet) -> None:
    """Draw the view."""
    rows = found.rows(with_rejected=False)
    people = {row.participant for row in rows}
    st.markdown(
        f"**{len(rows)} faces** of {len(people)} participant{'s' if len(people) != 1 else ''}, "
        f"{len({row.emotion for row in rows})} expressions."
    )
    job = read_job(found)
    if job is not None and job.is_running:
        _show_progress(found)
        return
    if job is not None and job.error:
        st.error(markdown_sentence(job.error))
    report = read_report(found)
    has_model = bool(report) and report.get("model") in model_names()
    if has_model:
        _show_use(desk, str(report["model"]))
    _show_start(found, len(rows), len(people), report, is_primary=not has_model)
    if report:
        _show_report(desk, found, report)
    else:
        st.caption(
            "The page then shows what each way of splitting would report: by participant, leaving "
            "one participant out, and by frame, which is leaky and says so."
        )


@st.fragment(run_every=REFRESH_S)
def _show_progress(found: StudioSet) -> None:
    job: StudioJob | None = read_job(found)
    if job is None or not job.is_running:
        st.rerun()
    st.progress(job.share, f"{job.step} (about half a minute in all)")


def _show_start(
    found: StudioSet, count: int, people: int, report: dict[str, Any], *, is_primary: bool
) -> None:
    few = count < FEW_FACES or people < FEW_PEOPLE
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the model",
            str(report.get("model") or found.name[:61]),
            key=f"studio-model-{found.name}",
            max_chars=61,
            help="Small letters, digits, - and _.",
            width=280,
        )
        st.button(
            "Fine-tune a personal model" if not report else "Fine-tune again",
            type="primary" if is_primary and few else "secondary",
            icon=":material/bolt:",
            key="studio-finetune",
            on_click=act,
            args=(start_finetune, found, name),
            help="Keeps the features of the project's own model and learns its last layer anew.",
        )
        if st.button(
            "Train a network with this set",
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
            f"A network of its own needs {FEW_PEOPLE} participants, to learn from, choose on and "
            "be tested on. Until then the personal model is what there is: it learns these "
            "faces on top of the project's own model, in about half a minute."
        )
    elif few:
        st.caption(
            f"With fewer than {FEW_FACES} faces a network is not trained from nothing: the head of "
            "the project's own model is fine-tuned, in about half a minute."
        )


def _show_use(desk: StudioDesk, name: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{markdown_sentence(name)}** is ready.")
        with st.container(horizontal=True):
            if st.button(
                "Use it live",
                type="primary",
                icon=":material/videocam:",
                key="studio-use",
                help="Opens the live page with this model, for you alone.",
            ):
                desk.leave()
                visit = this_visit()
                visit.reset()
                visit.model = name
                st.switch_page("pages/live.py")
            if live_choice() != name:
                st.button(
                    "Use it for all visitors",
                    key="studio-use-all",
                    on_click=act,
                    args=(use_live, name),
                    help="The way back is on the Training page.",
                )
            else:
                st.caption("It serves the live page for all visitors.")


def _show_report(desk: StudioDesk, found: StudioSet, report: dict[str, Any]) -> None:
    styling = Styling.of(st.context.theme.type)
    held_out = report["held_out"]
    st.subheader("How good it is on what it has not seen", anchor=False)
    st.markdown(
        f"Held out, {held_out['how']}: **{percent(held_out['after'])}** of {held_out['n']} faces; "
        f"the base model `{report['base']}` reads {percent(held_out['before'])} of the same faces "
        "as they are labelled."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        # Whose figures: pseudonyms of others are the owner's to see.
        people = sorted(set(held_out["by_participant"]) & visible_people(found, desk))
        who = st.selectbox("Confusion of", (EVERYBODY, *people), key="studio-confusion-of")
        part = held_out if who == EVERYBODY else held_out["by_participant"][who]
        show_plot(
            confusion_figure(report["labels"], part["counts"], styling, who.lower()),
            key="studio-confusion",
            alt="Confusion matrix of the held-out faces",
        )
    with right:
        show_plot(
            splits_figure(report["splits"], styling),
            key="studio-splits",
            alt="Accuracy that each way of splitting would report",
        )
        for row in report["splits"]:
            _show_split(row)


def _show_split(row: dict[str, Any]) -> None:
    if row["problem"]:
        st.caption(f"{row['title']}: {markdown_sentence(row['problem'])}")
        return
    line = (
        f"**{row['title']}**: {row['train']} train, {row['test']} test; "
        f"{row['low'] * 100:.1f} to {row['high'] * 100:.1f} % ({row['range']})."
    )
    if row["shared_takes"]:
        line += f" {row['shared_takes'] * 100:.0f} % of the test faces have their take in train."
    if row["warning"]:
        st.warning(f"{line} {row['warning']}", icon=":material/warning:")
    else:
        st.caption(line)
