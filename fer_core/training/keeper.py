"""After each epoch: validate, keep the best, write what a run's folder shows."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fer_core.evaluation.metrics import confusion_matrix
from fer_core.training.batches import Batches
from fer_core.training.checkpoint import save_checkpoint
from fer_core.training.data import TrainingData
from fer_core.training.health import memory_left_mb
from fer_core.training.model import WeightAverage, set_weights, weights_of
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder, pack
from fer_core.types import ImageArray, IntArray

Report = Callable[[str], None]


@dataclass
class Scores:
    """What one pass over pictures gave; rows of ``confusion`` are true labels."""

    loss: float
    accuracy: float
    ferplus_accuracy: float | None
    confusion: list[list[int]]


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


def score(
    model: Any,
    images: ImageArray,
    labels: IntArray,
    majority: IntArray | None = None,
) -> Scores:
    """Cross-entropy of the plain labels, and accuracy, on pictures as they are.

    Args:
        images: (N, size, size) uint8.
        labels: (N,) int64, columns of the output ``fer``.
        majority: (N,) int64 FER+ majority, -1 where there is none.
    """
    logits = predict_logits(model, images)
    log_probs = np.asarray(ops.convert_to_numpy(ops.log_softmax(logits["fer"], axis=-1)))
    predicted = log_probs.argmax(1)
    ferplus = None
    if "ferplus" in logits and majority is not None and (majority >= 0).any():
        known = majority >= 0
        ferplus = float((logits["ferplus"].argmax(1) == majority)[known].mean())
    return Scores(
        loss=float(-log_probs[np.arange(len(labels)), labels].mean()),
        accuracy=float((predicted == labels).mean()),
        ferplus_accuracy=ferplus,
        confusion=confusion_matrix(labels, predicted, log_probs.shape[1]).tolist(),
    )


def sample_seen(data: TrainingData) -> tuple[ImageArray, IntArray]:
    """As many training pictures as there are to validate on, the same at each call.

    They are scored like those, so that the two losses are one function of the same weights.

    Args:
        data: before teachers changed its targets.

    Returns:
        (N, size, size) uint8 and (N,) int64; empty where no picture has a label of its own.
    """
    rows = np.flatnonzero(data.targets["fer"].any(axis=1))
    count = min(len(rows), len(data.val_images))
    rows = np.sort(np.random.default_rng(0).choice(rows, count, replace=False))
    return data.train_images[rows], data.targets["fer"][rows].argmax(axis=1)


class EpochKeeper(keras.callbacks.Callback):  # type: ignore[misc]
    """After each epoch: average in, validate, write history and checkpoints, average out."""

    def __init__(
        self,
        recipe: Recipe,
        data: TrainingData,
        batches: Batches,
        run: RunFolder,
        average: WeightAverage | None,
        report: Report,
        seen: tuple[ImageArray, IntArray],
    ) -> None:
        super().__init__()
        self.seen = seen
        self.recipe, self.data, self.batches, self.run = recipe, data, batches, run
        self.average, self.report = average, report
        self.rows = run.history()
        self.confusions = {"labels": list(recipe.data.labels)} | run.read_json("confusion.json")
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
            self._tell(epoch, left)
            if sys.stderr.isatty():
                share = (batch + 1) / len(self.batches)
                text = (
                    f"epoch {epoch + 1}/{self.recipe.epochs} {share:4.0%}  {left / 60:.0f} min left"
                )
                print(f"\r{text}   ", end="", file=sys.stderr, flush=True)

        # The last step is followed by the end of the epoch, which is worth waiting for.
        if self.run.wants_stop and batch + 1 < len(self.batches):
            raise KeyboardInterrupt

    def _tell(self, epoch: int, left_s: float) -> None:
        self.run.set_status(
            "running",
            epoch=epoch,
            epochs=self.recipe.epochs,
            left_s=left_s,
            memory_left_mb=memory_left_mb(),
        )

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
        data = self.data
        scores = score(self.model, data.val_images, data.val_labels, data.val_majority)
        seen = score(self.model, *self.seen) if len(self.seen[0]) else None
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
        if seen:
            row |= {"train_loss": seen.loss, "train_accuracy": seen.accuracy}
        row["seconds"] = time.monotonic() - self.epoch_s
        self.rows.append(row)
        if self._rank(row) >= self.best:
            self.best = self._rank(row)
            self.run.save_arrays("best.npz", pack("w", kept) | {"epoch": np.array(epoch + 1)})
            self.confusions["best"] = {"epoch": epoch + 1, "counts": scores.confusion}
        save_checkpoint(self.run, self.model, self.average, epoch=epoch + 1)
        self.run.write_history(self.rows)
        self.confusions["last"] = {"epoch": epoch + 1, "counts": scores.confusion}
        self.run.write_json("confusion.json", self.confusions)
        left = self._left_s(time.monotonic())
        self._tell(epoch + 1, left)
        end = "\r" if sys.stderr.isatty() else ""
        plus = f"  FER+ {scores.ferplus_accuracy:.1%}" if scores.ferplus_accuracy else ""
        self.report(
            f"{end}epoch {epoch + 1}/{self.recipe.epochs}  loss {row['loss']:.3f}  accuracy "
            f"{row['accuracy']:.1%}  validation {row['val_accuracy']:.1%}{plus}  "
            f"{row['seconds']:.0f} s  {left / 60:.0f} min left"
        )
        if self.run.wants_stop:
            raise KeyboardInterrupt
