"""Where models lie: those of the project in ``models/``, those people make in the data folder."""

import re
from pathlib import Path

from fer_core.config import MODELS_DIR, settings
from fer_core.errors import ConfigError, ModelError
from fer_core.files import Object, peek_object, write_json
from fer_core.locks import hold

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
    choice = _read_choice().get("model")
    return choice if isinstance(choice, str) and choice in model_names() else DEFAULT_MODEL


def earlier_choice() -> str | None:
    """The model that served ``default`` before the present one, if that can be gone back to."""
    before = _read_choice().get("before")
    is_other = isinstance(before, str) and before in model_names() and before != live_choice()
    return before if is_other else None


def choose_live(name: str) -> None:
    """Let a model serve ``default`` from now on; streams that run keep the one they have.

    Raises:
        ModelError: no model has that name.
        OSError: the choice cannot be written.
    """
    if name not in model_names():
        raise ModelError(f"There is no model {name!r}. Choose one of: {', '.join(model_names())}.")
    path = settings().data_dir / "live.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with hold(path.parent):
        before = live_choice()
        # Another process may have followed the same choice first: what was before it stays known.
        if before != name or not path.exists():
            write_json(path, {"model": name, "before": before})


def _read_choice() -> Object:
    return peek_object(settings().data_dir / "live.json")


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
