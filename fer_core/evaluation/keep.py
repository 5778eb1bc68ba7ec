"""Keeps what `evaluate` found beside the model, so that pages show it without scoring again."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from fer_core.locks import hold

#: Costly to measure, so kept from an earlier scoring of the same file on the same data.
_SLOW = ("robustness", "tta")


def keep_figures(model_dir: Path, report: dict[str, Any]) -> None:
    """Write the report into ``metrics.json`` under ``evaluations``, by set and split.

    A scoring without the slow figures keeps those of the last one, where model file and data are
    the same.

    Args:
        model_dir: folder of the model.
        report: as ``run_scoring`` returns it.

    Raises:
        OSError: the file cannot be written.
    """
    path = model_dir / "metrics.json"
    key = f"{report['data']}_{report['split']}"
    with hold(model_dir):
        metrics = _read(path)
        evaluations = metrics.get("evaluations")
        evaluations = evaluations if isinstance(evaluations, dict) else {}
        old = evaluations.get(key, {})
        same = all(old.get(name) == report[name] for name in ("model_sha256", "data_sha256"))
        kept = {name: old[name] for name in _SLOW if same and name in old}
        metrics["evaluations"] = dict(sorted((evaluations | {key: kept | report}).items()))
        _write(path, json.dumps(metrics, indent=2) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, text: str) -> None:
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".metrics-", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
