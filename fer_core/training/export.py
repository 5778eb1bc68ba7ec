"""From a run to a model folder: Keras file, LiteRT float and int8, spec, metrics, card."""

import contextlib
import hashlib
import io
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.classification import Classifier
from fer_core.classification.preprocess import normalize
from fer_core.classification.spec import FileSpec, InputSpec, ModelSpec, Variant
from fer_core.errors import InputError
from fer_core.evaluation.calibration import fit_temperature
from fer_core.files import whole_folder, write_json
from fer_core.training.card import write_card
from fer_core.training.data import FER2013_LICENCE, TrainingData
from fer_core.training.run import RunFolder
from fer_core.training.trained import load_trained
from fer_core.types import FloatArray, ImageArray, IntArray

Progress = Callable[[str, float], None]

#: Images from the training split that the ranges of int8 are measured on.
REPRESENTATIVE_IMAGES = 500

#: Mixes of the two outputs that are tried for what is served; the best on validation wins.
SERVED_SHARES = tuple(step / 10 for step in range(11))

#: Below this margin between the two highest float probabilities a flip means nothing.
AGREEMENT_MARGIN = 0.05


def without_paths(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe whose backbone weights are named without their folder, for others to read."""
    network = dict(recipe["network"])
    if network.get("weights"):
        network["weights"] = Path(network["weights"]).name
    return recipe | {"network": network}


def check_target(out: Path) -> None:
    """An export replaces the model in ``out`` and nothing else.

    Raises:
        InputError: something else is there.
    """
    if out.exists() and not (out / "spec.json").is_file():
        raise InputError(f"{out} is there and is no model: choose another name or folder.")


def convert(network: Any, size: int, representative: FloatArray | None) -> bytes:
    """LiteRT flatbuffer with a batch of one, float in and out; int8 inside where images are given.

    Args:
        representative: (N, size, size, 1) float32 network inputs, or None for a float model.
    """
    import keras
    import tensorflow as tf

    image = keras.Input(batch_shape=(1, size, size, 1), name="image")
    fixed = keras.Model(image, network(image, training=False))
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if representative is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in representative)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    # The converter prints pages about its intermediate files; stdout belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()):
        return bytes(converter.convert())


def latency_ms(classifier: Classifier, crops: ImageArray, repeats: int = 200) -> float:
    """Median milliseconds of one face on one thread, normalisation included."""
    times = []
    for index in range(repeats + 20):
        crop = crops[index % len(crops)][None]
        start = time.perf_counter()
        classifier.predict_proba(crop)
        times.append(time.perf_counter() - start)
    return float(np.median(times[20:]) * 1000)


def agreement(reference: FloatArray, other: FloatArray) -> dict[str, float]:
    """How far two (N, 7) predictions of the same images agree."""
    same = reference.argmax(1) == other.argmax(1)
    top = np.sort(reference, axis=1)
    sure = top[:, -1] - top[:, -2] >= AGREEMENT_MARGIN
    return {
        "top1": float(same.mean()),
        "top1_where_sure": float(same[sure].mean()) if sure.any() else 1.0,
        "margin": AGREEMENT_MARGIN,
        "sure_share": float(sure.mean()),
        "largest_difference": float(np.abs(reference - other).max()),
    }


def _temperatures(logits: dict[str, FloatArray], data: TrainingData) -> dict[str, float]:
    found = {"fer": fit_temperature(logits["fer"], data.val_labels)}
    if "ferplus" in logits:
        known = data.val_majority is not None and data.val_majority >= 0
        if data.val_majority is not None and np.any(known):
            found["ferplus"] = fit_temperature(logits["ferplus"][known], data.val_majority[known])
        else:
            found["ferplus"] = 1.0
    return found


def _accuracies(predicted: IntArray, labels: IntArray) -> tuple[float, float]:
    """Accuracy and balanced accuracy over the classes that occur."""
    is_right = predicted == labels
    recalls = [is_right[labels == label].mean() for label in np.unique(labels)]
    return float(is_right.mean()), float(np.mean(recalls))


def choose_served(classifier: Classifier, data: TrainingData) -> dict[str, float]:
    """Weights of the outputs in what is served, chosen on validation; one output serves alone.

    The highest mean of four figures wins: accuracy and balanced accuracy against the FER labels
    and against the FER+ majority (its seven shared classes). Balanced accuracy counts because a
    mix that is right on frequent faces alone would never show disgust or fear.
    """
    if "ferplus" not in classifier.spec.outputs:
        return {"fer": 1.0}
    outputs = classifier.predict_outputs(data.val_images)
    seven = outputs["ferplus"][:, :7] / outputs["ferplus"][:, :7].sum(axis=1, keepdims=True)
    majority = data.val_majority
    known = (majority >= 0) & (majority < 7) if majority is not None else np.zeros(0, bool)

    def mean_accuracy(share: float) -> float:
        top = (share * outputs["fer"] + (1 - share) * seven).argmax(axis=1)
        figures = [*_accuracies(top, data.val_labels)]
        if majority is not None and known.any():
            figures += _accuracies(top[known], majority[known])
        return float(np.mean(figures))

    share = max(SERVED_SHARES, key=mean_accuracy)
    mix = {"fer": share, "ferplus": 1.0 - share}
    return {name: weight for name, weight in mix.items() if weight > 0}


def export_run(
    run: RunFolder,
    data: TrainingData,
    out: Path,
    *,
    name: str,
    keep_float: bool = True,
    progress: Progress = lambda _step, _share: None,
) -> ModelSpec:
    """Write the model folder ``out`` from the best epoch of ``run``.

    Temperatures are fitted on validation for each file, the mix of outputs is chosen there, and
    what quantisation changed is measured there. The folder appears whole or not at all.

    Args:
        progress: told each step in words and how much is done, 0..1.

    Raises:
        InputError: the run has no finished epoch, or ``out`` is something else than a model.
    """
    check_target(out)
    progress("Reading the weights of the best epoch", 0.0)
    recipe, network = load_trained(run)
    size, mode = recipe.data.size, recipe.data.normalize
    rng = np.random.default_rng(0)
    rows = rng.choice(
        len(data.train_images), min(REPRESENTATIVE_IMAGES, len(data.train_images)), replace=False
    )
    progress("Converting to LiteRT", 0.1)
    contents: dict[Variant, bytes] = {"float": convert(network, size, None)}
    progress("Quantising to 8 bits", 0.4)
    contents["int8"] = convert(network, size, normalize(data.train_images[rows], mode))
    progress("Calibrating on the validation pictures", 0.7)
    outputs = tuple(sorted(network.output_names if hasattr(network, "output_names") else ["fer"]))
    config = run.read_json("config.json")
    base: dict[str, Any] = {
        "name": name,
        "architecture": recipe.network.architecture,
        "parameters": int(network.count_params()),
        "labels": recipe.data.labels,
        "outputs": outputs,
        "served": {"fer": 1.0},
        "input": InputSpec(size=size, normalize=mode),
        # Where the data lay is nobody's business but the run's.
        "data": {"licence": FER2013_LICENCE}
        | {k: v for k, v in config["data"].items() if k not in ("path", "source")},
        "recipe": without_paths(config["recipe"]),
    }
    names: dict[Variant, str] = {"float": "model.tflite", "int8": "model_int8.tflite"}

    def file_spec(variant: Variant, temperatures: dict[str, float]) -> FileSpec:
        content = contents[variant]
        return FileSpec(
            file=names[variant],
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            temperatures=temperatures,
        )

    def classifier_of(spec: ModelSpec, variant: Variant) -> Classifier:
        return Classifier(spec, variant, contents[variant])

    raw = ModelSpec(**base, files={v: file_spec(v, {}) for v in contents})
    files: dict[Variant, FileSpec] = {}
    for variant in contents:
        logits = classifier_of(raw, variant).predict_logits(data.val_images)
        files[variant] = file_spec(variant, _temperatures(logits, data))
    spec = ModelSpec(**base, files=files)
    served = choose_served(classifier_of(spec, "int8"), data)
    spec = spec.model_copy(update={"served": served})
    progress("Measuring what quantisation changed, and the speed", 0.85)
    both = {v: classifier_of(spec, v) for v in contents}
    probs = {v: both[v].predict_proba(data.val_images) for v in both}
    seven = np.array([both["int8"]._columns[i] for i in data.val_labels])
    metrics = {
        "parameters": spec.parameters,
        "best_epoch": int(run.load_arrays("best.npz")["epoch"]),
        "validation": {
            v: {"accuracy": float((p.argmax(1) == seven).mean()), "n": len(p)}
            for v, p in probs.items()
        },
        "agreement": agreement(probs["float"], probs["int8"]),
        "latency_ms": {v: latency_ms(both[v], data.val_images[:64]) for v in both},
        "bytes": {v: files[v].bytes for v in files},
        "temperatures": {v: files[v].temperatures for v in files},
        "served": served,
    }
    if not keep_float:
        spec = spec.model_copy(update={"files": {"int8": files["int8"]}})
    with whole_folder(out) as target:
        for variant in spec.files:
            (target / names[variant]).write_bytes(contents[variant])
        network.save(target / "model.keras")
        shutil.copy(run.path / "history.csv", target / "history.csv")
        write_json(target / "spec.json", spec.model_dump(mode="json"))
        write_json(target / "metrics.json", {"export": metrics})
        write_card(target, spec, metrics)
    return spec
