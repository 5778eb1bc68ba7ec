"""Models that learned from recorded sets: what their cards say, and what to forget."""

import json
from pathlib import Path
from typing import Any

from fer_core.classification.registry import check_name
from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.studio.card import CARD_NAME, KEY, studio_card


def models_dir() -> Path:
    """Where models that people made lie."""
    return settings().data_dir / "models"


def forget_participant(model: str, participant: str) -> bool:
    """Take a participant's figures off a model and its card; whether there were any."""
    try:
        check_name(model)
    except ConfigError:
        return False
    folder = models_dir() / model
    metrics = _read(folder / "metrics.json")
    part = metrics.get(KEY)
    people = part.get("by_participant") if isinstance(part, dict) else None
    if not isinstance(people, dict) or participant not in people:
        return False
    del people[participant]
    _write(folder / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    _write(folder / CARD_NAME, studio_card(_read(folder / "spec.json"), metrics))
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
