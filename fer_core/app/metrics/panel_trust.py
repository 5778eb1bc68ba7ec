"""May one believe it: calibration, and the labels themselves."""

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import Block, Chart, Table, Text, layout, with_english_file
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.labels import AgreementBin, LabelNoise
from fer_core.evaluation.metrics import ReliabilityBin
from fer_core.text import mark


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
        name=tr("as sure as right"),
        hoverinfo="skip",
        line={"color": "#7F7F7F", "dash": "dot", "width": 1},
    )
    sets = _reliability_sets(scoring, temperature)
    for i, (name, bins, ece) in enumerate(sets):
        is_after = i == len(sets) - 1
        color = view.color(entry) if is_after else REST_COLOR
        _add_reliability(figure, tr(name), bins, ece, color, is_after=is_after)
    layout(figure, title=tr("How sure, and how often right"), height=440)
    figure.update_xaxes(title=tr("confidence of the answer (%)"), range=[0, 101])
    figure.update_yaxes(title=tr("accuracy (%)"), range=[0, 101])
    return [
        Text(_calibration_words(view, temperature)),
        Chart(figure, "reliability", _calibration_words(view, temperature)),
        _reliability_table(scoring, temperature),
    ]


def _reliability_sets(
    scoring: Scoring, temperature: float | None
) -> list[tuple[str, tuple[ReliabilityBin, ...], float]]:
    sets = [(mark("after scaling"), scoring.reliability, scoring.ece.value)]
    if temperature is not None:
        sets.insert(0, (mark("before scaling"), *scoring.before_scaling(temperature)))
    return sets


@with_english_file
def _reliability_table(scoring: Scoring, temperature: float | None) -> Table:
    low, high = tr("from (%)"), tr("to (%)")
    confidence, accuracy = tr("mean confidence (%)"), tr("accuracy (%)")
    rows = [
        {
            tr("scaling"): tr(name),
            low: b.low * 100,
            high: b.high * 100,
            tr("images"): b.count,
            confidence: b.confidence * 100,
            accuracy: b.accuracy * 100,
        }
        for name, bins, _ in _reliability_sets(scoring, temperature)
        for b in bins
        if b.count
    ]
    formats = dict.fromkeys((low, high, confidence, accuracy), "%.1f")
    return Table(pd.DataFrame(rows), "reliability", formats)


def _calibration_words(view: View, temperature: float | None) -> str:
    scoring, after = view.scoring, view.scoring.ece
    between = interval(after.low, after.high)
    if temperature is None:
        return tr(
            "Calibration error {share} ({between}); what it was before temperature scaling cannot "
            "be told from these predictions."
        ).format(share=percent(after.value), between=between)
    _, before = scoring.before_scaling(temperature)
    return tr(
        "Calibration error {share} ({between}) after temperature scaling (T = {temperature}, "
        "fitted on validation), {before} before."
    ).format(
        share=percent(after.value),
        between=between,
        temperature=number(temperature, 2),
        before=percent(before),
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
        hovertemplate=tr("sure %{x:.1f} %, right %{y:.1f} %<br>%{customdata} images"),
    )


def make_label_noise(view: View) -> list[Block]:
    """Model against FER label against FER+ votes."""
    assert view.focus is not None
    noise, name = view.scoring.label_noise, view.focus.name
    if noise is None:
        return [
            Text(
                tr(
                    "The predictions hold no FER+ votes: once fer2013new.csv lies beside the set, "
                    "{model} is to be scored again."
                ).format(model=name),
                "info",
            )
        ]
    pairs = (
        (tr("model and label agree on {share} ({between})"), noise.model_label),
        (tr("model and voters agree on {share} ({between})"), noise.model_votes),
        (tr("label and voters agree on {share} ({between})"), noise.label_votes),
    )
    words = "; ".join(
        pair.format(share=percent(share), between=interval(low, high))
        for pair, (share, low, high) in ((p, noise.share_ci95(hits)) for p, hits in pairs)
    )
    blocks: list[Block] = [
        Text(
            tr(
                "On {n} faces whose FER+ majority is one of the seven: {words}. Where label and "
                "voters disagree, no model can please both."
            ).format(n=number(noise.n, grouped=True), words=words)
        ),
        *_noise_blocks(noise, view.color(view.focus)),
    ]
    ferplus = view.scoring.ferplus
    if ferplus is not None:
        has_output = view.scoring.predictions.ferplus is not None
        against = (
            tr(
                "Against the majority of all eight FER+ classes: {share} of {n} images, {seven} "
                "over the seven, KL to the votes {kl} nats, with its own output for votes."
            )
            if has_output
            else tr(
                "Against the majority of all eight FER+ classes: {share} of {n} images, {seven} "
                "over the seven, KL to the votes {kl} nats."
            )
        )
        said = against.format(
            share=percent(ferplus.accuracy),
            n=number(ferplus.n, grouped=True),
            seven=percent(ferplus.accuracy7),
            kl=number(ferplus.kl, 2),
        )
        blocks.append(Text(said, "small"))
    return blocks


def _noise_parts(noise: LabelNoise) -> tuple[tuple[str, int, str], ...]:
    """Who agrees, on how many faces, and a colour."""
    return (
        (tr("all three agree"), noise.all_agree, "#009E73"),
        (tr("model and voters, against the label"), noise.against_label, "#56B4E9"),
        (tr("model and label, against the voters"), noise.against_votes, "#0072B2"),
        (tr("label and voters, against the model"), noise.model_alone, "#D55E00"),
        (tr("three opinions"), noise.all_differ, "#7F7F7F"),
    )


def _bin_names(bins: list[AgreementBin]) -> list[str]:
    words = tr("{low} to {high} %")
    return [words.format(low=number(b.low * 100), high=number(b.high * 100)) for b in bins]


@with_english_file
def _noise_table(noise: LabelNoise) -> Table:
    share = tr("share (%)")
    rows = [
        {tr("who"): name, tr("images"): count, share: count / noise.n * 100}
        for name, count, _ in _noise_parts(noise)
    ]
    return Table(pd.DataFrame(rows), "label-noise", {share: "%.1f"})


@with_english_file
def _agreement_table(bins: list[AgreementBin]) -> Table:
    label, majority = tr("model answers the label (%)"), tr("model answers the majority (%)")
    frame = pd.DataFrame(
        {
            tr("voters agree"): _bin_names(bins),
            tr("images"): [b.n for b in bins],
            label: [b.label_hits / b.n * 100 for b in bins],
            majority: [b.vote_hits / b.n * 100 for b in bins],
        }
    )
    return Table(frame, "label-noise-by-agreement", dict.fromkeys((label, majority), "%.1f"))


def _noise_blocks(noise: LabelNoise, color: str) -> list[Block]:
    parts = _noise_parts(noise)
    hover = tr("%{y}: %{x:.1f} %, %{customdata} images")
    figure = go.Figure(
        go.Bar(
            x=[count / noise.n * 100 for _, count, _ in parts],
            y=[name for name, _, _ in parts],
            orientation="h",
            marker_color=[color for _, _, color in parts],
            text=[percent(count / noise.n) for _, count, _ in parts],
            customdata=[count for _, count, _ in parts],
            hovertemplate=f"{hover}<extra></extra>",
        )
    )
    layout(figure, title=tr("Who agrees with whom"), height=300)
    figure.update_xaxes(title=tr("share of the faces (%)"))
    figure.update_yaxes(autorange="reversed")
    bins = [b for b in noise.by_agreement if b.n]
    names = _bin_names(bins)
    sure = go.Figure()
    sure.add_scatter(
        x=names,
        y=[b.label_hits / b.n * 100 for b in bins],
        name=tr("against the label"),
        mode="lines+markers",
        line={"color": color, "width": 2},
        hovertemplate="%{y:.1f} %",
    )
    sure.add_scatter(
        x=names,
        y=[b.vote_hits / b.n * 100 for b in bins],
        name=tr("against the voters"),
        mode="lines+markers",
        line={"color": color, "width": 2, "dash": "dash"},
        marker={"symbol": "square"},
        hovertemplate="%{y:.1f} %",
    )
    layout(sure, title=tr("Accuracy by how far the voters agree"), hovermode="x unified")
    sure.update_xaxes(title=tr("share of voters for the majority"))
    sure.update_yaxes(title=tr("accuracy (%)"), range=[0, 101])
    return [
        Chart(figure, "label-noise", tr("Shares of faces by who agrees with whom.")),
        _noise_table(noise),
        Chart(sure, "label-noise-by-agreement", tr("Accuracy by agreement of the voters.")),
        _agreement_table(bins),
    ]
