"""What one change of a recipe does: several seeds, scored on validation only.

    python -m bench.ablation lenet --epochs 10 --seeds 3 \\
        --change "data.split=official;optimizer.class_weight=none" \\
        --change "data.split=official;optimizer.class_weight=sqrt"

Prints one line of ``docs/ablations.csv`` for each change: mean and standard deviation over seeds
of accuracy and balanced accuracy on public_test, and the seconds a run took. ``--append`` adds
the lines to that file.
"""

import argparse
import csv
import sys
import time
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.reproduction import train_and_predict
from fer_core.datasets import PUBLIC_TEST, load_dataset
from fer_core.datasets.locate import locate_dataset
from fer_core.evaluation.metrics import balanced_accuracy, confusion_matrix
from fer_core.training.data import chosen_faces
from fer_core.training.recipe import Recipe, load_recipe

COLUMNS = ("change", "seeds", "validation_accuracy", "balanced_accuracy", "cost")
RESULTS = Path(__file__).parent.parent / "docs" / "ablations.csv"
say = partial(print, file=sys.stderr, flush=True)


def changed(recipe: Recipe, change: str) -> Recipe:
    """The recipe with ``part.name=value`` (TOML, or a bare word) put in; several with ``;``."""
    values = recipe.model_dump()
    for one in change.split(";"):
        place, _, text = one.strip().partition("=")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        node: dict[str, Any] = values
        *parts, last = place.split(".")
        for part in parts:
            node = node[part]
        node[last] = value
    return Recipe.model_validate(values)


def cell(values: list[float]) -> str:
    """Mean and, of several, standard deviation, as fractions."""
    spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{spread}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.ablation")
    parser.add_argument("recipe")
    parser.add_argument("--change", action="append", required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--append", action="store_true")
    options = parser.parse_args()
    everything = load_dataset(locate_dataset(options.data))
    lines = []
    for change in options.change:
        right, balanced = [], []
        start_s = time.monotonic()
        for seed in range(options.seeds):
            base = load_recipe(options.recipe, epochs=options.epochs, seed=seed, monitor="last")
            recipe = changed(base, change)
            faces = chosen_faces(everything, recipe)
            _, (predicted,) = train_and_predict(recipe, faces, (PUBLIC_TEST,))
            labels = faces.split(PUBLIC_TEST).labels_in(recipe.data.labels)
            table = confusion_matrix(labels, predicted, len(recipe.data.labels))
            right.append(float((predicted == labels).mean()))
            balanced.append(balanced_accuracy(table))
            say(f"{change}, seed {seed}: {right[-1]:.2%}, balanced {balanced[-1]:.2%}")
        seconds = (time.monotonic() - start_s) / options.seeds
        name = f"{options.recipe} ({recipe.epochs} epochs): {change}"
        lines.append(
            (name, str(options.seeds), cell(right), cell(balanced), f"{seconds:.0f} s a run")
        )
    new = not RESULTS.exists()
    if options.append:
        with RESULTS.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *lines] if new else lines)
    csv.writer(sys.stdout).writerows([COLUMNS, *lines])


if __name__ == "__main__":
    main()
