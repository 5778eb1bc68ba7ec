"""The panels in their order: one list for the page's tabs and for the report."""

from collections.abc import Callable
from typing import Final

from fer_core.app.metrics import (
    panel_compare,
    panel_difference,
    panel_errors,
    panel_published,
    panel_robustness,
    panel_training,
    panel_trust,
)
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Styling, Text
from fer_core.evaluation.analysis import Scoring

#: Title -> what it answers, in a sentence.
PANELS: Final = {
    "Confusion": "Which expression is taken for which. Choose a cell to see its pictures.",
    "Training": "How the models learned, epoch by epoch.",
    "Classes": "How well each expression is told from all others.",
    "Thresholds": "What happens if an answer counts from another probability on.",
    "Calibration": "Whether a model is as often right as it is sure.",
    "Labels": "Who is right where model, label and voters disagree.",
    "Robustness": "What is left when the face is shifted, turned, blurred or dark.",
    "Compare": "Accuracy for its cost, differences beyond chance, and claims of others.",
    "Published systems": "Three published systems: claim, measurement, and what explains the gap.",
}
#: Panels that show one model, chosen among several.
ONE_MODEL: Final = ("Confusion", "Classes", "Thresholds", "Calibration", "Labels")


def make_panel(
    title: str,
    view: View,
    styling: Styling,
    *,
    normalized: bool = True,
    private: Callable[[], dict[str, Scoring]] = dict,
) -> list[Block]:
    """The blocks of a panel; a sentence where nothing can be shown.

    Args:
        title: of ``PANELS``.
        view: the selection.
        styling: colours of the theme.
        normalized: confusion matrix in shares of the row.
        private: gives scorings on PrivateTest of the published systems.
    """
    if title == "Training":
        return panel_training.make_training(view) or [_nothing("no model is chosen")]
    if title == "Robustness":
        blocks = panel_robustness.make_robustness(view)
        return blocks or [_nothing("no exported model is chosen")]
    if title == "Published systems":
        return panel_published.make_published(view, private()) or [_nothing("claims.toml is gone")]
    if title == "Compare":
        return [
            Text("Accuracy and cost", "heading"),
            *panel_compare.make_costs(view),
            Text("Is one better than the other?", "heading"),
            *panel_compare.make_tests(view),
            Text("Claims of others", "heading"),
            *panel_compare.make_claims(view, styling),
        ]
    if view.focus is None:
        return [_nothing(f"none of the chosen models was scored on {view.set_title}")]
    make: dict[str, Callable[[], list[Block]]] = {
        "Confusion": lambda: [
            *panel_errors.make_confusion(view, styling, normalized=normalized),
            *panel_difference.make_difference(view, styling),
        ],
        "Classes": lambda: panel_errors.make_classes(view, styling),
        "Thresholds": lambda: panel_errors.make_thresholds(view),
        "Calibration": lambda: panel_trust.make_calibration(view),
        "Labels": lambda: panel_trust.make_label_noise(view),
    }
    return make[title]()


def _nothing(why: str) -> Text:
    return Text(f"Nothing to show here: {why}.", "info")
