"""Models that learned from recorded sets: what their cards say, and what to forget."""

import json
from pathlib import Path
from typing import Any

from fer_core.classification.registry import check_name
from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.studio.card import CARD_NAME, KEY, studio_card

#: Of files that were being written when a process was killed.
PIECES = (".*.part", ".metrics-*.json")


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
    metrics = read_object(folder / "metrics.json")
    part = metrics.get(KEY)
    people = part.get("by_participant") if isinstance(part, dict) else None
    if not isinstance(people, dict):
        return False
    was_there = people.pop(participant, None) is not None
    if was_there:
        _write(folder / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    # Also where the figures are gone already: a process may have been killed between the two.
    _write(folder / CARD_NAME, studio_card(read_object(folder / "spec.json"), metrics))
    for pattern in PIECES:
        for piece in folder.glob(pattern):
            piece.unlink(missing_ok=True)
    return was_there


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where the file is missing or damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
