"""Training the recurrent head of a model, and its export as one step."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.classification import RecurrentHead, load_classifier, read_spec
from fer_core.classification.recurrent import FILE, FOLDER, MAX_STEP_S, HeadSpec
from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.sequences import (
    generate_sequences,
    recorded_sequences,
    source_parts,
    source_pools,
)
from fer_core.errors import DataError
from fer_core.evaluation.sequences import EmbeddedSequence, embed_sequences, score_filter
from fer_core.files import whole_folder, write_json
from fer_core.labels import NUM_EMOTIONS
from fer_core.temporal import MarkovFilter, PlainFilter, RecurrentFilter, TemporalFilter
from fer_core.training.recurrent_network import HeadNetwork, HeadRecipe

Say = Callable[[str], None]


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


def fit_recurrent_head(
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
    network = HeadNetwork(recipe, seen.mean(axis=0), seen.std(axis=0) + 0.05)
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


def compare_recurrent(
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
    content, told = fit_recurrent_head(recipe, train, val, say)
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
    spec = spec.model_copy(update={"figures": compare_recurrent(filters, sets)})
    _write(model_dir, spec, content)
    return spec


def _write(model_dir: Path, spec: HeadSpec, content: bytes) -> None:
    with whole_folder(model_dir / FOLDER) as target:
        (target / FILE).write_bytes(content)
        write_json(target / "spec.json", spec.model_dump())
