"""The figures at the top: how good, within which interval, measured on what, and how honestly."""

import pandas as pd

from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Table, Text
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Figure, Scoring
from fer_core.evaluation.catalog import Entry
from fer_core.evaluation.metrics import wilson_interval
from fer_core.evaluation.origins import origin_of

#: Figure of a scoring -> (title, what it means).
HEADLINES = {
    "accuracy": ("Accuracy", "Share of images whose label has the highest probability."),
    "balanced_accuracy": ("Balanced accuracy", "Mean of the classes' recalls."),
    "macro_f1": ("Macro F1", "Mean of the classes' F1, the balance of precision and recall."),
    "ece": ("Calibration error", "Gap between confidence and accuracy (ECE, 15 bins); 0 is best."),
}


def figure_of(scoring: Scoring, name: str) -> Figure:
    """One of ``HEADLINES``."""
    figure: Figure = getattr(scoring, name)
    return figure


def make_cards(scoring: Scoring) -> list[tuple[str, str, str, str]]:
    """Title, value, interval and meaning of each figure of one model."""
    cards = []
    for name, (title, about) in HEADLINES.items():
        figure = figure_of(scoring, name)
        words = f"{about} Below it the 95 % interval."
        cards.append((title, percent(figure.value), interval(figure.low, figure.high), words))
    if (votes := scoring.ferplus) is not None:
        low, high = wilson_interval(round(votes.accuracy * votes.n), votes.n)
        about = f"Share of {votes.n:,} images on which the answer is the majority of FER+ voters."
        words = f"{about} Below it the 95 % interval."
        cards.append(("Against voters", percent(votes.accuracy), interval(low, high), words))
    return cards


def is_leaky(entry: Entry, key: str) -> bool:
    """Whether the figure on this set and split says less than it seems."""
    row = entry.result(key)
    report = entry.evaluation(key)
    return bool(report.get("leaky")) or (row is not None and row["leaky"] == "True")


def honesty(entry: Entry, view: View) -> str:
    """What the figures were measured on, and how far they may be believed, in a line."""
    scoring = view.scorings[entry.name]
    parts = [f"{entry.name}: {scoring.n:,} images of {view.set_title}"]
    if scoring.left_out:
        parts.append(f"{scoring.left_out:,} left out whose label it does not know")
    if entry.spec is not None:
        parts.append(f"learned {origin_of(entry.spec)}")
    parts.append(_split_words(entry, view.key))
    if view.key in entry.own:
        parts.append("measured on this server, not among what the project reports")
    row = entry.result(view.key)
    if row is not None and row["accuracy_without_duplicates"]:
        clean = percent(float(row["accuracy_without_duplicates"]))
        parts.append(f"{clean} without images that are also in the set's training split")
    if (times := entry.scorings) is None:
        parts.append("no scoring of the test split is recorded")
    else:
        often = {0: "not yet", 1: "once", 2: "twice"}.get(times, f"{times} times")
        parts.append(f"test split scored {often}")
    return "; ".join(parts) + "."


def _split_words(entry: Entry, key: str) -> str:
    if is_leaky(entry, key):
        return "leaky split: frames of one clip are on both sides"
    if key.endswith("_train"):
        return "training images: it says what was remembered, not what is known"
    data = {} if entry.spec is None else entry.spec.data
    trained = f"trained on {data['name']}, {data['split']}" if "name" in data else ""
    seen = " and its own validation split is leaky" if data.get("leaky") else ""
    if key.endswith("_public_test"):
        kind = "validation split, on which choices are made"
    else:
        kind = "honest split, nothing was learned from it"
        if _may_have_trained_on(entry, key):
            kind = "some of its images may have been trained on: the set was divided anew"
    return f"{kind}; {trained}{seen}" if trained else kind


def _may_have_trained_on(entry: Entry, key: str) -> bool:
    """Whether the model divided this very set anew, test rows and all.

    A subset is drawn from the training split, so that test rows stay unseen.
    """
    if entry.spec is None:
        return False
    data, recipe = entry.spec.data, entry.spec.recipe.get("data", {})
    same = data.get("name") == key.removesuffix("_private_test")
    return same and data.get("split") != "official" and recipe.get("subset") is None


def make_headline_table(view: View) -> Table:
    """One row per chosen model with a scoring."""
    rows = []
    for entry in view.scored:
        scoring = view.scorings[entry.name]
        origin = "" if entry.spec is None else origin_of(entry.spec)
        row: dict[str, object] = {"model": entry.name, "learned": origin, "images": scoring.n}
        for name, (title, _) in HEADLINES.items():
            figure = figure_of(scoring, name)
            row[f"{title} (%)"] = figure.value * 100
            row[f"{title}, 95 %"] = interval(figure.low, figure.high)
        row |= {"NLL (nats)": scoring.nll, "Brier": scoring.brier}
        row["leaky"] = "yes" if is_leaky(entry, view.key) else "no"
        row["test scorings"] = entry.scorings
        rows.append(row)
    formats = {f"{title} (%)": "%.1f" for title, _ in HEADLINES.values()}
    return Table(pd.DataFrame(rows), "headline", formats | {"NLL (nats)": "%.3f", "Brier": "%.3f"})


def make_headline(view: View) -> list[Block]:
    """The table and the lines on honesty."""
    if not view.scored:
        return []
    lines = [honesty(entry, view) for entry in view.scored]
    return [make_headline_table(view), *(Text(line, "small") for line in lines)]
