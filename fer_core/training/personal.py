"""A personal model of a recorded set: features once, what each split would report, a new head.

The features are those of the project's own model, whose weights stay as they are; what is learned
says ``personal_head``. Everything here takes seconds for some hundred faces.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.classification.preprocess import normalize
from fer_core.classification.registry import DEFAULT_MODEL
from fer_core.classification.spec import ModelSpec, read_spec
from fer_core.config import MODELS_DIR
from fer_core.datasets import PRIVATE_TEST, PUBLIC_TEST, TRAIN, FaceSet
from fer_core.datasets.duplicates import near_pairs
from fer_core.datasets.resize import resize_faces
from fer_core.datasets.splits import split_by_participant, split_frames
from fer_core.errors import DataError, ModelError
from fer_core.evaluation.metrics import confusion_matrix, wilson_interval
from fer_core.text import mark
from fer_core.training.personal_head import PULLS, Head, HeldOut, fit_head, hold_groups_out
from fer_core.types import FloatArray, ImageArray, IntArray
from fer_core.zoo import load_network

Tell = Callable[[str, float], None]

#: Layer of the base whose output the head stands on.
FEATURES: Final = "embedding"
BATCH: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class PersonalBase:
    """The model that lends its features.

    Attributes:
        spec: of the model; network: its Keras form, frozen; start: its head ``fer``.
    """

    spec: ModelSpec
    network: Any
    start: Head


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A set seen through the base.

    Attributes:
        faces: the set; labels: (N,) int64, columns of the base's head.
        features, mirrored: (N, features) float32 of the faces and of their mirror images.
    """

    faces: FaceSet
    labels: IntArray
    features: FloatArray
    mirrored: FloatArray


def load_base(folder: Path = MODELS_DIR / DEFAULT_MODEL) -> PersonalBase:
    """The project's own model; its Keras file comes with the project.

    Raises:
        ModelError: it is missing or has no features of that name.
    """
    spec = read_spec(folder)
    try:
        network = load_network(folder / "model.keras", spec.architecture)
        network.trainable = False
        weights, bias = network.get_layer("fer").get_weights()
        network.get_layer(FEATURES)
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} lends no features: {error}.") from error
    return PersonalBase(spec, network, Head(weights, bias))


def embed_set(faces: FaceSet, base: PersonalBase) -> Embedded:
    """The features of every face and of its mirror image.

    Raises:
        DataError: an expression that the base does not know, or pictures that are not cut.
    """
    import keras

    labels = faces.labels_in(base.spec.labels)
    if (labels < 0).any():
        raise DataError(f"{faces.source} has expressions that {base.spec.name} does not know.")
    images = resize_faces(faces.faces(), base.spec.input.size)
    features = keras.Model(base.network.input, base.network.get_layer(FEATURES).output)

    def run(pictures: ImageArray) -> FloatArray:
        ready = normalize(np.ascontiguousarray(pictures), base.spec.input.normalize)
        parts = [
            np.asarray(features(ready[i : i + BATCH], training=False))
            for i in range(0, len(ready), BATCH)
        ]
        return np.concatenate(parts).astype(np.float32)

    return Embedded(faces, labels, run(images), run(images[:, :, ::-1]))


def rounds_of(faces: FaceSet) -> NDArray[np.str_]:
    """(N,) str: whether a face is of the first, second, ... take of its expression.

    Of one person, whole rounds are held out: without a take's only sister the expression would
    not be known to the head at all.
    """
    takes = np.full(len(faces), "one") if faces.clips is None else faces.clips
    rank: dict[str, int] = {}
    counts: dict[int, int] = {}
    for label, take in zip(faces.labels.tolist(), takes.tolist(), strict=True):
        if take not in rank:
            counts[label] = rank[take] = counts.get(label, 0) + 1
    return np.array([f"round {rank[take]}" for take in takes.tolist()])


def hold_out(data: Embedded, start: Head) -> tuple[HeldOut, str]:
    """Hold out each person in turn; of one person, each round of takes.

    Returns:
        What came out, and in words what was held out.

    Raises:
        DataError: one participant with one take of each expression, or too few expressions.
    """
    people = data.faces.participants
    if people is not None and len(np.unique(people)) > 1:
        groups, how = people, mark("each participant in turn")
    else:
        groups, how = rounds_of(data.faces), mark("each round of takes, of one and the same person")
        if len(np.unique(groups)) < 2:
            raise DataError(
                mark("Record two takes of an expression: one leaves nothing to hold out.")
            )
    found = hold_groups_out(data.features, data.mirrored, data.labels, groups, start)
    if people is not None and groups is people and found.folds < len(np.unique(groups)):
        how = f"all participants in {found.folds} parts"
    return found, how


def measure_set(data: Embedded, start: Head, found: HeldOut, how: str) -> dict[str, Any]:
    """What the set promises, ready for JSON.

    Returns:
        ``held_out``: accuracy and confusion counts of the head by held-out participant, with the
        base's beside it; ``splits``: what each way of splitting would report.
    """
    before, after = start.logits(data.features).argmax(1), found.logits.argmax(1)
    labels, classes = data.labels, len(start.bias)
    people = data.faces.participants
    names = np.full(len(labels), "all") if people is None else people

    def figures(rows: NDArray[np.bool_]) -> dict[str, Any]:
        return {
            "n": int(rows.sum()),
            "before": float((before == labels)[rows].mean()),
            "after": float((after == labels)[rows].mean()),
            "counts": confusion_matrix(labels[rows], after[rows], classes).tolist(),
        }

    held_out = figures(np.ones(len(labels), bool)) | {
        "how": how,
        "by_participant": {str(name): figures(names == name) for name in np.unique(names)},
    }
    return {"held_out": held_out, "splits": compare_splits(data, start, held_out)}


def compare_splits(data: Embedded, start: Head, held_out: dict[str, Any]) -> list[dict[str, Any]]:
    """Each way of splitting: what is on which side, what both sides share, what it would report.

    Each chooses the pull on its own validation part, as somebody who trusts that split would.
    """
    people = held_out["by_participant"].values()
    by_participant = {"kind": "participant", "title": mark("By participant"), "warning": None}
    frames = {
        "kind": "frames",
        "title": mark("By frame"),
        "warning": mark(
            "Leaky: frames of the same take are on both sides, so this figure is too good."
        ),
    }
    one_out = {"kind": "leave-one-out", "title": mark("Leave one out"), "warning": None}
    reports = [
        by_participant | _report(lambda: split_by_participant(data.faces, seed=0), data, start)
    ]
    if len(people) > 1:
        shares = [row["after"] for row in people]
        reports.append(
            one_out
            | {"problem": None, "note": held_out["how"], "train": len(data.labels)}
            | {"test": held_out["n"], "shared_takes": 0.0, "shared_near": None}
            | {"before": held_out["before"], "after": held_out["after"]}
            | {"low": min(shares), "high": max(shares), "range": mark("worst and best participant")}
        )
    else:
        reports.append(
            one_out | {"problem": mark("Leaving one out needs at least two participants.")}
        )
    reports.append(frames | _report(lambda: split_frames(data.faces, seed=0), data, start))
    return reports


def _report(divide: Callable[[], FaceSet], data: Embedded, start: Head) -> dict[str, Any]:
    try:
        divided = divide()
        train, chooses, test = (
            divided.splits == name for name in (TRAIN, PUBLIC_TEST, PRIVATE_TEST)
        )
        both = np.concatenate([data.features[train], data.mirrored[train]])
        heads = [fit_head(both, np.tile(data.labels[train], 2), start, pull=pull) for pull in PULLS]

        def hits_of(head: Head, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
            return np.asarray(head.logits(data.features[rows]).argmax(1) == data.labels[rows])

        head = heads[int(np.argmax([hits_of(head, chooses).mean() for head in heads]))]
    except DataError as error:
        # Where the set lies is nobody's business but the server's.
        return {"problem": str(error).replace(data.faces.source, data.faces.name)}
    hits, base = hits_of(head, test), hits_of(start, test)
    low, high = wilson_interval(int(hits.sum()), len(hits))
    return {
        "problem": None,
        "note": divided.split_note,
        "train": int(train.sum()),
        "test": int(test.sum()),
        "shared_takes": _share_of_takes(divided, train, test),
        "shared_near": _share_near(divided, train, test),
        "before": float(base.mean()),
        "after": float(hits.mean()),
        "low": low,
        "high": high,
        "range": mark("95 % interval, as if frames were independent"),
    }


def _share_of_takes(
    faces: FaceSet, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> float | None:
    """Share of the test faces whose take has faces in train too."""
    if faces.clips is None:
        return None
    return float(np.isin(faces.clips[test], np.unique(faces.clips[train])).mean())


def _share_near(faces: FaceSet, train: NDArray[np.bool_], test: NDArray[np.bool_]) -> float:
    """Share of the test faces with a nearly equal one in train."""
    pairs = near_pairs(faces.faces()[train], faces.faces()[test])
    return len(np.unique(pairs[:, 1])) / int(test.sum())


def report_of(data: Embedded, base: PersonalBase) -> tuple[dict[str, Any], HeldOut]:
    """The whole report on a set, ready for JSON, and the held-out faces it stands on."""
    started_s = time.perf_counter()
    found, how = hold_out(data, base.start)
    measured = measure_set(data, base.start, found, how)
    people = data.faces.participants
    report = {
        "base": base.spec.name,
        "labels": list(base.spec.labels),
        "faces": len(data.labels),
        "participants": 0 if people is None else len(np.unique(people)),
        "pull": found.pull,
        "data_sha256": data.faces.data_hash(),
        "seconds": round(time.perf_counter() - started_s, 2),
    }
    return report | measured, found
