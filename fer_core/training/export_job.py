"""One press from a run to a model that can go live: export, score, compare; told in its folder."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.datasets import PUBLIC_TEST, TRAIN, FaceSet, load_dataset
from fer_core.datasets.names import DIVISIONS, divided_name
from fer_core.datasets.resize import resize_faces
from fer_core.errors import FerError
from fer_core.evaluation.comparison import describe_mcnemar, mcnemar_exact
from fer_core.evaluation.metrics import wilson_interval
from fer_core.evaluation.places import may_record
from fer_core.evaluation.run import ScoringRequest, run_scoring
from fer_core.labels import EMOTIONS
from fer_core.text import mark
from fer_core.training.data import chosen_faces, training_arrays
from fer_core.training.health import explain_failure
from fer_core.training.model_folder import export_run
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which run becomes which model; ``parent`` is the folder of models."""

    run: RunFolder
    recipe: Recipe
    name: str
    parent: Path
    data: Path
    keep_float: bool = True
    mirrored: bool = False
    should_evaluate: bool = False


def make_model(request: ExportRequest, *, say: Say) -> Path:
    """Export, and evaluate where asked; returns the model's folder.

    ``export.json`` in the run's folder says how far it is, and afterwards what came out.

    Raises:
        FerError: what is wrong with run, data or name.
    """
    told: dict[str, Any] = {"model": request.name}

    def tell(step: str, share: float) -> None:
        say(f"{step}.")
        _note(request.run, told | {"state": "running", "step": step, "share": share})

    try:
        tell(mark("Loading the data"), 0.02)
        own = load_dataset(request.data)
        faces = chosen_faces(own, request.recipe)
        data = training_arrays(request.recipe, faces)
        told |= {"split": faces.split_note, "leaky": faces.leaky}
        begun_with = request.run.read_config()["data"].get("sha256")
        if data.description["sha256"] != begun_with:
            say(
                "Warning: these are not the data or splits that the run was trained on; "
                "temperatures are fitted on their validation rows."
            )
        out = request.parent / request.name
        spec = export_run(
            request.run,
            data,
            out,
            name=request.name,
            keep_float=request.keep_float,
            mirrored=request.mirrored,
            progress=lambda step, share: tell(step, 0.1 + 0.6 * share),
        )
        told["sha256"] = spec.files["int8"].sha256
        if request.should_evaluate:
            tell(mark("Evaluating on the validation pictures"), 0.75)
            faces = named_by_division(faces, own, request.recipe.data.split)
            record = may_record(out, faces.data_hash())
            scoring = ScoringRequest(request.name, request.data, split=PUBLIC_TEST, record=record)
            report = run_scoring(scoring, faces=faces, say=say)
            told["accuracy"] = report["accuracy"]
            told["accuracy_ci95"] = report["accuracy_ci95"]
            told["n"] = report["n"]
            tell(mark("Comparing it with the live page's model"), 0.95)
            told["comparison"] = compare_with_live(
                request.name, faces.split(PUBLIC_TEST), own, leaky=faces.leaky
            )
    except BaseException as error:
        with suppress(OSError):
            _note(request.run, told | {"state": "failed", "error": explain_failure(error)})
        raise
    _note(request.run, told | {"state": "finished", "share": 1.0})
    return out


def named_by_division(faces: FaceSet, own: FaceSet, split: str) -> FaceSet:
    """The rows under a name that says how they were divided, where that is not the set's own way.

    Its figures are then no neighbours of those on the set's own test rows.
    """
    if faces.split_note == own.split_note:
        return faces
    division = split if split in DIVISIONS else "divided"
    return replace(faces, name=divided_name(own.name, division))


def unseen_rows(part: FaceSet, own: FaceSet, trained_on: str | None) -> NDArray[np.bool_]:
    """Which rows a model did not train on, as far as its card tells.

    Args:
        part: rows of ``own``, however divided.
        own: the set as it divides itself.
        trained_on: the hash of the set and split that the model learned from.

    Returns:
        (N,) bool; all True where the model learned from another set or split.
    """
    if trained_on != own.data_hash():
        return np.ones(len(part), np.bool_)
    return ~np.isin(part.ids, own.ids[own.splits == TRAIN])


def compare_with_live(
    name: str, part: FaceSet, own: FaceSet, *, leaky: bool = False
) -> dict[str, Any] | None:
    """A model and the live page's on the same validation pictures, by what each would show.

    Pictures that the live model trained on are left out: it knows their answers.

    Args:
        part: validation rows.
        own: the set as it divides itself.
        leaky: the rows show who the new model was trained on.

    Returns:
        Names, accuracies with 95 % intervals, and McNemar's test in words; None where the model
        is the live one, the live one can't be read, or it trained on every picture.
    """
    try:
        live = resolve_model_dir("default")
        pair = [load_classifier(resolve_model_dir(name)), load_classifier(live)]
    except FerError:
        return None
    if live.name == name:
        return None
    labels = part.labels_in(EMOTIONS)
    known = [classifier.spec.data.get("sha256") for classifier in pair]
    is_unseen = unseen_rows(part, own, known[1])
    rows = (labels >= 0) & is_unseen
    if not rows.any():
        return None
    figures, hits = [], []
    for classifier in pair:
        crops = resize_faces(part.faces()[rows], classifier.spec.input.size)
        is_right = classifier.predict_proba(crops).argmax(axis=1) == labels[rows]
        hits.append(is_right)
        low, high = wilson_interval(int(is_right.sum()), len(is_right))
        figures.append({"accuracy": float(is_right.mean()), "ci95": [low, high]})
    return {
        "names": [name, live.name],
        "figures": figures,
        "n": int(rows.sum()),
        "left_out": int((~is_unseen).sum()),
        "leaky": leaky,
        "words": describe_mcnemar(name, live.name, mcnemar_exact(hits[0], hits[1])),
        "same_data": known[0] == known[1] or not is_unseen.all(),
    }


def _note(run: RunFolder, value: dict[str, Any]) -> None:
    run.write_json("export.json", value | {"updated_s": time.time()})
