"""One scoring from names to files: load, score, keep predictions, count, record."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.classification.spec import Variant
from fer_core.datasets import PRIVATE_TEST, TRAIN, FaceSet, load_dataset
from fer_core.errors import ConfigError, FerError
from fer_core.evaluation.crops import cut_faces
from fer_core.evaluation.gallery import write_gallery
from fer_core.evaluation.keep import keep_figures, name_for
from fer_core.evaluation.places import check_record, count_scorings, figures_dir
from fer_core.evaluation.predictions import Predictions, write_predictions
from fer_core.evaluation.report import Evaluation, choose_split, evaluate_model
from fer_core.evaluation.results import COUNT, Row, update_results


@dataclass(frozen=True, slots=True)
class ScoringRequest:
    """What to score; ``split`` None leaves the choice to ``choose_split``."""

    model: str
    data: Path
    split: str | None = None
    votes: Path | None = None
    variant: Variant = "int8"
    detect: bool = False
    detector: str = "short"
    robustness: bool = False
    tta: bool = False
    gallery: Path | None = None
    record: bool = False
    classes: Mapping[str, str] = field(default_factory=dict)
    ignore: Collection[str] = ()


def run_scoring(
    request: ScoringRequest, *, say: Callable[[str], None], faces: FaceSet | None = None
) -> dict[str, Any]:
    """Score and return everything that ``evaluate`` prints, ready for JSON.

    Writes ``metrics.json`` and ``predictions/<set>_<split>.parquet`` into the folder that
    ``places.figures_dir`` names, and ``results.csv`` beside it. Where these cannot be written,
    ``say`` hears of it and the figures still come.

    Args:
        faces: the set where it is loaded already, divided in another way than its own, say.

    Raises:
        ModelError, DataError, InputError: what is wrong with model, set or picture.
        ConfigError: what was asked for does not go together.
    """
    model_dir = resolve_model_dir(request.model)
    classifier: Any = load_classifier(model_dir, request.variant)
    if faces is None:
        say(f"Loading {request.data}.")
        faces = load_dataset(
            request.data,
            votes=request.votes,
            pictures=request.detect,
            classes=request.classes,
            ignore=request.ignore,
        )
    data_sha256 = faces.data_hash()
    if request.record:
        check_record(model_dir, faces.name, data_sha256)
    split, part = choose_split(faces, request.split)
    cut = None
    if request.detect:
        say(f"Looking for a face in {len(part)} pictures.")
        cut = cut_faces(part, classifier.spec, detector=request.detector)
    if request.gallery is not None and (cut is not None or part.images is None):
        raise ConfigError("--gallery needs a set of faces. Received: pictures; leave it out.")
    train = faces.split(TRAIN) if (faces.splits == TRAIN).any() else None
    evaluation = evaluate_model(
        classifier,
        part,
        train=train,
        cut=cut,
        robustness=request.robustness,
        tta=request.tta,
        progress=say,
    )
    report: dict[str, Any] = {
        "model": model_dir.name,
        "model_sha256": classifier.spec.files[request.variant].sha256,
        "data": faces.name,
        "data_sha256": data_sha256,
        "split": split,
        "split_note": faces.split_note,
        "leaky": faces.leaky,
        "detected": request.detect,
    }
    folder = figures_dir(model_dir, record=request.record)
    report["data"] = name_for((folder, model_dir), report)
    if report["data"] != faces.name:
        say(
            f"There are figures of another set called {faces.name}: those of this one are kept as "
            f"{report['data']}."
        )
    report |= evaluation.figures
    if request.gallery is not None:
        classes = tuple(report["labels"])
        shown = write_gallery(
            request.gallery, part, evaluation.probs, classes, model=model_dir.name
        )
        report["gallery"] = shown
        say(f"The {shown['mistakes']} surest mistakes are in {request.gallery}.")
    report["warnings"] = [*faces.warnings, *evaluation.warnings]
    for sentence in report["warnings"]:
        say(f"Warning: {sentence}")
    _keep_predictions(folder, part, report, evaluation, say)
    _keep_figures(folder, report, say)
    report[COUNT] = _note_scoring(folder.parent / "results.csv", part, report, request, say)
    return report


def _keep_predictions(
    folder: Path,
    part: FaceSet,
    report: dict[str, Any],
    evaluation: Evaluation,
    say: Callable[[str], None],
) -> None:
    has_face = np.isfinite(evaluation.probs[:, 0])
    predictions = Predictions(
        ids=part.ids[has_face],
        labels=np.asarray(part.label_names)[part.labels[has_face]],
        classes=tuple(report["labels"]),
        probs=evaluation.probs[has_face],
        ferplus=None if evaluation.ferplus is None else evaluation.ferplus[has_face],
        model_sha256=report["model_sha256"],
        data_sha256=report["data_sha256"],
        votes=None if part.votes is None else part.votes[has_face],
    )
    path = folder / "predictions" / f"{report['data']}_{report['split']}.parquet"
    try:
        write_predictions(path, predictions)
    except OSError as error:
        say(f"Warning: the predictions were not kept: {path} cannot be written ({error}).")
    else:
        say(f"Predictions are in {path}.")


def _keep_figures(folder: Path, report: dict[str, Any], say: Callable[[str], None]) -> None:
    try:
        keep_figures(folder, report)
    except (OSError, FerError) as error:
        say(f"Warning: the figures were not kept in {folder / 'metrics.json'} ({error}).")


def _note_scoring(
    path: Path,
    part: FaceSet,
    report: dict[str, Any],
    request: ScoringRequest,
    say: Callable[[str], None],
) -> int | None:
    counts = bool((part.splits == PRIVATE_TEST).any())
    row = results_row(report)
    try:
        elsewhere = count_scorings(row["model_sha256"], leave_out=path)
        total = update_results(path, row, record=request.record, counts=counts, elsewhere=elsewhere)
    except OSError as error:
        say(f"Warning: the scoring was not noted: {path} cannot be written ({error}).")
        return None
    if request.record:
        say(f"Recorded in {path}.")
    if counts and total > 1:
        say(
            f"Warning: this model file has now been scored on the test split {total} times; "
            "a figure that led to a choice is no test figure."
        )
    return total


def results_row(report: dict[str, Any]) -> Row:
    """The cells of ``results.csv``; fractions with six digits, empty where undefined."""
    low, high = report["accuracy_ci95"]
    ferplus = report["ferplus"] or {}
    values = report | {
        "ci95_low": low,
        "ci95_high": high,
        **{f"ferplus_{name}": ferplus.get(name) for name in ("n", "accuracy", "accuracy7", "kl")},
    }
    return {
        name: "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if not isinstance(value, (dict, list))
    }
