"""The three published systems: claim beside measured, and why they differ."""

import pandas as pd

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.panel_errors import make_class_table, make_published_class_table
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Table, Text, with_english_file
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.claims import PublishedSystem
from fer_core.evaluation.metrics import wilson_interval


def make_published(view: View, scorings: dict[str, Scoring]) -> list[Block]:
    """A section per system.

    Args:
        scorings: by model name, on PrivateTest, of the systems whose claim has a table.
    """
    if view.published is None:
        return []
    blocks: list[Block] = []
    for system in view.published.systems:
        blocks += _make_system(view, system, scorings.get(system.model))
    return blocks


def _make_system(view: View, system: PublishedSystem, scoring: Scoring | None) -> list[Block]:
    table = _make_table(view, system)
    claim = tr("Claim: {claim}. {protocol}")
    claim = claim.format(claim=tr(system.claim_text), protocol=tr(system.protocol))
    blocks: list[Block] = [Text(tr(system.title), "heading"), Text(claim), table]
    if len(table.frame) == 1:
        words = tr("{model} has no figures here: train, export and evaluate it.")
        blocks.append(Text(words.format(model=system.model), "info"))
    blocks += [Text(tr(line), "small") for line in system.noted]
    blocks.append(Text(tr("Why they differ. {why}").format(why=tr(system.why))))
    if system.table:
        blocks += [
            Text(tr("The published table:")),
            make_published_class_table(system.table),
        ]
        if scoring is not None:
            overall = percent(scoring.accuracy.value)
            words = tr("The same table here, on PrivateTest ({share} overall):")
            blocks += [Text(words.format(share=overall)), make_class_table(scoring)]
    return blocks


@with_english_file
def _make_table(view: View, system: PublishedSystem) -> Table:
    entry = system.entry(view.everything)
    figure, accuracy, images, leaky = tr("figure"), tr("accuracy (%)"), tr("images"), tr("leaky")
    rows = [
        {
            figure: tr("claim: {claim}").format(claim=tr(system.claim_text)),
            accuracy: system.claim * 100,
            "95 %": "",
            images: "",
            leaky: tr("not excluded"),
        }
    ]
    for measured in system.measured:
        found = None if entry is None else measured.read(entry)
        if found is None:
            continue
        value, n = found
        low_high = "" if n is None else interval(*wilson_interval(round(value * n), n))
        rows.append(
            {
                figure: tr("here: {measured}").format(measured=tr(measured.label)),
                accuracy: value * 100,
                "95 %": low_high,
                images: "" if n is None else number(n, grouped=True),
                leaky: tr("yes") if measured.leaky else tr("no"),
            }
        )
    return Table(pd.DataFrame(rows), f"published-{system.model}", {accuracy: "%.1f"})
