"""From a model and a set to the figures that ``evaluate`` prints, as plain data for JSON."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets import ALL, PRIVATE_TEST, PUBLIC_TEST, TRAIN, FaceSet
from fer_core.datasets.duplicates import near_pairs, pixel_keys
from fer_core.datasets.names import parse_split
from fer_core.datasets.resize import resize_faces
from fer_core.errors import DataError
from fer_core.evaluation import metrics
from fer_core.evaluation.crops import CutFaces, Scored
from fer_core.evaluation.ferplus import score_ferplus
from fer_core.evaluation.robustness import PERTURBATIONS, perturb
from fer_core.evaluation.views import Views, score_views
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS
from fer_core.types import FloatArray, ImageArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Figures of one model on one split.

    Attributes:
        figures: as issue and README name them, ready for JSON (None where undefined).
        warnings: what a reader of the figures should know, one sentence each.
        scored: (N,) bool, the rows of the split that ``figures`` count (their label is one of the
            model's, and a face was found).
        probs: (N, C) float32 of the output scored (``figures["output"]``), NaN where no face was
            found.
        ferplus: (N, 8) float32, or None without that output.
    """

    figures: dict[str, Any]
    warnings: tuple[str, ...]
    scored: NDArray[np.bool_]
    probs: FloatArray
    ferplus: FloatArray | None


def choose_split(faces: FaceSet, wanted: str | None) -> tuple[str, FaceSet]:
    """Name and rows of the split to score.

    Without a wish: ``public_test``, on which choices are made, else ``private_test``, else all.
    ``all`` means every row of the set.

    Raises:
        DataError: the set has no such split.
    """
    has = faces.split_counts()
    if wanted is None:
        wanted = next((s for s in (PUBLIC_TEST, PRIVATE_TEST) if s in has), ALL)
    name = wanted if wanted in has else parse_split(wanted) or wanted
    return (ALL, faces) if name == ALL else (name, faces.split(name))


def evaluate_model(
    classifier: Scored,
    part: FaceSet,
    *,
    train: FaceSet | None = None,
    cut: CutFaces | None = None,
    robustness: bool = False,
    tta: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Score the rows of ``part``.

    FER-2013's labels are compared with the output ``fer``, FER+ votes with ``ferplus`` where the
    model has it: they are two label sets. The labels of any other set are compared with
    ``served``, the probabilities of the live page; ``served_accuracy`` always is.

    Args:
        classifier: the model.
        part: the N rows to score.
        train: rows in which duplicates of ``part`` are looked for; None if the set has none.
        cut: faces cut from the pictures of ``part``; None where ``part`` holds faces.
        robustness: add the accuracy under each of ``PERTURBATIONS``.
        tta: add ``score_views`` of the output ``fer``, apart from the plain figures.
        progress: told in a sentence what is being done.

    Raises:
        DataError: nothing to score: no face, or no label that the model knows.
    """
    classes = tuple(classifier.spec.labels)
    warnings: list[str] = []
    found = np.ones(len(part), bool) if cut is None else cut.found
    crops = part.faces() if cut is None else cut.crops
    labels = part.labels_in(classes)
    scored = found & (labels >= 0)
    _warn_about_rows(part, labels, found, classes, warnings)
    if not scored.any():
        raise DataError(
            f"{part.source} has nothing to score: no face of {', '.join(classes)} was found."
        )
    progress(f"Scoring {len(crops)} faces.")
    outputs = _predict(classifier, crops)
    outputs["served"] = _known_classes(outputs["served"], classes)
    output = "fer" if part.has_fer_labels else "served"
    probs = _spread(outputs[output], found)
    ferplus = _spread(outputs["ferplus"], found) if "ferplus" in outputs else None
    y, p = labels[scored], probs[scored]
    figures = {"output": output} | _core_figures(y, p, classes)
    served = _spread(outputs["served"], found)
    figures["served_accuracy"] = float((served[scored].argmax(axis=1) == y).mean())
    figures |= _duplicate_figures(part, train, scored, p.argmax(axis=1) == y)
    figures["ferplus"] = _ferplus_figures(part, found, probs, ferplus, classes)
    figures["faces_missed"] = int((~found).sum())
    if robustness:
        inside = labels[found] >= 0
        figures["robustness"] = _robustness(classifier, crops[inside], y, output, classes, progress)
    if tta:
        votes = None if part.votes is None else part.votes[scored]
        faces = crops[labels[found] >= 0]
        figures["tta"] = {}
        for kind in get_args(Views):
            progress(f"Averaging over views: {kind}.")
            figures["tta"][kind] = score_views(classifier, faces, y, votes, kind)
    return Evaluation(_plain(figures), tuple(warnings), scored, probs, ferplus)


def _predict(classifier: Scored, crops: ImageArray) -> dict[str, FloatArray]:
    return classifier.predict_outputs(resize_faces(crops, classifier.spec.input.size))


def _known_classes(served: FloatArray, classes: tuple[str, ...]) -> FloatArray:
    """Seven served probabilities -> those of the model's classes, sharing out the rest."""
    known = served[:, [EMOTIONS.index(name) for name in classes]]
    return np.asarray(known / known.sum(axis=1, keepdims=True), np.float32)


def _warn_about_rows(
    part: FaceSet,
    labels: IntArray,
    found: NDArray[np.bool_],
    classes: tuple[str, ...],
    warnings: list[str],
) -> None:
    if (labels < 0).any():
        lacking = np.asarray(part.label_names)[np.unique(part.labels[labels < 0])]
        warnings.append(
            f"The model does not know {', '.join(lacking)}: {int((labels < 0).sum())} of "
            f"{len(part)} images are left out of n."
        )
    if not found.all():
        warnings.append(
            f"No face was found in {int((~found).sum())} of {len(part)} pictures: "
            "they are left out of n."
        )
    absent = [name for i, name in enumerate(classes) if not (labels[found] == i).any()]
    if absent and (labels >= 0).any():
        warnings.append(
            f"The set has no {', '.join(absent)}: see restricted_accuracy for the classes it has."
        )
    if part.leaky:
        warnings.append("The split is leaky: frames of one clip are on both sides.")


def _spread(values: FloatArray, found: NDArray[np.bool_]) -> FloatArray:
    """Rows of the faces found -> rows of the set, NaN in between."""
    spread = np.full((len(found), values.shape[1]), np.nan, np.float32)
    spread[found] = values
    return spread


def _core_figures(labels: IntArray, probs: FloatArray, classes: tuple[str, ...]) -> dict[str, Any]:
    predicted = probs.argmax(axis=1)
    confusion = metrics.confusion_matrix(labels, predicted, len(classes))
    hits, n = int((predicted == labels).sum()), len(labels)
    per_class = zip(classes, metrics.class_figures(confusion), strict=True)
    return {
        "n": n,
        "labels": list(classes),
        "accuracy": hits / n,
        "accuracy_ci95": list(metrics.wilson_interval(hits, n)),
        "balanced_accuracy": metrics.balanced_accuracy(confusion),
        "macro_f1": metrics.macro_f1(confusion),
        "ece": metrics.expected_calibration_error(probs, labels),
        "nll": metrics.negative_log_likelihood(probs, labels),
        "brier": metrics.brier_score(probs, labels),
        "per_class": {name: asdict(figures) for name, figures in per_class},
        "confusion": confusion.tolist(),
        "restricted_accuracy": metrics.restricted_accuracy(probs, labels),
        "reliability": [asdict(b) for b in metrics.reliability_bins(probs, labels)],
    }


def _keys(faces: FaceSet) -> list[bytes]:
    if faces.paths is not None:
        return [hashlib.sha256(path.read_bytes()).digest() for path in faces.paths]
    return pixel_keys(faces.faces())


def _duplicate_figures(
    part: FaceSet, train: FaceSet | None, scored: NDArray[np.bool_], hits: NDArray[np.bool_]
) -> dict[str, Any]:
    if train is None or (part.splits == TRAIN).any():
        return {"accuracy_without_duplicates": None, "duplicates_of_train": None}
    known = set(_keys(train))
    rows = part.take(scored)
    exact = np.asarray([key in known for key in _keys(rows)], bool)
    near = np.zeros(len(rows), bool)
    if rows.images is not None:
        near[near_pairs(train.faces(), rows.faces())[:, 1]] = True
    return {
        "accuracy_without_duplicates": float(hits[~exact].mean()) if not exact.all() else None,
        "duplicates_of_train": {"exact": int(exact.sum()), "near": int((near & ~exact).sum())},
    }


def _ferplus_figures(
    part: FaceSet,
    found: NDArray[np.bool_],
    probs: FloatArray,
    ferplus: FloatArray | None,
    classes: tuple[str, ...],
) -> dict[str, Any] | None:
    if part.votes is None or not found.any():
        return None
    used, names = (probs, classes) if ferplus is None else (ferplus, FERPLUS_EMOTIONS)
    figures = score_ferplus(part.votes[found], used[found], names)
    return None if figures is None else asdict(figures)


def _robustness(
    classifier: Scored,
    crops: ImageArray,
    labels: IntArray,
    output: str,
    classes: tuple[str, ...],
    progress: Callable[[str], None],
) -> dict[str, float]:
    accuracies = {}
    for name in PERTURBATIONS:
        progress(f"Robustness: {name}.")
        probs = _predict(classifier, perturb(crops, name))[output]
        if output == "served":
            probs = _known_classes(probs, classes)
        accuracies[name] = float((probs.argmax(axis=1) == labels).mean())
    return accuracies


def _plain(value: Any) -> Any:
    """NaN has no place in JSON: None says 'undefined' instead."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
