"""Models as export and `evaluate` leave them, made of random numbers, in a folder of their own."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.evaluation.predictions import Predictions, write_predictions
from fer_core.evaluation.results import COUNT, update_results
from fer_core.labels import EMOTIONS

DATA_SHA = "d" * 64
KEY = "fer2013_private_test"


def sha_of(name: str) -> str:
    return (name.encode().hex() * 64)[:64]


def make_predictions(
    name: str = "a", n: int = 70, *, skill: float = 3.0, seed: int = 0, votes: bool = True
) -> Predictions:
    """n images, row 1000 on, each class in turn; ``skill`` is the lead of the label's logit."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % len(EMOTIONS)
    logits = rng.normal(0, 1, (n, 7))
    logits[np.arange(n), labels] += skill * rng.random(n)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    counts = rng.multinomial(10, [0.1] * 10, n).astype(np.float32)
    counts[np.arange(n), labels] += 5 * (rng.random(n) > 0.3)
    return Predictions(
        ids=np.arange(1000, 1000 + n),
        labels=np.asarray(EMOTIONS)[labels],
        classes=EMOTIONS,
        probs=probs.astype(np.float32),
        ferplus=None,
        model_sha256=sha_of(name),
        data_sha256=DATA_SHA,
        votes=counts if votes else None,
    )


def make_spec(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "architecture": "mien",
        "parameters": 1000,
        "labels": list(EMOTIONS),
        "outputs": ["fer"],
        "served": {"fer": 1.0},
        "input": {"size": 48, "normalize": "unit"},
        "files": {
            "int8": {
                "file": "model_int8.tflite",
                "sha256": sha_of(name),
                "bytes": 20000,
                "temperatures": {"fer": 1.5},
            }
        },
        "data": {"name": "fer2013", "split": "official", "leaky": False},
        "recipe": {"data": {"subset": None}},
    } | changes


def make_model(models: Path, name: str, *, n: int = 70, key: str = KEY, **changes: Any) -> Path:
    """A model's folder with every file the page reads, and its row of ``results.csv``."""
    folder = models / name
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps(make_spec(name, **changes)))
    export = {
        "parameters": 1000,
        "best_epoch": 2,
        "validation": {"int8": {"accuracy": 0.5, "n": 70}},
        "agreement": {"top1": 0.99, "top1_where_sure": 1.0, "largest_difference": 0.02},
        "latency_ms": {"float": 1.0, "int8": 0.5},
        "bytes": {"float": 80000, "int8": 20000},
    }
    (folder / "metrics.json").write_text(json.dumps({"export": export}))
    (folder / "history.csv").write_text(
        "epoch,loss,accuracy,val_loss,val_accuracy\n1,2,0.2,1.9,0.3\n2,1.5,0.4,1.6,0.45\n"
        "3,1.2,0.5,1.7,0.44\n"
    )
    p = make_predictions(name, n, seed=len(name), skill=2.0 + len(name))
    write_predictions(folder / "predictions" / f"{key}.parquet", p)
    data, split = key.split("_", 1)
    row = {
        "model": name,
        "data": data,
        "split": split,
        "n": str(n),
        "accuracy": f"{p.is_hit.mean():.6f}",
        "leaky": "False",
        "model_sha256": sha_of(name),
        "data_sha256": DATA_SHA,
    }
    counts = split == "private_test"
    assert update_results(models / "results.csv", row, record=True, counts=counts) == counts
    assert COUNT not in row
    return folder
