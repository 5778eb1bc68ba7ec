"""Keeps what `evaluate` found beside the model, so that pages show it without scoring again."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fer_core.errors import DataError
from fer_core.evaluation.predictions import read_predictions
from fer_core.files import Object, change_json, peek_object

#: Costly to measure, so kept from an earlier scoring of the same file on the same data.
_SLOW = ("robustness", "tta")


def name_for(folders: Iterable[Path], report: dict[str, Any]) -> str:
    """What figures of this set are kept under: its name, or with its hash where that is taken.

    Two sets of one name are two sets: a file called fer2013.csv replaces nobody's FER-2013.

    Args:
        folders: of the model's figures.
        report: with ``data``, ``split`` and ``data_sha256``.
    """
    name, sha = str(report["data"]), str(report["data_sha256"])
    key = f"{name}_{report['split']}"
    owners: set[Any] = set()
    for folder in folders:
        evaluations = peek_object(folder / "metrics.json").get("evaluations")
        known = evaluations.get(key) if isinstance(evaluations, dict) else None
        if isinstance(known, dict):
            owners.add(known.get("data_sha256"))
        path = folder / "predictions" / f"{key}.parquet"
        if path.is_file():
            with suppress(DataError):
                owners.add(read_predictions(path).data_sha256)
    owners.discard(None)
    return name if not owners or sha in owners else f"{name}-{sha[:8]}"


def keep_figures(folder: Path, report: dict[str, Any]) -> None:
    """Write the report into ``metrics.json`` under ``evaluations``, by set and split.

    A scoring without the slow figures keeps those of the last one, where model file and data are
    the same.

    Args:
        folder: of the model's figures, see ``places``; made where it is missing.
        report: as ``run_scoring`` returns it.

    Raises:
        DataError: the file is damaged.
        OSError: it cannot be written.
    """
    key = f"{report['data']}_{report['split']}"

    def keep(metrics: Object) -> None:
        evaluations = metrics.get("evaluations")
        evaluations = evaluations if isinstance(evaluations, dict) else {}
        old = evaluations.get(key, {})
        same = all(old.get(name) == report[name] for name in ("model_sha256", "data_sha256"))
        kept = {name: old[name] for name in _SLOW if same and name in old}
        metrics["evaluations"] = dict(sorted((evaluations | {key: kept | report}).items()))

    folder.mkdir(parents=True, exist_ok=True)
    change_json(folder / "metrics.json", keep)
