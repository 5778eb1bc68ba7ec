"""The figures at the top: how good, within which interval, measured on what, and how honestly."""

import pandas as pd

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Table, Text, with_english_file
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Figure, Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.metrics import wilson_interval
from fer_core.evaluation.origins import SCRATCH, origin_of
from fer_core.text import mark

#: Figure of a scoring -> (title, what it means).
HEADLINES = {
    "accuracy": (
        mark("Accuracy"),
        mark(
            "Share of images whose label has the highest probability. Below it the 95 % interval."
        ),
    ),
    "balanced_accuracy": (
        mark("Balanced accuracy"),
        mark("Mean of the classes' recalls. Below it the 95 % interval."),
    ),
    "macro_f1": (
        mark("Macro F1"),
        mark(
            "Mean of the classes' F1, the balance of precision and recall. Below it the 95 % "
            "interval."
        ),
    ),
    "ece": (
        mark("Calibration error"),
        mark(
            "Gap between confidence and accuracy (ECE, 15 bins); 0 is best. Below it the 95 % "
            "interval."
        ),
    ),
}
#: The same in every language.
NLL, BRIER = mark("NLL (nats)"), mark("Brier")


def figure_of(scoring: Scoring, name: str) -> Figure:
    """One of ``HEADLINES``."""
    figure: Figure = getattr(scoring, name)
    return figure


def make_cards(scoring: Scoring) -> list[tuple[str, str, str, str]]:
    """Title, value, interval and meaning of each figure of one model."""
    cards = []
    for name, (title, about) in HEADLINES.items():
        figure = figure_of(scoring, name)
        between = interval(figure.low, figure.high)
        cards.append((tr(title), percent(figure.value), between, tr(about)))
    if (votes := scoring.ferplus) is not None:
        low, high = wilson_interval(round(votes.accuracy * votes.n), votes.n)
        words = tr(
            "Share of {n} images on which the answer is the majority of FER+ voters. Below it the "
            "95 % interval."
        ).format(n=number(votes.n, grouped=True))
        cards.append((tr("Against voters"), percent(votes.accuracy), interval(low, high), words))
    return cards


def is_leaky(entry: Entry, key: str) -> bool:
    """Whether the figure on this set and split says less than it seems."""
    row = entry.result(key)
    report = entry.evaluation(key)
    return bool(report.get("leaky")) or (row is not None and row["leaky"] == str(True))


def honesty(entry: Entry, view: View) -> str:
    """What the figures were measured on, and how far they may be believed, in a line."""
    scoring = view.scorings[entry.name]
    words = tr("{model}: {n} images of {data}")
    n = number(scoring.n, grouped=True)
    parts = [words.format(model=entry.name, n=n, data=view.set_title)]
    if scoring.left_out:
        n = number(scoring.left_out, grouped=True)
        parts.append(tr("{n} left out whose label it does not know").format(n=n))
    if entry.spec is not None:
        parts.append(
            tr("learned from scratch")
            if origin_of(entry.spec) == SCRATCH
            else tr("learned taught by a network that knows faces")
        )
    parts.append(_split_words(entry, view.key))
    if view.key in entry.own:
        parts.append(tr("measured on this server, not among what the project reports"))
    row = entry.result(view.key)
    if row is not None and row["accuracy_without_duplicates"]:
        clean = percent(float(row["accuracy_without_duplicates"]))
        words = tr("{share} without images that are also in the set's training split")
        parts.append(words.format(share=clean))
    if (times := entry.scorings) is None:
        parts.append(tr("no scoring of the test split is recorded"))
    else:
        parts.append(_times_words(times))
    return "; ".join(parts) + "."


def _times_words(times: int) -> str:
    known = {
        0: mark("test split scored not yet"),
        1: mark("test split scored once"),
        2: mark("test split scored twice"),
    }
    if times in known:
        return tr(known[times])
    return tr("test split scored {n} times").format(n=number(times))


def _split_words(entry: Entry, key: str) -> str:
    if is_leaky(entry, key):
        return tr("leaky split: frames of one clip are on both sides")
    if key.endswith("_train"):
        return tr("training images: it says what was remembered, not what is known")
    data = {} if entry.spec is None else entry.spec.data
    if key.endswith("_public_test"):
        kind = tr("validation split, on which choices are made")
    else:
        kind = tr("honest split, nothing was learned from it")
        if _may_have_trained_on(entry, key):
            kind = tr("some of its images may have been trained on: the set was divided anew")
    if "name" not in data:
        return kind
    words = (
        tr("trained on {data}, {split} and its own validation split is leaky")
        if data.get("leaky")
        else tr("trained on {data}, {split}")
    )
    return f"{kind}; {words.format(data=data['name'], split=tr(data['split']))}"


def _may_have_trained_on(entry: Entry, key: str) -> bool:
    """Whether the model divided this very set anew, test rows and all.

    A subset is drawn from the training split, so that test rows stay unseen.
    """
    if entry.spec is None:
        return False
    data, recipe = entry.spec.data, entry.spec.recipe.get("data", {})
    same = data.get("name") == key.removesuffix("_private_test")
    return same and data.get("split") != "official" and recipe.get("subset") is None


@with_english_file
def make_headline_table(view: View) -> Table:
    """One row per chosen model with a scoring."""
    rows = []
    for entry in view.scored:
        scoring = view.scorings[entry.name]
        origin = "" if entry.spec is None else tr(origin_of(entry.spec))
        row: dict[str, object] = {tr("model"): entry.name, tr("learned"): origin}
        row[tr("images")] = scoring.n
        for name, (title, _) in HEADLINES.items():
            figure = figure_of(scoring, name)
            row[f"{tr(title)} (%)"] = figure.value * 100
            row[f"{tr(title)}, 95 %"] = interval(figure.low, figure.high)
        row |= {NLL: scoring.nll, BRIER: scoring.brier}
        row[tr("leaky")] = tr("yes") if is_leaky(entry, view.key) else tr("no")
        row[tr("test scorings")] = entry.scorings
        rows.append(row)
    formats = {f"{tr(title)} (%)": "%.1f" for title, _ in HEADLINES.values()}
    return Table(pd.DataFrame(rows), "headline", formats | {NLL: "%.3f", BRIER: "%.3f"})


def make_headline(view: View) -> list[Block]:
    """The table and the lines on honesty."""
    if not view.scored:
        return []
    lines = [honesty(entry, view) for entry in view.scored]
    return [make_headline_table(view), *(Text(line, "small") for line in lines)]
