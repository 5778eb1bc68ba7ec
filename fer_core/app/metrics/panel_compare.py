"""Models against each other: cost, agreement of float and int8, and chance."""

from functools import lru_cache
from itertools import combinations

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.spoken import number, percent, told, tr
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import (
    MARKERS,
    Block,
    Chart,
    Table,
    Text,
    layout,
    with_english_file,
)
from fer_core.errors import DataError
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.comparison import McNemarResult, compare_predictions, describe_mcnemar
from fer_core.text import mark

#: More pairs than this are no longer read.
_MAX_PAIRS = 10
#: Chances below are not told apart.
_LEAST_P = 0.001
#: Columns of the table of costs, and how their numbers are written.
_COSTS = {
    mark("model"): "",
    mark("accuracy (%)"): "%.1f",
    mark("parameters"): "",
    mark("int8 (MB)"): "%.2f",
    mark("int8 (ms)"): "%.2f",
    mark("float (ms)"): "%.2f",
    mark("int8 answers as float (%)"): "%.1f",
    mark("the same where float is sure (%)"): "%.1f",
    mark("largest difference of a probability"): "%.3f",
}


def make_costs(view: View) -> list[Block]:
    """Accuracy against size and against latency, every model that has a result on the set."""
    points = [(e, _accuracy(view, e)) for e in view.everything if not e.is_run]
    known = [(entry, accuracy) for entry, accuracy in points if accuracy is not None]
    blocks: list[Block] = []
    for name, path, factor, axis, title, alt in (
        (
            "size",
            ("bytes", "int8"),
            1e-6,
            tr("int8 file (MB)"),
            tr("Accuracy against size"),
            tr("Accuracy against size on {data}."),
        ),
        (
            "latency",
            ("latency_ms", "int8"),
            1.0,
            tr("one face, one thread (ms), where exported"),
            tr("Accuracy against latency"),
            tr("Accuracy against latency on {data}."),
        ),
    ):
        costs = [(e, a, e.export(*path)) for e, a in known]
        usable = [(e, a, float(c) * factor) for e, a, c in costs if isinstance(c, (int, float))]
        if usable:
            figure = _cost_figure(view, usable, title, axis)
            blocks.append(Chart(figure, f"accuracy-{name}", alt.format(data=view.set_title)))
    if known:
        blocks.append(_cost_table(known))
    return blocks


def _accuracy(view: View, entry: Entry) -> float | None:
    if entry.name in view.scorings:
        return view.scorings[entry.name].accuracy.value
    row = entry.result(view.key)
    return None if row is None else float(row["accuracy"])


def pareto_front(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The pairs (cost, accuracy) that no other beats in both, by cost."""
    front: list[tuple[float, float]] = []
    for cost, accuracy in sorted(points, key=lambda p: (p[0], -p[1])):
        if not front or accuracy > front[-1][1]:
            front.append((cost, accuracy))
    return front


def _cost_figure(
    view: View, points: list[tuple[Entry, float, float]], title: str, axis: str
) -> go.Figure:
    figure = go.Figure()
    front = pareto_front([(cost, accuracy * 100) for _, accuracy, cost in points])
    figure.add_scatter(
        x=[x for x, _ in front],
        y=[y for _, y in front],
        mode="lines",
        name=tr("best for its cost"),
        line={"color": "#7F7F7F", "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
    )
    for entry, accuracy, cost in points:
        is_chosen = entry.name in {one.name for one in view.chosen}
        place = view.place(entry) if is_chosen else 0
        figure.add_scatter(
            x=[cost],
            y=[accuracy * 100],
            mode="markers+text",
            name=entry.name,
            text=[entry.name],
            textposition="top center",
            cliponaxis=False,
            marker={
                "size": 12,
                "color": view.color(entry),
                "symbol": MARKERS[place % len(MARKERS)] if is_chosen else "circle-open",
            },
            showlegend=False,
            hovertemplate=f"{entry.name}: %{{y:.1f}} %, %{{x:.3g}}<extra></extra>",
        )
    layout(figure, title=title)
    figure.update_xaxes(title=axis, rangemode="tozero")
    figure.update_yaxes(title=tr("accuracy (%)"))
    return figure


@with_english_file
def _cost_table(known: list[tuple[Entry, float]]) -> Table:
    rows = []
    titles = {name: tr(name) for name in _COSTS}
    for entry, accuracy in known:
        agree = entry.export("agreement", "top1")
        sure = entry.export("agreement", "top1_where_sure")
        size, ms = entry.export("bytes", "int8"), entry.export("latency_ms", "int8")
        values = (
            entry.name,
            accuracy * 100,
            entry.export("parameters"),
            None if size is None else size / 1e6,
            ms,
            entry.export("latency_ms", "float"),
            None if agree is None else agree * 100,
            None if sure is None else sure * 100,
            entry.export("agreement", "largest_difference"),
        )
        rows.append(dict(zip(titles.values(), values, strict=True)))
    formats = {titles[name]: form for name, form in _COSTS.items() if form}
    return Table(pd.DataFrame(rows), "costs", formats)


@lru_cache(maxsize=64)
def _compare(first: Scoring, second: Scoring) -> McNemarResult:
    """The test of a pair, once: the scorings are those that the page keeps until a file changes."""
    return compare_predictions(first.predictions, second.predictions)


def make_tests(view: View) -> list[Block]:
    """McNemar's test of every pair of chosen models, in words."""
    scored = view.scored
    if len(scored) < 2:
        return [
            Text(tr("Choose a second model above to test whether one is better than the other."))
        ]
    pairs = list(combinations(scored, 2))
    blocks: list[Block] = []
    rows: list[tuple[str, str, McNemarResult]] = []
    for first, second in pairs[:_MAX_PAIRS]:
        try:
            result = _compare(view.scorings[first.name], view.scorings[second.name])
        except DataError as error:
            blocks.append(Text(_pair_words(first.name, second.name, error), "info"))
            continue
        blocks.append(Text(mcnemar_words(first.name, second.name, result)))
        rows.append((first.name, second.name, result))
    if len(pairs) > _MAX_PAIRS:
        words = tr("Shown are {n} of {all} pairs.")
        blocks.append(Text(words.format(n=number(_MAX_PAIRS), all=number(len(pairs))), "small"))
    if rows:
        blocks.append(_test_table(rows))
    return blocks


def _pair_words(first: str, second: str, error: DataError) -> str:
    words = tr("{first} and {second}: {error}")
    return words.format(first=first, second=second, error=told(error))


def mcnemar_words(first: str, second: str, result: McNemarResult) -> str:
    """The test of a pair in the visitor's language."""
    sentence = describe_mcnemar(first, second, result)
    p_value = result.p_value
    values = {
        "n": number(result.n, grouped=True),
        "b": number(result.only_first, grouped=True),
        "c": number(result.only_second, grouped=True),
        "chance": percent(p_value) if p_value >= _LEAST_P else tr("less than 0.1 %"),
    }
    return tr(sentence.template).format(**sentence.values | values)


@with_english_file
def _test_table(rows: list[tuple[str, str, McNemarResult]]) -> Table:
    chance = tr("p (exact McNemar)")
    frame = pd.DataFrame(
        [
            {
                tr("first"): first,
                tr("second"): second,
                tr("images"): result.n,
                tr("only first right"): result.only_first,
                tr("only second right"): result.only_second,
                chance: result.p_value,
            }
            for first, second, result in rows
        ]
    )
    return Table(frame, "mcnemar", {chance: "%.3g"})
