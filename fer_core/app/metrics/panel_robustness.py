"""What is left of the accuracy when a face is changed as cameras and detectors change it."""

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Table,
    Text,
    layout,
    line_style,
    with_english_file,
)
from fer_core.evaluation.catalog import Entry, set_name, set_title
from fer_core.evaluation.robustness import PERTURBATIONS
from fer_core.text import mark

#: How the changes of ``evaluate --robustness`` read.
CHANGES = {
    "shift_5px": mark("shifted by 5 px"),
    "scale_0.85": mark("smaller, x 0.85"),
    "scale_1.15": mark("larger, x 1.15"),
    "rotation_15deg": mark("turned by 15°"),
    "blur_sigma_1": mark("blurred, sigma 1"),
    "brightness_0.4": mark("darker, x 0.4"),
    "jpeg_30": mark("JPEG, quality 30"),
}

UNCHANGED = mark("unchanged")


def robust_key(view: View) -> str:
    """The split whose figures are shown: PublicTest instead of a test split without any, since
    measuring there would count as one more scoring of the test split."""
    public = f"{set_name(view.key)}_public_test"
    if any(_accuracies(entry, view.key) for entry in view.chosen):
        return view.key
    return public if view.key.endswith("_private_test") else view.key


def lacks_robustness(entry: Entry, key: str) -> bool:
    """Whether there are no figures of a model on changed faces of that set and split."""
    return not _accuracies(entry, key)


def _accuracies(entry: Entry, key: str) -> dict[str, float]:
    """``unchanged`` and the accuracy under each change; empty where it was not measured."""
    report = entry.evaluation(key)
    found, plain = report.get("robustness"), report.get("accuracy")
    if not isinstance(found, dict) or not isinstance(plain, float):
        return {}
    known = {CHANGES.get(c, c): found[c] for c in PERTURBATIONS if isinstance(found.get(c), float)}
    return {UNCHANGED: plain} | known if known else {}


def make_robustness(view: View) -> list[Block]:
    """Accuracy under each change, all chosen models side by side."""
    key = robust_key(view)
    blocks: list[Block] = []
    figure = go.Figure()
    rows: list[tuple[str, str, float, float]] = []
    worst = (0.0, "", "")
    for entry in view.chosen:
        values = _accuracies(entry, key)
        if not values:
            if not entry.is_run:
                words = tr("{model} has no figures on changed faces of {data} yet.")
                said = words.format(model=entry.name, data=set_title(key))
                blocks.append(Text(said, "info"))
            continue
        figure.add_bar(
            x=[tr(name) for name in values],
            y=[value * 100 for value in values.values()],
            name=entry.name,
            marker_color=line_style(view.place(entry))["color"],
            hovertemplate="%{x}: %{y:.1f} %",
        )
        for name, value in values.items():
            lost = (values[UNCHANGED] - value) * 100
            rows.append((entry.name, name, value * 100, lost))
            worst = max(worst, (lost, entry.name, name))
    if not rows:
        return blocks
    layout(figure, title=tr("Accuracy when faces are changed"), barmode="group")
    figure.update_yaxes(title=tr("accuracy (%)"), range=[0, 100])
    lost, model, change = worst
    words = (
        tr("Measured on {data}. The costliest change: {model} loses {n} points on faces {change}.")
        if model
        else tr("Measured on {data}.")
    )
    words = words.format(data=set_title(key), model=model, n=number(lost, 1), change=tr(change))
    return [
        Text(words),
        Chart(figure, "robustness", words),
        _robustness_table(rows),
        *blocks,
    ]


@with_english_file
def _robustness_table(rows: list[tuple[str, str, float, float]]) -> Table:
    shares = tr("accuracy (%)"), tr("lost (points)")
    said = [(model, tr(change), *figures) for model, change, *figures in rows]
    frame = pd.DataFrame(said, columns=[tr("model"), tr("faces"), *shares])
    return Table(frame, "robustness", dict.fromkeys(shares, "%.1f"))
