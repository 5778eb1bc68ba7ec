"""The published systems 1 and 3, trained as often as an honest figure needs.

    python -m bench.reproduction lenet --data SET [--folds 10] [--only frames|folds]
    python -m bench.reproduction dcnn5 --data FER2013 [--seeds 10]

``lenet`` trains once on the frame-level split and once for each fold by stand-in; ``dcnn5`` once
for each seed, each with its own subset and split. Tables go to stdout, progress to stderr; runs
lie under FER_DATA_DIR like those of ``python -m fer_core train``.
"""

import argparse
import sys
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.config import settings
from fer_core.datasets import PRIVATE_TEST, PUBLIC_TEST, FaceSet, load_dataset
from fer_core.datasets.recrops import MIN_CORRELATION, recrop_correlation
from fer_core.datasets.resize import resize_faces
from fer_core.datasets.splits import folds_by_participant
from fer_core.evaluation.metrics import class_figures, confusion_matrix
from fer_core.training.data import chosen_faces, training_arrays
from fer_core.training.recipe import Recipe, load_recipe

COLUMNS = ("precision", "recall", "specificity", "F1", "accuracy")
say = partial(print, file=sys.stderr, flush=True)


def train_and_predict(
    recipe: Recipe, faces: FaceSet, splits: tuple[str, ...]
) -> tuple[list[dict[str, float]], list[NDArray[np.int64]]]:
    """History of a fresh run, and the predicted class of each row of each split."""
    import keras

    from fer_core.classification.preprocess import normalize
    from fer_core.training.run import RunFolder
    from fer_core.training.trained import load_trained
    from fer_core.training.trainer import train

    keras.utils.clear_session()
    run = RunFolder.create(settings().data_dir / "runs", recipe.name)
    train(recipe, training_arrays(recipe, faces), run, report=say)
    _, network = load_trained(run)
    predicted = []
    for name in splits:
        images = resize_faces(faces.split(name).faces(), recipe.data.size)
        x = normalize(images, recipe.data.normalize)
        logits: Any = network.predict(x, batch_size=256, verbose=0)["fer"]
        predicted.append(np.asarray(logits.argmax(axis=1), np.int64))
    return run.history(), predicted


def five_classes(data: Path, seeds: int) -> None:
    """System 3's table: mean and standard deviation over seeds."""
    everything = load_dataset(data)
    tables, overall = [], []
    for seed in range(seeds):
        recipe = load_recipe("dcnn5", seed=seed)
        faces = chosen_faces(everything, recipe)
        test = faces.split(PRIVATE_TEST)
        _, (predicted,) = train_and_predict(recipe, faces, (PRIVATE_TEST,))
        labels = test.labels_in(recipe.data.labels)
        confusion = confusion_matrix(labels, predicted, len(recipe.data.labels))
        tables.append([astuple(figures)[:5] for figures in class_figures(confusion)])
        overall.append(float((predicted == labels).mean()))
        say(f"seed {seed}: {overall[-1]:.1%} of {len(labels)}")
    mean, spread = np.mean(tables, axis=0), np.std(tables, axis=0, ddof=1)
    print(f"| class | {' | '.join(COLUMNS)} |\n|---{'|---' * 5}|")
    for row, name in enumerate(load_recipe("dcnn5").data.labels):
        cells = [f"{m:.3f} ± {s:.3f}" for m, s in zip(mean[row], spread[row], strict=True)]
        print(f"| {name} | {' | '.join(cells)} |")
    print(
        f"\noverall {np.mean(overall):.1%} ± {np.std(overall, ddof=1):.1%} "
        f"({min(overall):.1%} to {max(overall):.1%}) over {seeds} seeds, n = {len(labels)} each"
    )


def clustered_interval(
    hits: NDArray[np.bool_], groups: NDArray[np.str_], draws: int = 2000
) -> tuple[float, float]:
    """95 % bootstrap interval of the share of hits; whole groups are drawn, as frames depend."""
    names, index = np.unique(groups, return_inverse=True)
    right = np.bincount(index, weights=hits, minlength=len(names))
    count = np.bincount(index, minlength=len(names))
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(names), (draws, len(names)))
    shares = right[chosen].sum(axis=1) / count[chosen].sum(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def find_recrops(faces: FaceSet) -> list[tuple[str, str]]:
    """Pairs of clips of different participants whose middle faces are of one photograph.

    The sources of the clips are compared before they are made; the faces that Haar cut out of
    them, less of whose surroundings is left, once more here.
    """
    assert faces.clips is not None
    assert faces.participants is not None
    names = np.unique(faces.clips)
    rows = [int(np.median(np.flatnonzero(faces.clips == clip))) for clip in names]
    images, people = faces.faces()[rows], faces.participants[rows]
    pairs = []
    for i, image in enumerate(images):
        alike = recrop_correlation(image, images[i + 1 :]) >= MIN_CORRELATION
        others = np.flatnonzero(alike & (people[i + 1 :] != people[i])) + i + 1
        pairs += [(str(names[i]), str(names[j])) for j in others]
    return pairs


def lenet_by_frame(everything: FaceSet) -> None:
    """System 1 as published: neighbours of a frame on both sides."""
    recipe = load_recipe("lenet")
    faces = chosen_faces(everything, recipe)
    history, predicted = train_and_predict(recipe, faces, (PUBLIC_TEST, PRIVATE_TEST))
    shares = []
    for name, top in zip((PUBLIC_TEST, PRIVATE_TEST), predicted, strict=True):
        labels = faces.split(name).labels_in(recipe.data.labels)
        shares.append(f"{name} {(top == labels).mean():.2%} (n = {len(labels)})")
    print(f"frame-level ({faces.split_note}): {', '.join(shares)}; last epoch {history[-1]}")


def lenet_by_stand_in(everything: FaceSet, folds: int) -> None:
    """System 1 with whole stand-ins held out."""
    recipe = load_recipe("lenet")
    hits, people, trained = [], [], []
    assert everything.clips is not None
    pairs = find_recrops(everything)
    print(f"left out, since another stand-in's clip shows the same photograph: {pairs}")
    everything = everything.take(~np.isin(everything.clips, [second for _, second in pairs]))
    for number, fold in enumerate(folds_by_participant(everything, folds, seed=recipe.seed)):
        history, (top,) = train_and_predict(recipe, fold, (PRIVATE_TEST,))
        test = fold.split(PRIVATE_TEST)
        hits.append(top == test.labels_in(recipe.data.labels))
        assert test.participants is not None
        people.append(test.participants)
        trained.append(history[-1]["accuracy"])
        say(f"fold {number + 1}: {hits[-1].mean():.1%} of {len(test)}")
    right = np.concatenate(hits)
    low, high = clustered_interval(right, np.concatenate(people))
    each = [float(h.mean()) for h in hits]
    print(
        f"by stand-in: {right.mean():.1%} of {len(right)} faces, 95 % interval {low:.1%} to "
        f"{high:.1%} (stand-ins drawn), folds {min(each):.1%} to {max(each):.1%}; "
        f"training accuracy {np.mean(trained):.1%}"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.reproduction")
    parser.add_argument("system", choices=("lenet", "dcnn5"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", choices=("frames", "folds"), help="half of lenet's work")
    options = parser.parse_args()
    if options.system == "lenet":
        everything = load_dataset(options.data)
        if options.only != "folds":
            lenet_by_frame(everything)
        if options.only != "frames":
            lenet_by_stand_in(everything, options.folds)
    else:
        five_classes(options.data, options.seeds)


if __name__ == "__main__":
    main()
