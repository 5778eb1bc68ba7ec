"""Train a recipe: network, optimiser, start, resume, and how it ended."""

import importlib.metadata
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from fer_core.errors import ConfigError, InputError
from fer_core.evaluation.origins import knew_before
from fer_core.training.batches import Batches
from fer_core.training.checkpoint import CHECKPOINT, restore_checkpoint
from fer_core.training.data import TrainingData
from fer_core.training.health import explain_failure
from fer_core.training.keeper import EpochKeeper, Report, sample_seen
from fer_core.training.model import (
    TrainingModel,
    WeightAverage,
    make_optimizer,
    set_weights,
)
from fer_core.training.patient import PatientModel, Teaching
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder, unpack
from fer_core.training.teachers import TEACHING_DIR, check_teachers, with_teachers
from fer_core.training.trained import network_for


def choose_precision(wanted: str) -> str:
    """The compute type: ``auto`` is bfloat16 where the processor multiplies it in hardware."""
    if wanted != "auto":
        return wanted
    if keras.backend.backend() != "tensorflow":
        return "mixed_bfloat16"
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def _start_from(network: Any, start: RunFolder) -> None:
    values = unpack("w", start.load_arrays("best.npz"))
    if [v.shape for v in values] != [tuple(w.shape) for w in network.weights]:
        raise InputError(
            f"The run {start.path} trained another network than this recipe's. "
            "Start from a run of the same architecture and options."
        )
    set_weights(network, values)


def _knowing(recipe: Recipe, others: Sequence[RunFolder]) -> dict[str, list[str]]:
    """``knows_faces``, where the run owes something to a network that came with weights."""
    names = knew_before(recipe.model_dump(), [other.read_json("config.json") for other in others])
    return {"knows_faces": names} if names else {}


def describe_environment() -> dict[str, str]:
    """Versions that a result depends on."""
    names = ("keras", "tensorflow", "numpy", "opencv-python-headless")
    versions = {"python": platform.python_version()}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def train(
    recipe: Recipe,
    data: TrainingData,
    run: RunFolder,
    *,
    resume: bool = False,
    start: RunFolder | None = None,
    teachers: Sequence[RunFolder] = (),
    threads: int | None = None,
    report: Report = print,
) -> RunFolder:
    """Train until the recipe's last epoch, a wish to stop, a kill or Ctrl-C.

    The folder is usable after each of them.

    Args:
        start: a finished run of the same network whose best weights are the first ones here.
        teachers: finished runs whose probabilities become part of the targets.

    Raises:
        InputError: ``start`` has no weights, or those of another network.
        ConfigError: the data set has fewer images than one batch needs.
    """
    if len(data.train_images) < 2:
        raise ConfigError(f"Training needs at least 2 images. Received: {len(data.train_images)}.")
    precision = _set_up(recipe, threads)
    check_teachers(recipe, teachers)
    seen = sample_seen(data)
    is_patient = recipe.optimizer.teacher_views == "same"
    if not is_patient:
        data = with_teachers(data, recipe, teachers, keep=run.path.parent / TEACHING_DIR)
    keras.utils.set_random_seed(recipe.seed)  # whatever the teachers drew
    batches = _batches(recipe, data)
    is_new = not (resume and (run.path / CHECKPOINT).is_file())
    network = network_for(recipe, fast=True, start=is_new)
    model = _compiled(network, recipe, teachers if is_patient else None, steps=len(batches))
    if start is not None and is_new:
        _start_from(network, start)
    average = WeightAverage(network, recipe.optimizer.ema) if recipe.optimizer.ema else None
    first = 0
    if not is_new:
        first = restore_checkpoint(run, model, average, steps_per_epoch=len(batches))
        run.write_history(run.history()[:first])
    # New, or it waited in the queue with recipe and path alone.
    if "versions" not in run.read_json("config.json"):
        about = _config(recipe, data, precision, network, start, teachers)
        run.write_json("config.json", about)
    run.set_status("running", epoch=first, epochs=recipe.epochs, started_s=time.time())
    _fit(model, EpochKeeper(recipe, data, batches, run, average, report, seen), first)
    return run


def _set_up(recipe: Recipe, threads: int | None) -> str:
    """Have Keras compute as the recipe says; gives the compute type."""
    if threads and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(recipe.seed)
    precision = choose_precision(recipe.precision)
    keras.mixed_precision.set_global_policy(precision)
    return precision


def _batches(recipe: Recipe, data: TrainingData) -> Batches:
    return Batches(
        data.train_images,
        data.targets,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        weights=data.weights,
        mixup=recipe.augment.mixup,
        cutmix=recipe.augment.cutmix,
    )


def _compiled(
    network: Any, recipe: Recipe, patient_of: Sequence[RunFolder] | None, *, steps: int
) -> TrainingModel:
    """The network as it learns: by itself, or from teachers who see the same views.

    Args:
        network: of the recipe.
        recipe: how it learns.
        patient_of: those teachers; None where it learns by itself.
        steps: of an epoch.
    """
    model = (
        TrainingModel(network, recipe)
        if patient_of is None
        else PatientModel(network, recipe, Teaching(recipe, patient_of))
    )
    optimizer = make_optimizer(
        recipe.optimizer, epochs=recipe.epochs, steps_per_epoch=steps, network=network
    )
    # XLA compiles for minutes and is slower here than the CPU's own kernels.
    model.compile(optimizer, weighted_metrics={"fer": ["accuracy"]}, jit_compile=False)
    return model


def _config(
    recipe: Recipe,
    data: TrainingData,
    precision: str,
    network: Any,
    start: RunFolder | None,
    teachers: Sequence[RunFolder],
) -> dict[str, Any]:
    """What a run was made of, and how to make it again."""
    return {
        "recipe": recipe.model_dump(mode="json"),
        "precision": precision,
        "backend": keras.backend.backend(),
        "versions": describe_environment(),
        "data": data.description | _knowing(recipe, [*teachers, *([start] if start else [])]),
        "parameters": int(network.count_params()),
        "started_from": start.path.name if start is not None else None,
        "start": str(start.path.resolve()) if start is not None else None,
        "teachers": [str(teacher.path.resolve()) for teacher in teachers],
        "command": sys.argv,
    }


def _fit(model: TrainingModel, keeper: EpochKeeper, first: int) -> None:
    """Train from this epoch on; the run's status says how that ended."""
    run, recipe = keeper.run, keeper.recipe
    try:
        if first < recipe.epochs:
            model.fit(
                keeper.batches,
                epochs=recipe.epochs,
                initial_epoch=first,
                callbacks=[keeper],
                verbose=0,
                shuffle=False,
            )
        run.set_status("finished", epoch=recipe.epochs, left_s=0)
    except KeyboardInterrupt:
        run.set_status("stopped")
        keeper.report(
            f"Stopped after {len(run.history())} finished epochs; "
            f"go on with: train {recipe.name} --resume --run {run.path}"
        )
    except BaseException as error:
        with suppress(OSError):  # a full disk; who called knows a way
            run.set_status("failed", error=explain_failure(error))
        raise
