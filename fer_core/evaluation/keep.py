"""Keeps what `evaluate` found beside the model, so that pages show it without scoring again."""

from pathlib import Path
from typing import Any

from fer_core.files import Object, change_json

#: Costly to measure, so kept from an earlier scoring of the same file on the same data.
_SLOW = ("robustness", "tta")


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
