"""From a run to a model folder: Keras file, LiteRT float and int8, spec, metrics, card."""

import contextlib
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.classification import Classifier
from fer_core.classification.preprocess import normalize
from fer_core.classification.spec import FileSpec, InputSpec, ModelSpec, Variant
from fer_core.config import is_in_data_dir
from fer_core.errors import InputError
from fer_core.files import whole_folder, write_json
from fer_core.text import mark
from fer_core.training.card import write_card
from fer_core.training.compact import save_compact
from fer_core.training.data import FER2013_LICENCE, TrainingData
from fer_core.training.export_figures import agreement, choose_served, fit_temperatures, latency_ms
from fer_core.training.line import kept_epoch, line_of, whole_history, write_line
from fer_core.training.recipe import DataPart, Recipe
from fer_core.training.run import RunFolder
from fer_core.training.trained import load_trained
from fer_core.types import FloatArray

Progress = Callable[[str, float], None]

#: What each variant is called in a model's folder.
FILE_NAMES: Final[dict[Variant, str]] = {"float": "model.tflite", "int8": "model_int8.tflite"}

#: Images from the training split that the ranges of int8 are measured on.
REPRESENTATIVE_IMAGES = 500


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


def with_mirror(network: Any, image: Any) -> Any:
    """Logits of one picture as the mean of those of the picture and of its mirror image.

    Args:
        network: takes (batch, size, size, 1) and gives a dictionary of (batch, classes).
        image: (1, size, size, 1), a Keras tensor.
    """
    from keras import ops

    both = ops.concatenate([image, ops.flip(image, axis=2)], axis=0)
    outputs = network(both, training=False)
    return {name: ops.mean(value, axis=0, keepdims=True) for name, value in outputs.items()}


def convert(
    network: Any, size: int, representative: FloatArray | None, *, mirrored: bool = False
) -> bytes:
    """LiteRT flatbuffer with a batch of one, float in and out; int8 inside where images are given.

    Args:
        representative: (N, size, size, 1) float32 network inputs, or None for a float model.
        mirrored: look at the mirror image as well (``with_mirror``).
    """
    import keras
    import tensorflow as tf

    image = keras.Input(batch_shape=(1, size, size, 1), name="image")
    outputs = with_mirror(network, image) if mirrored else network(image, training=False)
    fixed = keras.Model(image, outputs)
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if representative is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in representative)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    # The converter prints pages about its intermediate files; stdout belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()):
        return bytes(converter.convert())


def export_run(
    run: RunFolder,
    data: TrainingData,
    out: Path,
    *,
    name: str,
    keep_float: bool = True,
    mirrored: bool = False,
    progress: Progress = lambda _step, _share: None,
) -> ModelSpec:
    """Write the model folder ``out`` from the best epoch of ``run``.

    Temperatures are fitted on validation for each file, the mix of outputs is chosen there, and
    what quantisation changed is measured there. The folder appears whole or not at all.

    Args:
        mirrored: the LiteRT files answer with the mean over a face and its mirror image, for twice
            the time; the Keras file stays the network that was trained.
        progress: told each step in words and how much is done, 0..1.

    Raises:
        InputError: the run has no finished epoch, or ``out`` is something else than a model.
    """
    check_target(out)
    progress(mark("Reading the weights of the best epoch"), 0.0)
    recipe, network = load_trained(run)
    line = line_of(run)
    rows = whole_history(line)
    contents = _convert_both(network, recipe.data, data, progress, mirrored=mirrored)
    progress(mark("Calibrating on the validation pictures"), 0.7)
    raw = _raw_spec(name, run, recipe, network, contents)
    raw = raw.model_copy(update={"mirrored": mirrored})
    spec = _calibrate(raw, contents, data)
    progress(mark("Measuring what quantisation changed, and the speed"), 0.85)
    metrics = _measure(spec, contents, data)
    before = len(rows) - len(run.history())
    metrics |= {"best_epoch": before + kept_epoch(run), "epochs": len(rows), "stages": len(line)}
    if not keep_float:
        spec = spec.model_copy(update={"files": {"int8": spec.files["int8"]}})
    with whole_folder(out, private=is_in_data_dir(out)) as target:
        for variant in spec.files:
            (target / FILE_NAMES[variant]).write_bytes(contents[variant])
        save_compact(network, target / "model.keras")
        write_line(line, target)
        write_json(target / "spec.json", spec.model_dump(mode="json"))
        write_json(target / "metrics.json", {"export": metrics})
        write_card(target, spec, metrics)
    return spec


def _convert_both(
    network: Any, wanted: DataPart, data: TrainingData, progress: Progress, *, mirrored: bool
) -> dict[Variant, bytes]:
    """The network as LiteRT float and int8."""
    rng = np.random.default_rng(0)
    rows = rng.choice(
        len(data.train_images), min(REPRESENTATIVE_IMAGES, len(data.train_images)), replace=False
    )
    progress(mark("Converting to LiteRT"), 0.1)
    plain = convert(network, wanted.size, None, mirrored=mirrored)
    progress(mark("Quantising to 8 bits"), 0.4)
    seen = normalize(data.train_images[rows], wanted.normalize)
    return {"float": plain, "int8": convert(network, wanted.size, seen, mirrored=mirrored)}


def _raw_spec(
    name: str, run: RunFolder, recipe: Recipe, network: Any, contents: dict[Variant, bytes]
) -> ModelSpec:
    """What a model says of itself before anything was fitted on validation."""
    outputs = tuple(sorted(network.output_names if hasattr(network, "output_names") else ["fer"]))
    config = run.read_json("config.json")
    return ModelSpec(
        name=name,
        architecture=recipe.network.architecture,
        parameters=int(network.count_params()),
        labels=recipe.data.labels,
        outputs=outputs,
        served={"fer": 1.0},
        input=InputSpec(size=recipe.data.size, normalize=recipe.data.normalize),
        # Where the data lay is nobody's business but the run's.
        data={"licence": FER2013_LICENCE}
        | {k: v for k, v in config["data"].items() if k not in ("path", "source")},
        recipe=without_paths(config["recipe"]),
        files={
            variant: FileSpec(
                file=FILE_NAMES[variant],
                sha256=hashlib.sha256(content).hexdigest(),
                bytes=len(content),
                temperatures={},
            )
            for variant, content in contents.items()
        },
    )


def _calibrate(raw: ModelSpec, contents: dict[Variant, bytes], data: TrainingData) -> ModelSpec:
    """With the temperatures of each file and the mix of outputs that serve best on validation."""
    files: dict[Variant, FileSpec] = {}
    for variant, content in contents.items():
        logits = Classifier(raw, variant, content).predict_logits(data.val_images)
        fitted = {"temperatures": fit_temperatures(logits, data)}
        files[variant] = raw.files[variant].model_copy(update=fitted)
    spec = raw.model_copy(update={"files": files})
    served = choose_served(Classifier(spec, "int8", contents["int8"]), data)
    return spec.model_copy(update={"served": served})


def _measure(spec: ModelSpec, contents: dict[Variant, bytes], data: TrainingData) -> dict[str, Any]:
    """The figures of an export, for ``metrics.json``."""
    both = {v: Classifier(spec, v, content) for v, content in contents.items()}
    probs = {v: both[v].predict_proba(data.val_images) for v in both}
    columns = np.array([both["int8"]._columns[i] for i in data.val_labels])
    return {
        "parameters": spec.parameters,
        "validation": {
            v: {"accuracy": float((p.argmax(1) == columns).mean()), "n": len(p)}
            for v, p in probs.items()
        },
        "agreement": agreement(probs["float"], probs["int8"]),
        "latency_ms": {v: latency_ms(both[v], data.val_images[:64]) for v in both},
        "bytes": {v: spec.files[v].bytes for v in spec.files},
        "temperatures": {v: spec.files[v].temperatures for v in spec.files},
        "served": spec.served,
    }
