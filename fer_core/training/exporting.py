"""One press from a run to a model that can go live: export, score, compare; told in its folder."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.datasets import PUBLIC_TEST, FaceSet, load_dataset
from fer_core.datasets.resize import resize_faces
from fer_core.errors import FerError
from fer_core.evaluation.comparison import describe_mcnemar, mcnemar_exact
from fer_core.evaluation.metrics import wilson_interval
from fer_core.evaluation.places import may_record
from fer_core.evaluation.run import ScoringRequest, run_scoring
from fer_core.labels import EMOTIONS
from fer_core.training.data import chosen_faces, training_arrays
from fer_core.training.export import export_run
from fer_core.training.health import explain_failure
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
        tell("Loading the data", 0.02)
        faces = chosen_faces(load_dataset(request.data), request.recipe)
        data = training_arrays(request.recipe, faces)
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
            progress=lambda step, share: tell(step, 0.1 + 0.6 * share),
        )
        told["sha256"] = spec.files["int8"].sha256
        if request.should_evaluate:
            tell("Evaluating on the validation pictures", 0.75)
            record = may_record(out, faces.data_hash())
            scoring = ScoringRequest(request.name, request.data, split=PUBLIC_TEST, record=record)
            report = run_scoring(scoring, faces=faces, say=say)
            told["accuracy"] = report["accuracy"]
            told["accuracy_ci95"] = report["accuracy_ci95"]
            told["n"] = report["n"]
            tell("Comparing it with the live page's model", 0.95)
            told["comparison"] = compare_with_live(request.name, faces.split(PUBLIC_TEST))
    except BaseException as error:
        with suppress(OSError):
            _note(request.run, told | {"state": "failed", "error": explain_failure(error)})
        raise
    _note(request.run, told | {"state": "finished", "share": 1.0})
    return out


def compare_with_live(name: str, part: FaceSet) -> dict[str, Any] | None:
    """A model and the live page's on the same validation pictures, by what each would show.

    Returns:
        Names, accuracies with 95 % intervals, and McNemar's test in words; None where the model
        is the live one, or the live one can't be read.
    """
    try:
        live = resolve_model_dir("default")
        pair = [load_classifier(resolve_model_dir(name)), load_classifier(live)]
    except FerError:
        return None
    if live.name == name:
        return None
    labels = part.labels_in(EMOTIONS)
    rows = labels >= 0
    figures, hits = [], []
    for classifier in pair:
        crops = resize_faces(part.faces()[rows], classifier.spec.input.size)
        is_right = classifier.predict_proba(crops).argmax(axis=1) == labels[rows]
        hits.append(is_right)
        low, high = wilson_interval(int(is_right.sum()), len(is_right))
        figures.append({"accuracy": float(is_right.mean()), "ci95": [low, high]})
    known = {classifier.spec.data.get("sha256") for classifier in pair}
    return {
        "names": [name, live.name],
        "figures": figures,
        "n": int(rows.sum()),
        "words": describe_mcnemar(name, live.name, mcnemar_exact(hits[0], hits[1])),
        "same_data": len(known) == 1,
    }


def _note(run: RunFolder, value: dict[str, Any]) -> None:
    run.write_json("export.json", value | {"updated_s": time.time()})
