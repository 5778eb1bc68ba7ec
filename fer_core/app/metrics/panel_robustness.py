"""What is left of the accuracy when a face is changed as cameras and detectors change it."""

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Chart, Table, Text, layout, line_style
from fer_core.evaluation.catalog import Entry, set_name, set_title
from fer_core.evaluation.robustness import PERTURBATIONS

#: How the changes of ``evaluate --robustness`` read.
CHANGES = {
    "shift_5px": "shifted by 5 px",
    "scale_0.85": "smaller, x 0.85",
    "scale_1.15": "larger, x 1.15",
    "rotation_15deg": "turned by 15°",
    "blur_sigma_1": "blurred, sigma 1",
    "brightness_0.4": "darker, x 0.4",
    "jpeg_30": "JPEG, quality 30",
}


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
    return {"unchanged": plain} | known if known else {}


def make_robustness(view: View) -> list[Block]:
    """Accuracy under each change, all chosen models side by side."""
    key = robust_key(view)
    blocks: list[Block] = []
    figure = go.Figure()
    rows: list[dict[str, object]] = []
    worst = (0.0, "")
    for entry in view.chosen:
        values = _accuracies(entry, key)
        if not values:
            if not entry.is_run:
                words = f"{entry.name} has no figures on changed faces of {set_title(key)} yet."
                blocks.append(Text(words, "info"))
            continue
        figure.add_bar(
            x=list(values),
            y=[value * 100 for value in values.values()],
            name=entry.name,
            marker_color=line_style(view.place(entry))["color"],
            hovertemplate="%{x}: %{y:.1f} %",
        )
        for name, value in values.items():
            lost = (values["unchanged"] - value) * 100
            rows.append(
                {
                    "model": entry.name,
                    "faces": name,
                    "accuracy (%)": value * 100,
                    "lost (points)": lost,
                }
            )
            worst = max(worst, (lost, f"{entry.name} loses {lost:.1f} points on faces {name}"))
    if not rows:
        return blocks
    layout(figure, title="Accuracy when faces are changed", barmode="group")
    figure.update_yaxes(title="accuracy (%)", range=[0, 100])
    formats = dict.fromkeys(("accuracy (%)", "lost (points)"), "%.1f")
    words = f"Measured on {set_title(key)}."
    if worst[1]:
        words += f" The costliest change: {worst[1]}."
    return [
        Text(words),
        Chart(figure, "robustness", words),
        Table(pd.DataFrame(rows), "robustness", formats),
        *blocks,
    ]
