"""The three published systems: claim beside measured, and why they differ."""

import pandas as pd

from fer_core.app.metrics.panel_errors import make_class_table, make_published_class_table
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Table, Text
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
    entry = system.entry(view.everything)
    rows = [
        {
            "figure": f"claim: {system.claim_text}",
            "accuracy (%)": system.claim * 100,
            "95 %": "",
            "images": "",
            "leaky": "not excluded",
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
                "figure": f"here: {measured.label}",
                "accuracy (%)": value * 100,
                "95 %": low_high,
                "images": "" if n is None else f"{n:,}",
                "leaky": "yes" if measured.leaky else "no",
            }
        )
    frame = pd.DataFrame(rows)
    blocks: list[Block] = [
        Text(system.title, "heading"),
        Text(f"Claim: {system.claim_text}. {system.protocol}"),
        Table(frame, f"published-{system.model}", {"accuracy (%)": "%.1f"}),
    ]
    if len(rows) == 1:
        blocks.append(
            Text(f"{system.model} has no figures here: train, export and evaluate it.", "info")
        )
    blocks += [Text(line, "small") for line in system.noted]
    blocks.append(Text(f"Why they differ. {system.why}"))
    if system.table:
        blocks += [
            Text("The published table:"),
            make_published_class_table(system.table),
        ]
        if scoring is not None:
            overall = percent(scoring.accuracy.value)
            words = f"The same table here, on PrivateTest ({overall} overall):"
            blocks += [Text(words), make_class_table(scoring)]
    return blocks
