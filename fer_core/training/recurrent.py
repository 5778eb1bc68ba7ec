"""Training the recurrent head of a model, and its export as one step."""

import contextlib
import hashlib
import io
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_core.classification import RecurrentHead, load_classifier, read_spec
from fer_core.classification.recurrent import FILE, FOLDER, MAX_STEP_S, HeadSpec
from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.sequences import (
    generate_sequences,
    recorded_sequences,
    source_parts,
    source_pools,
)
from fer_core.errors import ConfigError, DataError
from fer_core.evaluation.sequences import EmbeddedSequence, embed_sequences, score_filter
from fer_core.labels import NUM_EMOTIONS
from fer_core.temporal import MarkovFilter, PlainFilter, RecurrentFilter, TemporalFilter

RECIPE = Path(__file__).parent / "recipes" / "heads" / "gru.toml"
Say = Callable[[str], None]


class HeadRecipe(BaseModel):
    """How a head is trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = ""
    units: int = Field(48, ge=4, le=64)
    frames: int = Field(96, ge=8)
    sequences: int = Field(1500, ge=4)
    check_sequences: int = Field(240, ge=4)
    epochs: int = Field(24, ge=1)
    batch_size: int = Field(32, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(1e-3, ge=0)
    dropout: float = Field(0.4, ge=0, lt=1)
    seed: int = Field(1, ge=0)


def load_head_recipe(path: Path | None = None) -> HeadRecipe:
    """The recipe that comes with the project, or one from a file.

    Raises:
        ConfigError: it cannot be read or has an impossible value.
    """
    path = path or RECIPE
    try:
        return HeadRecipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The recipe {path} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"The recipe {path} has an impossible value at {first['loc'][0]}: {first['msg']}."
        ) from error


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Sequences of one length: those that are shorter are filled up with weight 0."""

    inputs: dict[str, NDArray[np.float32]]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]


def _stack(sequences: list[EmbeddedSequence], frames: int) -> _Batch:
    """Every class weighs the same: how often the generator shows it is nothing to learn."""
    count, width = len(sequences), sequences[0].embeddings.shape[1]
    embeddings = np.zeros((count, frames, width), np.float32)
    probs = np.full((count, frames, NUM_EMOTIONS), 1 / NUM_EMOTIONS, np.float32)
    passed = np.zeros((count, frames, 1), np.float32)
    labels = np.zeros((count, frames), np.int64)
    weights = np.zeros((count, frames), np.float32)
    for row, one in enumerate(sequences):
        t = len(one.labels)
        embeddings[row, :t], probs[row, :t] = one.embeddings, one.probs
        passed[row, :t, 0] = np.minimum(one.passed_s, MAX_STEP_S)
        labels[row, :t], weights[row, :t] = one.labels, 1.0
    counts = np.bincount(labels[weights > 0], minlength=NUM_EMOTIONS)
    by_class = counts.sum() / np.maximum(counts, 1) / NUM_EMOTIONS
    weights *= by_class[labels].astype(np.float32)
    return _Batch({"embedding": embeddings, "probs": probs, "passed": passed}, labels, weights)


class _Network:
    """The layers, shared by the training network over T frames and the exported single step."""

    def __init__(self, recipe: HeadRecipe, mean: Any, deviation: Any) -> None:
        import keras

        self._keras = keras
        self.recipe, self.width = recipe, len(mean)
        self._mean, self._deviation = np.float32(mean), np.float32(deviation)
        self._dropout = keras.layers.Dropout(recipe.dropout)
        self._gru = keras.layers.GRU(recipe.units, return_sequences=True)
        self._out = keras.layers.Dense(NUM_EMOTIONS)
        # Begins as what the network says of the frame alone.
        self._skip = keras.layers.Dense(
            NUM_EMOTIONS, use_bias=False, kernel_initializer=keras.initializers.Identity()
        )

    def _joined(self, embedding: Any, probs: Any, passed: Any) -> tuple[Any, Any]:
        ops = self._keras.ops
        scaled = (embedding - self._mean) / self._deviation
        logs = ops.log(probs + 1e-3)
        parts = [self._dropout(scaled), logs, ops.log(passed + 0.01)]
        return ops.concatenate(parts, axis=-1), logs

    def over_time(self, frames: int) -> Any:
        """(batch, T, ...) -> logits (batch, T, 7)."""
        keras = self._keras
        inputs = {
            "embedding": keras.Input((frames, self.width), name="embedding"),
            "probs": keras.Input((frames, NUM_EMOTIONS), name="probs"),
            "passed": keras.Input((frames, 1), name="passed"),
        }
        x, logs = self._joined(*inputs.values())
        return keras.Model(inputs, self._out(self._gru(x)) + self._skip(logs))

    def one_step(self) -> bytes:
        """LiteRT, static shapes: embedding, probs, passed, state of one face -> probs, state.

        The cell of Cho et al. 2014 (arXiv 1406.1078) with the reset gate after the product, as in
        Keras, written out with the weights as constants: a converter does not freeze variables.
        """
        import tensorflow as tf

        kernel, recurrent, (bias, recurrent_bias) = self._gru.get_weights()
        (out, out_bias), (skip,) = self._out.get_weights(), self._skip.get_weights()

        def step(embedding: Any, probs: Any, passed: Any, state: Any) -> dict[str, Any]:
            logs = tf.math.log(probs + 1e-3)
            scaled = (embedding - self._mean) / self._deviation
            x = tf.concat([scaled, logs, tf.math.log(passed + 0.01)], axis=-1)
            given = tf.split(tf.matmul(x, kernel) + bias, 3, axis=-1)
            kept = tf.split(tf.matmul(state, recurrent) + recurrent_bias, 3, axis=-1)
            update, reset = tf.sigmoid(given[0] + kept[0]), tf.sigmoid(given[1] + kept[1])
            hidden = update * state + (1 - update) * tf.tanh(given[2] + reset * kept[2])
            logits = tf.matmul(hidden, out) + out_bias + tf.matmul(logs, skip)
            return {"probs": tf.nn.softmax(logits), "state": hidden}

        widths = {"embedding": self.width, "probs": NUM_EMOTIONS, "passed": 1}
        widths |= {"state": self.recipe.units}
        shapes = {name: tf.TensorSpec((1, width), name=name) for name, width in widths.items()}
        concrete = tf.function(step, autograph=False).get_concrete_function(**shapes)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
        with contextlib.redirect_stdout(io.StringIO()):
            return bytes(converter.convert())


def fit_head(
    recipe: HeadRecipe, train: list[EmbeddedSequence], val: list[EmbeddedSequence], say: Say = print
) -> tuple[bytes, dict[str, float]]:
    """Train; the step of the epoch with the lowest validation loss as LiteRT, and what it took.

    Args:
        recipe: how.
        train, val: sequences of ``recipe.frames`` frames at most.
        say: told each epoch in one line.
    """
    import keras

    keras.utils.set_random_seed(recipe.seed)
    batch, check = _stack(train, recipe.frames), _stack(val, recipe.frames)
    seen = batch.inputs["embedding"][batch.weights > 0]
    network = _Network(recipe, seen.mean(axis=0), seen.std(axis=0) + 0.05)
    model = network.over_time(recipe.frames)
    steps = -(-len(train) // recipe.batch_size) * recipe.epochs
    rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    best, best_epoch = np.inf, 0
    kept = model.get_weights()
    for epoch in range(recipe.epochs):
        fitted = model.fit(
            batch.inputs,
            batch.labels,
            sample_weight=batch.weights,
            batch_size=recipe.batch_size,
            epochs=1,
            verbose=0,
        )
        loss = float(
            model.evaluate(
                check.inputs, check.labels, sample_weight=check.weights, batch_size=64, verbose=0
            )
        )
        if loss < best:
            best, best_epoch, kept = loss, epoch + 1, model.get_weights()
        say(
            f"epoch {epoch + 1} of {recipe.epochs}: loss {fitted.history['loss'][0]:.3f}, "
            f"validation {loss:.3f}"
        )
    model.set_weights(kept)
    return network.one_step(), {"best_epoch": best_epoch, "validation_loss": best}


def _recorded(
    sets: Iterable[FaceSet], recipe: HeadRecipe, classifier: Any
) -> tuple[list[EmbeddedSequence], list[EmbeddedSequence]]:
    """Sequences to train on and to validate on: every fifth participant."""
    train: list[EmbeddedSequence] = []
    val: list[EmbeddedSequence] = []
    for faces in sets:
        found = list(recorded_sequences(faces, recipe.frames))
        people = sorted({person for person, _ in found})
        checked = set(people[::5]) if len(people) > 1 else set()
        for person, sequence in found:
            (val if person in checked else train).extend(embed_sequences(classifier, [sequence]))
    return train, val


def held_out_sets(
    faces: FaceSet, recipe: HeadRecipe, classifier: Any
) -> dict[str, list[EmbeddedSequence]]:
    """The two sets that nothing is chosen on, always the same for the same data and recipe."""
    parts = source_parts(faces)
    return {
        name: _generated(parts[name], recipe, recipe.check_sequences, classifier, seed)
        for seed, name in ((1001, "held_out"), (1002, "held_out_public"))
    }


def _generated(
    part: FaceSet, recipe: HeadRecipe, count: int, classifier: Any, seed: int
) -> list[EmbeddedSequence]:
    made = generate_sequences(part.faces(), source_pools(part), count, recipe.frames, seed)
    return embed_sequences(classifier, made)


def compare_filters(
    filters: dict[str, TemporalFilter], sets: dict[str, list[EmbeddedSequence]]
) -> dict[str, dict[str, dict[str, float]]]:
    """Set -> filter -> figures."""
    return {
        name: {
            key: {k: round(v, 4) for k, v in score_filter(steady, sequences).items()}
            for key, steady in filters.items()
        }
        for name, sequences in sets.items()
    }


def train_head(
    model_dir: Path,
    recipe: HeadRecipe,
    faces: FaceSet | None,
    recorded: Iterable[FaceSet] = (),
    say: Say = print,
) -> HeadSpec:
    """Train the head of a model and put it beside the model, whole or not at all.

    Args:
        model_dir: of the model, whose int8 file gives the embeddings.
        recipe: how.
        faces: still faces to generate sequences of; None trains on recorded ones alone.
        recorded: sets of recorded sequences.
        say: told each step in one line.

    Raises:
        DataError: there are too few faces or sequences.
        ModelError: the model cannot be loaded.
    """
    classifier = load_classifier(model_dir, embed=True)
    recorded = list(recorded)
    train, val = _recorded(recorded, recipe, classifier)
    data: dict[str, Any] = {"recorded": [r.name for r in recorded], "recorded_clips": len(train)}
    sets: dict[str, list[EmbeddedSequence]] = {}
    if faces is not None:
        parts = source_parts(faces)
        say("Drawing and embedding sequences")
        train += _generated(parts["train"], recipe, recipe.sequences, classifier, recipe.seed)
        val += _generated(parts["validation"], recipe, recipe.check_sequences, classifier, 1000)
        sets = held_out_sets(faces, recipe, classifier)
        data |= {"generated_from": faces.name, "sources": {k: len(v) for k, v in parts.items()}}
    if not train or not val:
        raise DataError(
            "A head needs sequences to train on and, of other participants, to validate on: name "
            "a recorded set with two participants at least, or FER-2013 with --data."
        )
    content, told = fit_head(recipe, train, val, say)
    spec = HeadSpec(
        model_sha256=read_spec(model_dir).files["int8"].sha256,
        embedding=train[0].embeddings.shape[1],
        units=recipe.units,
        sha256=hashlib.sha256(content).hexdigest(),
        recipe=recipe.model_dump(),
        data=data | told,
    )
    filters: dict[str, TemporalFilter] = {
        "plain": PlainFilter(),
        "markov": MarkovFilter(),
        "recurrent": RecurrentFilter(RecurrentHead(spec, content)),
    }
    spec = spec.model_copy(update={"figures": compare_filters(filters, sets)})
    _write(model_dir, spec, content)
    return spec


def _write(model_dir: Path, spec: HeadSpec, content: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=model_dir, prefix=".head-") as folder:
        target = Path(folder) / FOLDER
        target.mkdir()
        (target / FILE).write_bytes(content)
        text = json.dumps(spec.model_dump(), indent=2) + "\n"
        (target / "spec.json").write_text(text, encoding="utf-8")
        shutil.rmtree(model_dir / FOLDER, ignore_errors=True)
        target.rename(model_dir / FOLDER)
