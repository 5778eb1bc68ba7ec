"""Where models lie: those of the project in ``models/``, those people make in the data folder."""

import json
import re
from pathlib import Path

from fer_core.config import MODELS_DIR, settings
from fer_core.errors import ConfigError, ModelError

#: The model of the live page where nobody chose another.
DEFAULT_MODEL = "mien"

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,60}$")


def model_folders() -> tuple[Path, ...]:
    """Where models lie, those of the project first."""
    return MODELS_DIR, settings().data_dir / "models"


def model_names() -> tuple[str, ...]:
    """Names of all models that can be served, those of the project first."""
    names: list[str] = []
    for folder in model_folders():
        if folder.is_dir():
            found = sorted(p.parent.name for p in folder.glob("*/spec.json"))
            names += [name for name in found if name not in names and _NAME.match(name)]
    return tuple(names)


def live_choice() -> str:
    """Name of the model that serves ``default``: the owner's choice, else the project's."""
    try:
        text = (settings().data_dir / "live.json").read_text(encoding="utf-8")
        choice = json.loads(text)["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_MODEL
    return choice if isinstance(choice, str) and choice in model_names() else DEFAULT_MODEL


def check_name(name: str) -> None:
    """A model of another name could be made but never be served.

    Raises:
        ConfigError: it is no possible name.
    """
    if not _NAME.match(name):
        raise ConfigError(
            f"The name of a model must be small letters, digits, - and _. Received: {name!r}."
        )


def resolve_model_dir(name: str = "default") -> Path:
    """Folder of a model by name, never by path: only exports of this project are served.

    Raises:
        ModelError: no model has that name.
    """
    if name == "default":
        name = live_choice()
    if _NAME.match(name):
        for folder in model_folders():
            if (folder / name / "spec.json").is_file():
                return folder / name
    raise ModelError(
        f"There is no model {name!r}. Choose one of: {', '.join(model_names()) or 'none found'}."
    )
