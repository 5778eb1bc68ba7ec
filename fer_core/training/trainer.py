"""Train a recipe: epochs, validation, checkpoints, progress."""

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fer_core.errors import ConfigError, InputError
from fer_core.training.batches import Batches
from fer_core.training.data import TrainingData
from fer_core.training.model import (
    TrainingModel,
    WeightAverage,
    make_optimizer,
    set_weights,
    weights_of,
)
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder, pack, unpack
from fer_core.training.teachers import with_teachers
from fer_core.zoo import build_network

Report = Callable[[str], None]


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


def network_for(recipe: Recipe, *, fast: bool) -> Any:
    """The recipe's network, untrained; ``fast`` for training, plain for saving."""
    options = dict(recipe.network.options)
    options.setdefault("size", recipe.data.size)
    options.setdefault("classes", len(recipe.data.labels))
    if recipe.network.weights is not None:
        options["weights"] = recipe.network.weights
        options["weights_sha256"] = recipe.network.weights_sha256
    return build_network(recipe.network.architecture, fast=fast, **options)


@dataclass
class Scores:
    """What one pass over the validation images gave."""

    loss: float
    accuracy: float
    ferplus_accuracy: float | None


def predict_logits(model: Any, images: NDArray[np.uint8], batch: int = 256) -> dict[str, Any]:
    """Logits of every output, (N, classes) float32, without augmentation."""
    images = images[..., None] if images.ndim == 3 else images
    parts: dict[str, list[Any]] = {}
    for start in range(0, len(images), batch):
        chunk = images[start : start + batch].astype(np.float32)
        short = batch - len(chunk)
        if short and start:  # one shape only: no second compilation
            chunk = np.concatenate([chunk, np.zeros((short, *chunk.shape[1:]), np.float32)])
        outputs = model.predict_on_batch(chunk)
        for name, value in outputs.items():
            value = np.asarray(value, np.float32)
            parts.setdefault(name, []).append(value[: len(value) - (short if start else 0)])
    return {name: np.concatenate(value) for name, value in parts.items()}


def score(model: Any, data: TrainingData) -> Scores:
    """Loss and accuracy on the validation images."""
    logits = predict_logits(model, data.val_images)
    log_probs = np.asarray(ops.convert_to_numpy(ops.log_softmax(logits["fer"], axis=-1)))
    rows = np.arange(len(data.val_labels))
    ferplus = None
    if "ferplus" in logits and data.val_majority is not None:
        known = data.val_majority >= 0
        if known.any():
            ferplus = float((logits["ferplus"].argmax(1) == data.val_majority)[known].mean())
    return Scores(
        loss=float(-log_probs[rows, data.val_labels].mean()),
        accuracy=float((log_probs.argmax(1) == data.val_labels).mean()),
        ferplus_accuracy=ferplus,
    )


class _Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """After each epoch: average in, validate, write history and checkpoints, average out."""

    def __init__(
        self,
        recipe: Recipe,
        data: TrainingData,
        batches: Batches,
        run: RunFolder,
        average: WeightAverage | None,
        report: Report,
    ) -> None:
        super().__init__()
        self.recipe, self.data, self.batches, self.run = recipe, data, batches, run
        self.average, self.report = average, report
        self.rows = run.history()
        self.best = max((self._rank(row) for row in self.rows), default=-np.inf)
        self.started_s = self.epoch_s = self.said_s = time.monotonic()
        self.done_steps = 0

    def _rank(self, row: dict[str, float]) -> float:
        if self.recipe.monitor == "last":
            return row["epoch"]
        return -row["val_loss"] if self.recipe.monitor == "loss" else row["val_accuracy"]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self.epoch_s = time.monotonic()
        self.batches.start_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        if self.average:
            self.average.update()
        self.done_steps += 1
        now = time.monotonic()
        if now - self.said_s > 5:
            self.said_s = now
            left = self._left_s(now)
            epoch = len(self.rows)
            self.run.set_status("running", epoch=epoch, epochs=self.recipe.epochs, left_s=left)
            if sys.stderr.isatty():
                share = (batch + 1) / len(self.batches)
                text = (
                    f"epoch {epoch + 1}/{self.recipe.epochs} {share:4.0%}  {left / 60:.0f} min left"
                )
                print(f"\r{text}   ", end="", file=sys.stderr, flush=True)

    def _left_s(self, now: float) -> float:
        total = (self.recipe.epochs - len(self.rows)) * len(self.batches)
        done_now = self.done_steps % len(self.batches)
        return (now - self.started_s) / self.done_steps * max(0, total - done_now)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        network = self.model.network
        raw = weights_of(network)
        if self.average:
            set_weights(network, self.average.values)
        kept = weights_of(network)
        scores = score(self.model, self.data)
        set_weights(network, raw)
        row = {
            "epoch": float(epoch + 1),
            "learning_rate": float(ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            "loss": float(logs["loss"]),
            "accuracy": float(logs.get("fer_accuracy", logs.get("accuracy", np.nan))),
            "val_loss": scores.loss,
            "val_accuracy": scores.accuracy,
        }
        if scores.ferplus_accuracy is not None:
            row["val_ferplus_accuracy"] = scores.ferplus_accuracy
        row["seconds"] = time.monotonic() - self.epoch_s
        self.rows.append(row)
        if self._rank(row) >= self.best:
            self.best = self._rank(row)
            self.run.save_arrays("best.npz", pack("w", kept) | {"epoch": np.array(epoch + 1)})
        arrays = pack("w", raw) | pack("o", _optimizer_values(self.model.optimizer))
        if self.average:
            arrays |= pack("a", self.average.values)
        self.run.save_arrays("last.npz", arrays | {"epoch": np.array(epoch + 1)})
        self.run.write_history(self.rows)
        left = self._left_s(time.monotonic())
        self.run.set_status("running", epoch=epoch + 1, epochs=self.recipe.epochs, left_s=left)
        end = "\r" if sys.stderr.isatty() else ""
        plus = f"  FER+ {scores.ferplus_accuracy:.1%}" if scores.ferplus_accuracy else ""
        self.report(
            f"{end}epoch {epoch + 1}/{self.recipe.epochs}  loss {row['loss']:.3f}  accuracy "
            f"{row['accuracy']:.1%}  validation {row['val_accuracy']:.1%}{plus}  "
            f"{row['seconds']:.0f} s  {left / 60:.0f} min left"
        )


def _optimizer_values(optimizer: Any) -> list[NDArray[Any]]:
    return [np.asarray(ops.convert_to_numpy(v)) for v in optimizer.variables]


def _resume(run: RunFolder, model: TrainingModel, average: WeightAverage | None) -> int:
    """Restore the last finished epoch; returns its number, 0 where there is none yet."""
    if not (run.path / "last.npz").is_file():
        return 0
    arrays = run.load_arrays("last.npz")
    set_weights(model.network, unpack("w", arrays))
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, unpack("o", arrays), strict=True):
        variable.assign(value)
    epoch = int(arrays["epoch"])
    if average:
        average.values = unpack("a", arrays)
        average._steps = 10**6
    run.write_history(run.history()[:epoch])
    return epoch


def _start_from(network: Any, start: RunFolder) -> None:
    values = unpack("w", start.load_arrays("best.npz"))
    if [v.shape for v in values] != [tuple(w.shape) for w in network.weights]:
        raise InputError(
            f"The run {start.path} trained another network than this recipe's. "
            "Start from a run of the same architecture and options."
        )
    set_weights(network, values)


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
    """Train until the recipe's last epoch, a kill or Ctrl-C; the folder is usable after each.

    Args:
        start: a finished run of the same network whose best weights are the first ones here.
        teachers: finished runs whose probabilities become part of the targets.

    Raises:
        InputError: ``start`` has no weights, or those of another network.
        ConfigError: the data set has fewer images than one batch needs.
    """
    if len(data.train_images) < 2:
        raise ConfigError(f"Training needs at least 2 images. Received: {len(data.train_images)}.")
    if threads and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(recipe.seed)
    precision = choose_precision(recipe.precision)
    keras.mixed_precision.set_global_policy(precision)
    data = with_teachers(data, recipe, teachers)
    keras.utils.set_random_seed(recipe.seed)
    batches = Batches(
        data.train_images,
        data.targets,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        weights=data.weights,
        mixup=recipe.augment.mixup,
    )
    network = network_for(recipe, fast=True)
    model = TrainingModel(network, recipe)
    optimizer = make_optimizer(recipe.optimizer, epochs=recipe.epochs, steps_per_epoch=len(batches))
    # XLA compiles for minutes and is slower here than the CPU's own kernels.
    model.compile(optimizer, weighted_metrics={"fer": ["accuracy"]}, jit_compile=False)
    if start is not None and not resume:
        _start_from(network, start)
    average = WeightAverage(network, recipe.optimizer.ema) if recipe.optimizer.ema else None
    first = _resume(run, model, average) if resume else 0
    config = run.read_json("config.json")
    if not config:
        config = {
            "recipe": recipe.model_dump(mode="json"),
            "precision": precision,
            "backend": keras.backend.backend(),
            "versions": describe_environment(),
            "data": data.description,
            "parameters": int(network.count_params()),
            "started_from": start.path.name if start is not None else None,
            "teachers": [str(teacher.path.resolve()) for teacher in teachers],
            "command": sys.argv,
        }
        run.write_json("config.json", config)
    run.set_status("running", epoch=first, epochs=recipe.epochs, started_s=time.time())
    keeper = _Keeper(recipe, data, batches, run, average, report)
    try:
        if first < recipe.epochs:
            model.fit(
                batches,
                epochs=recipe.epochs,
                initial_epoch=first,
                callbacks=[keeper],
                verbose=0,
                shuffle=False,
            )
        run.set_status("finished", epoch=recipe.epochs, left_s=0)
    except KeyboardInterrupt:
        run.set_status("stopped")
        report(
            f"Stopped after {len(run.history())} finished epochs; "
            f"go on with: train {recipe.name} --resume --run {run.path}"
        )
    except BaseException as error:
        run.set_status("failed", error=f"{type(error).__name__}: {error}")
        raise
    return run


def default_threads() -> int:
    """All processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
