"""The panels in their order: one list for the page's tabs and for the report."""

from collections.abc import Callable
from typing import Final

from fer_core.app.language.spoken import tr
from fer_core.app.metrics import (
    panel_claims,
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
from fer_core.text import mark

CONFUSION: Final = mark("Confusion")
TRAINING: Final = mark("Training")
CLASSES: Final = mark("Classes")
THRESHOLDS: Final = mark("Thresholds")
CALIBRATION: Final = mark("Calibration")
LABELS: Final = mark("Labels")
ROBUSTNESS: Final = mark("Robustness")
COMPARE: Final = mark("Compare")
PUBLISHED: Final = mark("Published systems")

#: Title -> what it answers, in a sentence.
PANELS: Final = {
    CONFUSION: mark("Which expression is taken for which. Choose a cell to see its pictures."),
    TRAINING: mark("How the models learned, epoch by epoch."),
    CLASSES: mark("How well each expression is told from all others."),
    THRESHOLDS: mark("What happens if an answer counts from another probability on."),
    CALIBRATION: mark("Whether a model is as often right as it is sure."),
    LABELS: mark("Who is right where model, label and voters disagree."),
    ROBUSTNESS: mark("What is left when the face is shifted, turned, blurred or dark."),
    COMPARE: mark("Accuracy for its cost, differences beyond chance, and claims of others."),
    PUBLISHED: mark("Three published systems: claim, measurement, and what explains the gap."),
}
#: Panels that show one model, chosen among several.
ONE_MODEL: Final = (CONFUSION, CLASSES, THRESHOLDS, CALIBRATION, LABELS)


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
    if title == TRAINING:
        return panel_training.make_training(view) or [
            _nothing(tr("Nothing to show here: no model is chosen."))
        ]
    if title == ROBUSTNESS:
        blocks = panel_robustness.make_robustness(view)
        return blocks or [_nothing(tr("Nothing to show here: no exported model is chosen."))]
    if title == PUBLISHED:
        return panel_published.make_published(view, private()) or [
            _nothing(tr("Nothing to show here: claims.toml is gone."))
        ]
    if title == COMPARE:
        return [
            Text(tr("Accuracy and cost"), "heading"),
            *panel_compare.make_costs(view),
            Text(tr("Is one better than the other?"), "heading"),
            *panel_compare.make_tests(view),
            Text(tr("Claims of others"), "heading"),
            *panel_claims.make_claims(view, styling),
        ]
    if view.focus is None:
        return [
            _nothing(
                tr("Nothing to show here: none of the chosen models was scored on {data}.").format(
                    data=view.set_title
                )
            )
        ]
    make: dict[str, Callable[[], list[Block]]] = {
        CONFUSION: lambda: [
            *panel_errors.make_confusion(view, styling, normalized=normalized),
            *panel_difference.make_difference(view, styling),
        ],
        CLASSES: lambda: panel_errors.make_classes(view, styling),
        THRESHOLDS: lambda: panel_errors.make_thresholds(view),
        CALIBRATION: lambda: panel_trust.make_calibration(view),
        LABELS: lambda: panel_trust.make_label_noise(view),
    }
    return make[title]()


def _nothing(words: str) -> Text:
    return Text(words, "info")
