"""Models against each other: cost, agreement of float and int8, chance, and published claims."""

from functools import lru_cache
from itertools import combinations

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.metrics.panel_headline import is_leaky
from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import (
    MARKERS,
    Block,
    Chart,
    Styling,
    Table,
    Text,
    layout,
    listing,
)
from fer_core.errors import DataError
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.comparison import McNemarResult, compare_predictions, describe_mcnemar

#: More pairs than this are no longer read.
_MAX_PAIRS = 10


def make_costs(view: View) -> list[Block]:
    """Accuracy against size and against latency, every model that has a result on the set."""
    points = [(e, _accuracy(view, e)) for e in view.everything if not e.is_run]
    known = [(entry, accuracy) for entry, accuracy in points if accuracy is not None]
    blocks: list[Block] = []
    for title, path, factor, axis in (
        ("size", ("bytes", "int8"), 1e-6, "int8 file (MB)"),
        ("latency", ("latency_ms", "int8"), 1.0, "one face, one thread (ms), where exported"),
    ):
        costs = [(e, a, e.export(*path)) for e, a in known]
        usable = [(e, a, float(c) * factor) for e, a, c in costs if isinstance(c, (int, float))]
        if usable:
            blocks.append(_cost_chart(view, usable, title, axis))
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


def _cost_chart(
    view: View, points: list[tuple[Entry, float, float]], title: str, axis: str
) -> Chart:
    figure = go.Figure()
    front = pareto_front([(cost, accuracy * 100) for _, accuracy, cost in points])
    figure.add_scatter(
        x=[x for x, _ in front],
        y=[y for _, y in front],
        mode="lines",
        name="best for its cost",
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
    layout(figure, title=f"Accuracy against {title}")
    figure.update_xaxes(title=axis, rangemode="tozero")
    figure.update_yaxes(title="accuracy (%)")
    return Chart(figure, f"accuracy-{title}", f"Accuracy against {title} on {view.set_title}.")


def _cost_table(known: list[tuple[Entry, float]]) -> Table:
    rows = []
    for entry, accuracy in known:
        agree = entry.export("agreement", "top1")
        sure = entry.export("agreement", "top1_where_sure")
        size, ms = entry.export("bytes", "int8"), entry.export("latency_ms", "int8")
        rows.append(
            {
                "model": entry.name,
                "accuracy (%)": accuracy * 100,
                "parameters": entry.export("parameters"),
                "int8 (MB)": None if size is None else size / 1e6,
                "int8 (ms)": ms,
                "float (ms)": entry.export("latency_ms", "float"),
                "int8 answers as float (%)": None if agree is None else agree * 100,
                "the same where float is sure (%)": None if sure is None else sure * 100,
                "largest difference of a probability": entry.export(
                    "agreement", "largest_difference"
                ),
            }
        )
    formats = {"accuracy (%)": "%.1f", "int8 (MB)": "%.2f", "int8 (ms)": "%.2f"}
    formats |= {"float (ms)": "%.2f", "int8 answers as float (%)": "%.1f"}
    formats |= {"the same where float is sure (%)": "%.1f"}
    formats |= {"largest difference of a probability": "%.3f"}
    return Table(pd.DataFrame(rows), "costs", formats)


@lru_cache(maxsize=64)
def _compare(first: Scoring, second: Scoring) -> McNemarResult:
    """The test of a pair, once: the scorings are those that the page keeps until a file changes."""
    return compare_predictions(first.predictions, second.predictions)


def make_tests(view: View) -> list[Block]:
    """McNemar's test of every pair of chosen models, in words."""
    scored = view.scored
    if len(scored) < 2:
        return [Text("Choose a second model above to test whether one is better than the other.")]
    pairs = list(combinations(scored, 2))
    blocks: list[Block] = []
    rows = []
    for first, second in pairs[:_MAX_PAIRS]:
        try:
            result = _compare(view.scorings[first.name], view.scorings[second.name])
        except DataError as error:
            blocks.append(Text(f"{first.name} and {second.name}: {error}", "info"))
            continue
        blocks.append(Text(describe_mcnemar(first.name, second.name, result)))
        rows.append(
            {
                "first": first.name,
                "second": second.name,
                "images": result.n,
                "only first right": result.only_first,
                "only second right": result.only_second,
                "p (exact McNemar)": result.p_value,
            }
        )
    if len(pairs) > _MAX_PAIRS:
        blocks.append(Text(f"Shown are {_MAX_PAIRS} of {len(pairs)} pairs.", "small"))
    if rows:
        blocks.append(Table(pd.DataFrame(rows), "mcnemar", {"p (exact McNemar)": "%.3g"}))
    return blocks


def make_claims(view: View, styling: Styling) -> list[Block]:
    """Our models on the set beside what others publish, leaky figures hatched and named."""
    if view.published is None:
        return []
    rows: list[dict[str, object]] = []
    for claim in view.published.claims:
        against = "FER+ votes" if claim.against == "ferplus" else "labels"
        rows.append(_claim_row(claim.system, claim.figure, against, claim.protocol, claim.leaky))
        rows[-1]["source"] = claim.source
    for entry in view.scored:
        scoring = view.scorings[entry.name]
        protocol = f"{view.set_title}, {scoring.n:,} images"
        leaky = is_leaky(entry, view.key) or view.key.endswith("_public_test")
        row = _claim_row(f"{entry.name} (here)", scoring.accuracy.value, "labels", protocol, leaky)
        rows.append(row | {"source": "measured here"})
        if scoring.predictions.ferplus is not None and scoring.ferplus is not None:
            row = _claim_row(
                f"{entry.name} (here)",
                scoring.ferplus.accuracy,
                "FER+ votes",
                f"FER+ majority of {view.set_title}, {scoring.ferplus.n:,} images",
                leaky,
            )
            rows.append(row | {"source": "measured here"})
    frame = pd.DataFrame(rows).sort_values("accuracy (%)", ascending=False, ignore_index=True)
    return [
        _claims_chart(frame, styling, {f"{e.name} (here)": view.color(e) for e in view.scored}),
        Text(
            "Hatched: the figure was measured on images that something was learned from or chosen "
            "on. Figures of different protocols stand side by side here; they do not measure the "
            "same thing.",
            "small",
        ),
        Table(frame, "claims", {"accuracy (%)": "%.1f"}),
    ]


def _claim_row(
    system: str, figure: float, against: str, protocol: str, leaky: bool
) -> dict[str, object]:
    return {
        "system": system,
        "accuracy (%)": figure * 100,
        "against": against,
        "leaky": "yes" if leaky else "no",
        "protocol": protocol,
    }


def _claims_chart(frame: pd.DataFrame, styling: Styling, ours_in: dict[str, str]) -> Chart:
    leaky = frame["leaky"] == "yes"
    ours = frame["source"] == "measured here"
    colors = [ours_in.get(str(name), REST_COLOR) for name in frame["system"]]
    votes = frame["against"] == "FER+ votes"
    names = [
        f"{name}{', FER+ votes' if by_votes else ''}{' (leaky)' if bad else ''}"
        for name, by_votes, bad in zip(frame["system"], votes, leaky, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=frame["accuracy (%)"],
            y=names,
            orientation="h",
            marker={
                "color": colors,
                "pattern": {
                    "shape": ["/" if bad else "" for bad in leaky],
                    "fgcolor": styling.ink,
                    "fgopacity": 0.6,
                },
            },
            text=[f"{value:.1f}" for value in frame["accuracy (%)"]],
            textposition="outside",
            customdata=frame["protocol"],
            hovertemplate="%{y}: %{x:.1f} %<br>%{customdata}<extra></extra>",
        )
    )
    layout(figure, title="Claims and measurements", height=120 + 28 * len(frame))
    figure.update_xaxes(title="accuracy (%)", range=[0, 110])
    figure.update_yaxes(autorange="reversed")
    measured = listing([*frame["system"][ours]] or ["none"])
    return Chart(figure, "claims", f"Accuracies claimed and measured; measured here: {measured}.")
