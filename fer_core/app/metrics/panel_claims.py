"""What others claim beside what is measured here."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.panel_headline import is_leaky
from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Styling,
    Table,
    Text,
    layout,
    listing,
    with_english_file,
)
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.claims import Published


def make_claims(view: View, styling: Styling) -> list[Block]:
    """Our models on the set beside what others publish, leaky figures hatched and named."""
    if view.published is None:
        return []
    claimed = _claimed(view, view.published)
    return [
        _claims_chart(view, claimed, styling),
        Text(
            tr(
                "Hatched: the figure was measured on images that something was learned from or "
                "chosen on. Figures of different protocols stand side by side here; they do not "
                "measure the same thing."
            ),
            "small",
        ),
        _claims_table(view, view.published),
    ]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A row of the claims, in words; ``ours``: the model here that it is of."""

    system: str
    figure: float
    by_votes: bool
    leaky: bool
    protocol: str
    source: str
    ours: Entry | None = None


def _claimed(view: View, published: Published) -> list[_Claimed]:
    rows = [
        _Claimed(
            tr(claim.system),
            claim.figure * 100,
            claim.against == "ferplus",
            claim.leaky,
            tr(claim.protocol),
            tr(claim.source),
        )
        for claim in published.claims
    ]
    for entry in view.scored:
        scoring = view.scorings[entry.name]
        leaky = is_leaky(entry, view.key) or view.key.endswith("_public_test")
        system, source = tr("{model} (here)").format(model=entry.name), tr("measured here")
        n = number(scoring.n, grouped=True)
        protocol = tr("{data}, {n} images").format(data=view.set_title, n=n)
        figure = scoring.accuracy.value * 100
        rows.append(_Claimed(system, figure, False, leaky, protocol, source, entry))
        if scoring.predictions.ferplus is not None and scoring.ferplus is not None:
            n = number(scoring.ferplus.n, grouped=True)
            words = tr("FER+ majority of {data}, {n} images")
            protocol = words.format(data=view.set_title, n=n)
            figure = scoring.ferplus.accuracy * 100
            rows.append(_Claimed(system, figure, True, leaky, protocol, source, entry))
    return sorted(rows, key=lambda row: row.figure, reverse=True)


@with_english_file
def _claims_table(view: View, published: Published) -> Table:
    rows = [
        {
            tr("system"): row.system,
            tr("accuracy (%)"): row.figure,
            tr("against"): tr("FER+ votes") if row.by_votes else tr("labels"),
            tr("leaky"): tr("yes") if row.leaky else tr("no"),
            tr("protocol"): row.protocol,
            tr("source"): row.source,
        }
        for row in _claimed(view, published)
    ]
    return Table(pd.DataFrame(rows), "claims", {tr("accuracy (%)"): "%.1f"})


def _claim_name(row: _Claimed) -> str:
    if row.by_votes:
        words = tr("{system}, FER+ votes (leaky)") if row.leaky else tr("{system}, FER+ votes")
    else:
        words = tr("{system} (leaky)") if row.leaky else "{system}"
    return words.format(system=row.system)


def _claims_chart(view: View, rows: list[_Claimed], styling: Styling) -> Chart:
    colors = [REST_COLOR if row.ours is None else view.color(row.ours) for row in rows]
    figure = go.Figure(
        go.Bar(
            x=[row.figure for row in rows],
            y=[_claim_name(row) for row in rows],
            orientation="h",
            marker={
                "color": colors,
                "pattern": {
                    "shape": ["/" if row.leaky else "" for row in rows],
                    "fgcolor": styling.ink,
                    "fgopacity": 0.6,
                },
            },
            text=[number(row.figure, 1) for row in rows],
            textposition="outside",
            customdata=[row.protocol for row in rows],
            hovertemplate="%{y}: %{x:.1f} %<br>%{customdata}<extra></extra>",
        )
    )
    layout(figure, title=tr("Claims and measurements"), height=120 + 28 * len(rows))
    figure.update_xaxes(title=tr("accuracy (%)"), range=[0, 110])
    figure.update_yaxes(autorange="reversed")
    measured = listing([row.system for row in rows if row.ours is not None] or [tr("none")])
    words = tr("Accuracies claimed and measured; measured here: {models}.")
    return Chart(figure, "claims", words.format(models=measured))
