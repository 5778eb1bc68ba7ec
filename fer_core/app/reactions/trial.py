"""A viewer's way through a study: the question and the pause between clips, and their own table."""

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.parts.timeline import clock_text
from fer_core.app.reactions.clip import show_with_clip
from fer_core.app.reactions.desk import ReactionsDesk
from fer_core.app.reactions.giving import show_giving
from fer_core.app.reactions.texts import AGREE_STUDY
from fer_core.app.reactions.together import show_table_files
from fer_core.config import settings
from fer_core.labels import EMOTIONS
from fer_core.reactions import Shelf, StimulusClip, Study, StudyShelf
from fer_core.reactions.contrast import table_rows
from fer_core.reactions.export import course_rows
from fer_core.reactions.study import ANSWERS, StudyRun, is_complete
from fer_core.text import mark, markdown_escape

_EVERY_S = 1.0
#: Of the viewer's own table, before the expressions.
_COLUMNS = (
    mark("position"),
    mark("clip"),
    mark("condition"),
    mark("answer"),
    mark("coverage"),
)


def what_comes(study: Study, length_s: float) -> str:
    """What a viewer of the study is in for; its clips last ``length_s`` together."""
    if study.pause_s:
        text = tr("{n} clips, one after the other, with {pause} s between them: {time} to watch.")
    else:
        text = tr("{n} clips, one after the other: {time} to watch.")
    said = [text.format(n=len(study.items), pause=study.pause_s, time=clock_text(length_s))]
    if study.question:
        said.append(tr("After each you are asked one question."))
    return " ".join([*said, tr("The camera stays on until the last is over.")])


def is_between(desk: ReactionsDesk) -> bool:
    """Whether a question or a pause stands where the next clip will."""
    run = desk.run
    return run is not None and (
        run.is_asking or run.is_over or run.pause_left_s(desk.now_s() or 0.0) > 0
    )


@st.fragment(run_every=_EVERY_S)
def show_between(desk: ReactionsDesk) -> None:
    """The question about the clip that is over, then the rest of the pause."""
    run = desk.run
    if run is None or not is_between(desk):
        st.rerun()
    if run.is_over:
        st.markdown(tr("That was the last clip; your result comes at once."))
        if not desk.is_on:
            st.rerun()
    elif run.is_asking:
        st.segmented_control(
            markdown_escape(run.study.question),
            list(ANSWERS),
            key=f"reactions_answer_{run.index}",
            on_change=_answer,
            args=(desk, run),
            help=tr("Kept with this clip."),
        )
        st.caption(tr("1: not at all. 7: very much."))
    else:
        left_s = run.pause_left_s(desk.now_s() or 0.0)
        st.info(
            tr("The next clip comes in {n} s.").format(n=number(left_s)),
            icon=":material/hourglass:",
        )


def _answer(desk: ReactionsDesk, run: StudyRun) -> None:
    value = st.session_state[f"reactions_answer_{run.index}"]
    if value is not None:
        run.answer(value)
        desk.go_on()


def show_own_study(desk: ReactionsDesk, shelf: Shelf, clips: dict[str, StimulusClip]) -> None:
    """The viewer's own table, a row for each clip, and the course of each."""
    study, run = desk.study, desk.run
    if study is None or run is None:
        return
    names = {key: clip.name for key, clip in clips.items()}
    st.header(tr("What your face showed"), anchor=False)
    rows = table_rows(desk.takes, names)
    show_rows(
        rows,
        formats=dict.fromkeys(("coverage", *EMOTIONS), "%.2f"),
        titles={name: tr(name) for name in _COLUMNS} | {name: emotion(name) for name in EMOTIONS},
    )
    take = st.selectbox(
        tr("Course of"),
        desk.takes,
        format_func=lambda one: f"{one.position}. {names.get(one.clip, one.clip)}",
        key="reactions_take",
    )
    st.caption(
        tr("Your face was seen in {share} of it.").format(share=percent(take.course.coverage))
    )
    show_with_clip(
        take.course.probs,
        shelf,
        clips[take.clip],
        alt=tr("Your expressions over the clip"),
        key=f"take_{take.clip}_{desk.visit.attempt}_{desk.device.attempt}",
    )
    model = None if desk.identity is None else desk.identity.to_dict()
    if is_complete(study, desk.takes):
        show_giving(
            desk,
            tr(AGREE_STUDY).format(days=settings().retention_days, others=settings().k_min - 1),
            study.key,
            lambda text, browser: StudyShelf().give(
                study, desk.takes, text, browser, seed=run.seed, model=model
            ),
        )
    elif not run.is_over:
        st.info(tr("You stopped before the last clip, so nothing can be given. Watch them again."))
    else:
        st.info(
            tr(
                "Your face was not seen in half of every clip, so they cannot be compared, and "
                "nothing can be given. Watch them again to the end, before the camera."
            )
        )
    seconds = [
        {"position": one.position, "clip": names.get(one.clip, one.clip)}
        | {"condition": one.condition}
        | row
        for one in desk.takes
        for row in course_rows(one.course)
    ]
    about = {"study": study.name, "seed": run.seed, "model": model}
    show_table_files({"clips": rows, "seconds": seconds}, study.name, key="study_own", about=about)
