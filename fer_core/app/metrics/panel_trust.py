"""May one believe it: calibration, and the labels themselves."""

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import Block, Chart, Table, Text, layout
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.labels import LabelNoise
from fer_core.evaluation.metrics import ReliabilityBin


def temperature_of(entry: Entry, scoring: Scoring, key: str) -> float | None:
    """The temperature that the scored probabilities were made with; None where it is no longer
    known, or where they are a mix of two outputs and none can be undone."""
    if entry.spec is None:
        return None
    row = entry.result(key)
    output = entry.evaluation(key).get("output") or (row or {}).get("output")
    if output == "served" and len(entry.spec.served) > 1:
        return None
    for file in entry.spec.files.values():
        if file.sha256 == scoring.predictions.model_sha256:
            return file.temperatures.get("fer")
    return None


def make_calibration(view: View) -> list[Block]:
    """Reliability diagram and ECE, before and after temperature scaling."""
    assert view.focus is not None
    scoring, entry = view.scoring, view.focus
    temperature = temperature_of(entry, scoring, view.key)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name="as sure as right",
        hoverinfo="skip",
        line={"color": "#7F7F7F", "dash": "dot", "width": 1},
    )
    rows: list[dict[str, object]] = []
    after = scoring.ece
    sets = [("after scaling", scoring.reliability, after.value)]
    if temperature is not None:
        sets.insert(0, ("before scaling", *scoring.before_scaling(temperature)))
    for i, (name, bins, ece) in enumerate(sets):
        is_after = i == len(sets) - 1
        color = view.color(entry) if is_after else REST_COLOR
        _add_reliability(figure, name, bins, ece, color, is_after=is_after)
        rows += [
            {
                "": name,
                "from (%)": b.low * 100,
                "to (%)": b.high * 100,
                "images": b.count,
                "mean confidence (%)": b.confidence * 100,
                "accuracy (%)": b.accuracy * 100,
            }
            for b in bins
            if b.count
        ]
    layout(figure, title="How sure, and how often right", height=440)
    figure.update_xaxes(title="confidence of the answer (%)", range=[0, 101])
    figure.update_yaxes(title="accuracy (%)", range=[0, 101])
    frame = pd.DataFrame(rows).rename(columns={"": "scaling"})
    titles = ("from (%)", "to (%)", "mean confidence (%)", "accuracy (%)")
    return [
        Text(_calibration_words(view, temperature)),
        Chart(figure, "reliability", _calibration_words(view, temperature)),
        Table(frame, "reliability", dict.fromkeys(titles, "%.1f")),
    ]


def _calibration_words(view: View, temperature: float | None) -> str:
    scoring, after = view.scoring, view.scoring.ece
    words = f"Calibration error {percent(after.value)} ({interval(after.low, after.high)})"
    if temperature is None:
        return (
            f"{words}; what it was before temperature scaling cannot be told from these "
            "predictions."
        )
    _, before = scoring.before_scaling(temperature)
    return (
        f"{words} after temperature scaling (T = {temperature:.2f}, fitted on validation), "
        f"{percent(before)} before."
    )


def _add_reliability(
    figure: go.Figure,
    name: str,
    bins: tuple[ReliabilityBin, ...],
    ece: float,
    color: str,
    *,
    is_after: bool,
) -> None:
    filled = [b for b in bins if b.count]
    most = max(b.count for b in filled)
    figure.add_scatter(
        x=[b.confidence * 100 for b in filled],
        y=[b.accuracy * 100 for b in filled],
        mode="lines+markers",
        name=f"{name}, ECE {percent(ece)}",
        line={"color": color, "dash": "solid" if is_after else "dash", "width": 2},
        marker={
            "size": [6 + 14 * (b.count / most) ** 0.5 for b in filled],
            "symbol": "circle" if is_after else "square",
        },
        customdata=[b.count for b in filled],
        hovertemplate="sure %{x:.1f} %, right %{y:.1f} %<br>%{customdata} images",
    )


def make_label_noise(view: View) -> list[Block]:
    """Model against FER label against FER+ votes."""
    assert view.focus is not None
    noise, name = view.scoring.label_noise, view.focus.name
    if noise is None:
        return [
            Text(
                "The predictions hold no FER+ votes: once fer2013new.csv lies beside the set, "
                f"{name} is to be scored again.",
                "info",
            )
        ]
    pairs = (
        ("model and label", noise.model_label),
        ("model and voters", noise.model_votes),
        ("label and voters", noise.label_votes),
    )
    words = "; ".join(
        f"{pair} agree on {percent(share)} ({interval(low, high)})"
        for pair, (share, low, high) in ((p, noise.share_ci95(hits)) for p, hits in pairs)
    )
    blocks: list[Block] = [
        Text(
            f"On {noise.n:,} faces whose FER+ majority is one of the seven: {words}. "
            "Where label and voters disagree, no model can please both."
        ),
        *_noise_blocks(noise, view.color(view.focus)),
    ]
    ferplus = view.scoring.ferplus
    if ferplus is not None:
        has_output = view.scoring.predictions.ferplus is not None
        blocks.append(
            Text(
                f"Against the majority of all eight FER+ classes: {percent(ferplus.accuracy)} of "
                f"{ferplus.n:,} images, {percent(ferplus.accuracy7)} over the seven, "
                f"KL to the votes {ferplus.kl:.2f} nats"
                + (", with its own output for votes." if has_output else "."),
                "small",
            )
        )
    return blocks


def _noise_blocks(noise: LabelNoise, color: str) -> list[Block]:
    parts = (
        ("all three agree", noise.all_agree, "#009E73"),
        ("model and voters, against the label", noise.against_label, "#56B4E9"),
        ("model and label, against the voters", noise.against_votes, "#0072B2"),
        ("label and voters, against the model", noise.model_alone, "#D55E00"),
        ("three opinions", noise.all_differ, "#7F7F7F"),
    )
    figure = go.Figure(
        go.Bar(
            x=[count / noise.n * 100 for _, count, _ in parts],
            y=[name for name, _, _ in parts],
            orientation="h",
            marker_color=[color for _, _, color in parts],
            text=[percent(count / noise.n) for _, count, _ in parts],
            customdata=[count for _, count, _ in parts],
            hovertemplate="%{y}: %{x:.1f} %, %{customdata} images<extra></extra>",
        )
    )
    layout(figure, title="Who agrees with whom", height=300)
    figure.update_xaxes(title="share of the faces (%)")
    figure.update_yaxes(autorange="reversed")
    bins = [b for b in noise.by_agreement if b.n]
    names = [f"{b.low * 100:.0f} to {b.high * 100:.0f} %" for b in bins]
    sure = go.Figure()
    sure.add_scatter(
        x=names,
        y=[b.label_hits / b.n * 100 for b in bins],
        name="against the label",
        mode="lines+markers",
        line={"color": color, "width": 2},
        hovertemplate="%{y:.1f} %",
    )
    sure.add_scatter(
        x=names,
        y=[b.vote_hits / b.n * 100 for b in bins],
        name="against the voters",
        mode="lines+markers",
        line={"color": color, "width": 2, "dash": "dash"},
        marker={"symbol": "square"},
        hovertemplate="%{y:.1f} %",
    )
    layout(sure, title="Accuracy by how far the voters agree", hovermode="x unified")
    sure.update_xaxes(title="share of voters for the majority")
    sure.update_yaxes(title="accuracy (%)", range=[0, 101])
    frame = pd.DataFrame(
        [{"who": n, "images": c, "share (%)": c / noise.n * 100} for n, c, _ in parts]
    )
    by = pd.DataFrame(
        {
            "voters agree": names,
            "images": [b.n for b in bins],
            "model answers the label (%)": [b.label_hits / b.n * 100 for b in bins],
            "model answers the majority (%)": [b.vote_hits / b.n * 100 for b in bins],
        }
    )
    return [
        Chart(figure, "label-noise", "Shares of faces by who agrees with whom."),
        Table(frame, "label-noise", {"share (%)": "%.1f"}),
        Chart(sure, "label-noise-by-agreement", "Accuracy by agreement of the voters."),
        Table(by, "label-noise-by-agreement", dict.fromkeys(by.columns[2:], "%.1f")),
    ]
