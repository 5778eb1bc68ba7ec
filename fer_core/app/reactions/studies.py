"""The operator's part of studies: make one, see its conditions compared, remove it."""

import plotly.graph_objects as go
import streamlit as st

from fer_core.app.access.rights import note_action
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import told, tr
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.reactions.texts import COMPARED, COUNTED, FEWER
from fer_core.app.reactions.together import note_look, show_table_files
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.labels import COLORS
from fer_core.reactions import StimulusClip, Study, StudyItem, StudyShelf
from fer_core.reactions.contrast import ANSWER, Comparison, compare, comparison_rows
from fer_core.reactions.contrast import COMPARED as MEASURES
from fer_core.reactions.study import MAX_PAUSE_S, MOST_CLIPS
from fer_core.text import mark, markdown_escape

#: Columns of the table of differences.
_COMPARED, _MEASURE, _DIFFERENCE = mark("compared"), mark("measure"), mark("difference")
_LOW, _HIGH, _EFFECT = mark("95 % from"), mark("to"), mark("effect size")


def show_studies(clips: list[StimulusClip], studies: list[Study]) -> None:
    """Conditions of the studies, and a form for a new one."""
    st.subheader(tr("Studies"), anchor=False)
    st.caption(tr("Several clips one after the other, under conditions that are compared."))
    for study in studies:
        with st.expander(_title(study), icon=":material/science:"):
            _show_study(study, clips)
    if clips:
        with st.expander(tr("Make a study"), icon=":material/playlist_add:"):
            _show_making(clips)


def _title(study: Study) -> str:
    text = (
        tr("{name}: {n} clips, random order")
        if study.is_random
        else tr("{name}: {n} clips, fixed order")
    )
    return text.format(name=markdown_escape(study.name), n=len(study.items))


def _show_making(clips: list[StimulusClip]) -> None:
    by_key = {clip.key: clip for clip in clips}
    name = st.text_input(tr("Name of the study"), max_chars=80, key="study_name")
    chosen = st.multiselect(
        tr("Clips, in their order"),
        list(by_key),
        format_func=lambda key: by_key[key].name,
        max_selections=MOST_CLIPS,
        key="study_clips",
    )
    items = [
        StudyItem(
            key,
            st.text_input(
                tr("Condition of {name}").format(name=markdown_escape(by_key[key].name)),
                value=by_key[key].name[:40],
                max_chars=40,
                key=f"study_condition_{key}",
                help=tr("Clips with the same condition are taken together."),
            ),
        )
        for key in chosen
    ]
    is_random = st.toggle(
        tr("Each viewer in an order of their own"), value=True, key="study_random"
    )
    pause_s = st.number_input(
        tr("Pause between clips (seconds)"), 0, MAX_PAUSE_S, 5, key="study_pause"
    )
    question = st.text_input(
        tr("Question after each clip, answered from 1 to 7 (may stay empty)"),
        max_chars=200,
        placeholder=tr("How much did you like it?"),
        key="study_question",
    )
    if st.button(tr("Make the study"), icon=":material/add:", key="study_add"):
        try:
            study = StudyShelf().add(
                name, items, is_random=is_random, pause_s=int(pause_s), question=question
            )
            note_action("gave", f"study {study.key}")
        except FerError as error:
            st.error(told(error))
        except OSError as error:
            st.error(
                tr("The study could not be kept ({why}); make room on the disk.").format(
                    why=error.strerror
                )
            )
        else:
            st.rerun()


def _show_study(study: Study, clips: list[StimulusClip]) -> None:
    names = {clip.key: clip.name for clip in clips}
    gone = tr("a clip that was removed")
    lines = [
        f"{place}. {markdown_escape(names.get(item.clip, gone))}: "
        f"*{markdown_escape(item.condition)}*"
        for place, item in enumerate(study.items, start=1)
    ]
    st.markdown("\n".join(lines))
    text = (
        tr("Pause of {n} s. Asked: {question}")
        if study.question
        else tr("Pause of {n} s. Nothing is asked.")
    )
    st.caption(text.format(n=study.pause_s, question=markdown_escape(study.question)))
    _show_comparison(study, clips)
    with st.popover(tr("Remove"), icon=":material/delete:"):
        st.markdown(tr("The study and all that its viewers gave will be deleted; its clips stay."))
        if st.button(tr("Remove it"), key=f"study_remove_{study.key}"):
            note_action("erased", f"study {study.key} and what viewers gave")
            StudyShelf().remove(study)
            st.rerun()


def _show_comparison(study: Study, clips: list[StimulusClip]) -> None:
    k, shelf = settings().k_min, StudyShelf()
    found = compare(study, shelf.viewings(study, clips), k)
    if found is None:
        st.info(tr(FEWER).format(k=k))
        return
    note_look(f"reactions, study {study.key}, {found.viewers} viewers")
    st.markdown(tr(COUNTED).format(n=found.viewers, k=k))
    present = {one.measure for one in found.means}
    measure = st.selectbox(
        tr("Measure"),
        [one for one in MEASURES if one in present],
        index=3,
        format_func=_measure,
        key=f"study_m_{study.key}",
    )
    show_plot(
        means_figure(found, measure),
        key=f"study_means_{study.key}",
        alt=tr("Mean of {measure} under each condition, with its 95 % interval").format(
            measure=_measure(measure)
        ),
    )
    if found.contrasts:
        rows = [
            {
                _COMPARED: tr("{first} less {second}").format(first=one.first, second=one.second),
                _MEASURE: _measure(one.measure),
                _DIFFERENCE: one.difference,
                _LOW: one.low,
                _HIGH: one.high,
                _EFFECT: one.effect,
            }
            for one in found.contrasts
        ]
        show_rows(
            rows,
            formats=dict.fromkeys((_DIFFERENCE, _LOW, _HIGH), "%.2f"),
            titles={name: tr(name) for name in rows[0]},
        )
    st.caption(tr(COMPARED))
    about = {"study": study.name, "viewers": found.viewers, "models": shelf.models(study)}
    show_table_files(
        {"conditions": comparison_rows(found)}, study.name, key=f"study_{study.key}", about=about
    )


def _measure(name: str) -> str:
    """An expression, or the answer to the question."""
    return tr("answer") if name == ANSWER else emotion(name)


def means_figure(found: Comparison, measure: str) -> go.Figure:
    """A dot for each condition, with its interval."""
    rows = [one for one in found.means if one.measure == measure]
    figure = go.Figure(
        go.Scatter(
            x=[one.condition for one in rows],
            y=[one.mean for one in rows],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.mean for one in rows],
                "arrayminus": [one.mean - one.low for one in rows],
            },
            mode="markers",
            marker={"size": 10, "color": COLORS.get(measure, "#7F7F7F")},
            hovertemplate="%{x}: %{y:.2f}<extra></extra>",
        )
    )
    figure.update_layout(height=260, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    return figure
