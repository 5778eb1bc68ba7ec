"""The confusion matrix on the page: a cell is chosen by a click or by two select boxes, and the
pictures behind it appear where this server holds the set."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.app.access.rights import may_see_faces
from fer_core.app.language.address import name_of, open_in_this_language
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.panel_difference import (
    difference_words,
    make_difference_figure,
    make_difference_table,
    other_of,
)
from fer_core.app.metrics.panel_errors import (
    cell_words,
    make_confusion_figure,
    make_confusion_table,
    worst_words,
)
from fer_core.app.metrics.state import load_pictures
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Chart, Styling
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.show import show_table
from fer_core.app.parts.words import percent
from fer_core.datasets.names import undivided_name
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry, set_name
from fer_core.evaluation.pictures import find_set
from fer_core.labels import FERPLUS_EMOTIONS
from fer_core.text import mark, markdown_sentence

#: Pictures shown of a cell, the surest answers first.
MAX_PICTURES = 24
_CHART, _TRUE, _ANSWERED, _UNIT = "confusion-chart", "labelled", "answered", "unit"
UNITS = (mark("Share of the row"), mark("Counts"))
#: With a second model, the first one's matrix minus the second's.
DIFFERENCE = mark("Difference")


def show_confusion(view: View, styling: Styling, image_format: str, about: str) -> None:
    """The panel, with its controls beside the matrix, so that a laptop shows it whole."""
    scoring = view.scoring
    names = list(scoring.classes)
    st.session_state["confusion-classes"] = names
    other = other_of(view)
    matrix, beside = st.columns([3, 2], gap="large")
    with beside:
        st.caption(about)
        units = (*UNITS, DIFFERENCE) if other is not None else UNITS
        open_in_this_language(_UNIT, units, tr)
        unit = st.segmented_control(
            tr("Cells show"),
            units,
            default=UNITS[0],
            format_func=tr,
            required=True,
            key=_UNIT,
            bind="query-params",
        )
    if other is not None and unit == DIFFERENCE:
        _show_difference(view, other, styling, image_format, matrix, beside)
        return
    true, answered = (_place(key, names) for key in (_TRUE, _ANSWERED))
    chosen = None if true is None or answered is None else (true, answered)
    with matrix:
        figure = make_confusion_figure(
            scoring, normalized=unit != UNITS[1], styling=styling, chosen=chosen
        )
        chart = Chart(figure, "confusion", worst_words(scoring))
        show_plot(
            chart.figure,
            key=_CHART,
            alt=chart.alt,
            name=chart.name,
            image_format=image_format,
            on_select=_take_click,
            selection_mode="points",
        )
        st.caption(markdown_sentence(worst_words(scoring)))
    with beside:
        left, right = st.columns(2)
        for column, key, label in (
            (left, _TRUE, tr("Labelled")),
            (right, _ANSWERED, tr("Answered")),
        ):
            open_in_this_language(key, names, emotion)
            column.selectbox(
                label,
                names,
                index=None,
                format_func=emotion,
                placeholder=tr("Any cell"),
                key=key,
                bind="query-params",
            )
        if chosen is not None:
            st.markdown(markdown_sentence(cell_words(scoring, *chosen)) + ".")
            _show_pictures(view, scoring, chosen)
    show_table(make_confusion_table(scoring), "confusion-table")


def _show_difference(
    view: View,
    other: Entry,
    styling: Styling,
    image_format: str,
    matrix: DeltaGenerator,
    beside: DeltaGenerator,
) -> None:
    words = difference_words(view, other)
    with matrix:
        show_plot(
            make_difference_figure(view, other, styling),
            key="difference-chart",
            alt=words,
            name="difference",
            image_format=image_format,
        )
    with beside:
        st.markdown(markdown_sentence(words))
    show_table(make_difference_table(view, other), "difference-table")


def _place(key: str, names: list[str]) -> int | None:
    value = st.session_state.get(key) or name_of(st.query_params.get(key) or "", names, emotion)
    return names.index(value) if value in names else None


def _take_click() -> None:
    """A click on a cell fills the two boxes."""
    selection = st.session_state[_CHART].selection
    names = st.session_state["confusion-classes"]
    points = [p["point_index"] for p in selection["points"] if p.get("curve_number") == 1]
    if points and points[0] < len(names) ** 2:
        st.session_state[_TRUE] = names[points[0] // len(names)]
        st.session_state[_ANSWERED] = names[points[0] % len(names)]


def _show_pictures(view: View, scoring: Scoring, chosen: tuple[int, int]) -> None:
    rows = scoring.cell(*chosen)
    if not len(rows):
        return
    name = undivided_name(set_name(view.key))
    if not may_see_faces():
        st.caption(tr("The pictures behind a cell are shown to those who may train models here."))
        return
    place = find_set(name)
    if place is None:
        st.caption(
            tr(
                "The pictures are shown where this server holds {data}: its owner names the folder "
                "in `FER_DATA_ROOTS`."
            ).format(data=markdown_sentence(name))
        )
        return
    shown = rows[:MAX_PICTURES]
    predictions = scoring.predictions
    ids, labels = (tuple(v[shown].tolist()) for v in (predictions.ids, predictions.labels))
    with st.spinner(tr("Reading the pictures.")):
        found = load_pictures(str(place), place.stat().st_mtime_ns, ids, labels)
    if isinstance(found, str):
        st.info(markdown_sentence(found), icon=":material/info:")
        return
    captions = []
    for row in shown:
        sure = predictions.probs[row].max()
        votes = "" if predictions.votes is None else _vote_words(predictions.votes[row])
        captions.append(f"{percent(sure)}{votes}")
    st.image(found, caption=captions, width=84)
    st.caption(_about_pictures(len(shown), len(rows), has_votes=predictions.votes is not None))


def _about_pictures(n: int, all_: int, *, has_votes: bool) -> str:
    if n == all_ and has_votes:
        return tr("All of them, with the model's probability and the FER+ voters' first choice.")
    if n == all_:
        return tr("All of them, with the model's probability.")
    words = (
        tr(
            "The surest {n} of {all}, with the model's probability and the FER+ voters' first "
            "choice."
        )
        if has_votes
        else tr("The surest {n} of {all}, with the model's probability.")
    )
    return words.format(n=number(n), all=number(all_))


def _vote_words(votes: "list[float]") -> str:
    best = max(range(len(FERPLUS_EMOTIONS)), key=lambda i: votes[i])
    return f", {emotion(FERPLUS_EMOTIONS[best])}" if votes[best] > 0 else ""
