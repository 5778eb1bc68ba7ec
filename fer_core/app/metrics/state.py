"""Reads files once for all visitors, and again when they change."""

from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.metrics.view import View
from fer_core.errors import DataError
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry, Stamp, read_catalog, set_title
from fer_core.evaluation.claims import CLAIMS, Published, read_claims
from fer_core.evaluation.pictures import read_pictures
from fer_core.evaluation.predictions import read_predictions
from fer_core.types import ImageArray


@st.cache_resource(show_spinner=False, max_entries=2)
def load_catalog(signature: tuple[Stamp, ...]) -> tuple[Entry, ...]:  # noqa: ARG001
    """Models and runs as their files were at ``signature``."""
    return read_catalog()


@st.cache_resource(show_spinner=False, max_entries=64)
def load_scoring(stamp: Stamp) -> Scoring | str:
    """Predictions of one file, or why there are none."""
    try:
        return Scoring(read_predictions(Path(stamp[0])))
    except DataError as error:
        return str(error)


@st.cache_resource(show_spinner=False, max_entries=1)
def load_claims(modified_ns: int) -> Published | str:  # noqa: ARG001
    """Published claims, or why there are none."""
    try:
        return read_claims()
    except DataError as error:
        return str(error)


@st.cache_data(show_spinner=False, max_entries=32)
def load_pictures(
    place: str,
    modified_ns: int,  # noqa: ARG001
    ids: tuple[Any, ...],
    labels: tuple[str, ...],
) -> list[ImageArray] | str:
    """Pictures of a set on this server, or why there are none."""
    try:
        return read_pictures(Path(place), ids, labels)
    except DataError as error:
        return str(error)


def scoring_of(entry: Entry, key: str) -> Scoring | str:
    """A model's scoring on a set and split, or why there is none, in a sentence."""
    if entry.is_run:
        return tr("{name} has curves only: export it, then evaluate it, to see figures.").format(
            name=entry.name
        )
    stamp = entry.scored.get(key)
    if stamp is None:
        return tr("{name} was not scored on {data} yet.").format(
            name=entry.name, data=set_title(key)
        )
    scoring = load_scoring(stamp)
    if isinstance(scoring, Scoring) and scoring.predictions.model_sha256 not in entry.shas:
        if "spec" in entry.problems:
            return entry.problems["spec"]
        return tr(
            "The predictions of {name} on {data} are those of an earlier file of the model: it is "
            "to be scored again."
        ).format(name=entry.name, data=set_title(key))
    return scoring


def private_scorings(everything: tuple[Entry, ...]) -> dict[str, Scoring]:
    """Scorings on FER-2013's PrivateTest of the published systems, by model."""
    published = load_claims(_claims_time())
    if isinstance(published, str):
        return {}
    found = {}
    for system in published.systems:
        entry = system.entry(everything)
        if entry is not None and system.table:
            scoring = scoring_of(entry, "fer2013_private_test")
            if isinstance(scoring, Scoring):
                found[entry.name] = scoring
    return found


def make_view(everything: tuple[Entry, ...], names: list[str], key: str, shown: str | None) -> View:
    """Everything for a selection.

    Args:
        everything: the catalog.
        names: of the chosen models.
        key: set and split.
        shown: the model that single-model panels show; the first with a scoring by default.
    """
    by_name = {entry.name: entry for entry in everything}
    chosen = tuple(by_name[name] for name in names if name in by_name)
    scorings, problems = {}, {}
    for entry in chosen:
        found = scoring_of(entry, key) if key else tr("Nothing has been scored yet.")
        if isinstance(found, Scoring):
            scorings[entry.name] = found
        else:
            problems[entry.name] = found
    first = next(iter(scorings), None)
    focus = shown if shown in scorings else first
    published = load_claims(_claims_time())
    damaged = isinstance(published, str)
    notes = [published] if isinstance(published, str) else []
    notes += list(dict.fromkeys(e.problems["results"] for e in chosen if "results" in e.problems))
    return View(
        chosen=chosen,
        everything=everything,
        key=key,
        scorings=scorings,
        problems=problems,
        focus=None if focus is None else by_name[focus],
        published=None if damaged else published,  # type: ignore[arg-type]
        notes=tuple(str(note) for note in notes),
    )


def _claims_time() -> int:
    return CLAIMS.stat().st_mtime_ns if CLAIMS.exists() else 0
