"""Which data sets a visitor may train on: recorded ones, and those under FER_DATA_ROOTS."""

import os
from collections.abc import Iterator
from pathlib import Path

from fer_core.config import settings
from fer_core.datasets.folders import holds_classes
from fer_core.datasets.loading import CSV_NAMES, VOTES_NAME
from fer_core.datasets.manifest import MANIFEST_NAME
from fer_core.errors import InputError
from fer_core.text import printable_name

#: How far below a root sets are looked for, and how many are offered.
_DEPTH, _MOST = 2, 50


def allowed_roots() -> tuple[Path, ...]:
    """The folders that data may lie in, resolved."""
    roots = (_recordings(), *settings().data_roots)
    return tuple(dict.fromkeys(root.resolve() for root in roots))


def _recordings() -> Path:
    """The recorded sets: all that is data of what lies in the data folder."""
    return settings().data_dir.resolve() / "recordings"


def _is_open(path: Path) -> bool:
    """Whether a resolved path lies where visitors may read."""
    own = settings().data_dir.resolve()
    if path.is_relative_to(own) and not path.is_relative_to(_recordings()):
        return False
    return any(path.is_relative_to(root) for root in allowed_roots())


def check_data_path(text: str | Path) -> Path:
    """The path, resolved, of a data set that a visitor may use.

    What lies elsewhere is refused before it is looked at, so that the answer does not tell
    whether it is there.

    Raises:
        InputError: it lies elsewhere, or nothing is there.
    """
    plain = str(text).strip()
    if not plain or "\0" in plain:
        raise InputError("No data set was named: give the path of a file or folder on the server.")
    try:
        path = Path(plain).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"The path {plain!r} cannot be resolved: check it.") from error
    if not _is_open(path):
        raise InputError(
            f"The path {plain!r} does not lie under FER_DATA_DIR or FER_DATA_ROOTS: whoever runs "
            "this server decides which folders are open for training."
        )
    if not path.exists():
        raise InputError(f"There is no data set at {plain!r}: check the path.")
    for link in _links_below(path):
        if not _is_open(link.resolve()):
            raise InputError(
                f"The set {plain!r} holds a link that leads out of the open folders "
                f"({printable_name(link.name)}): put the file itself there."
            )
    return path


def _links_below(path: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            if (inside := Path(folder, name)).is_symlink():
                yield inside


def find_datasets() -> list[Path]:
    """Sets under the allowed folders that look as if they could be loaded, at most 50."""
    found: dict[Path, None] = {}
    for root in allowed_roots():
        for path in _sets_below(root, _DEPTH):
            if path.resolve().is_relative_to(root) and _is_open(path.resolve()):
                found.setdefault(path.resolve())
            if len(found) >= _MOST:
                return list(found)
    return list(found)


def _sets_below(folder: Path, depth: int) -> list[Path]:
    if not folder.is_dir():
        return []
    if _is_set(folder):
        return [folder]
    try:
        children = sorted(c for c in folder.iterdir() if not c.name.startswith("."))
    except OSError:
        return []
    files = [c for c in children if c.is_file() and _is_set_file(c)]
    below = [c for c in children if c.is_dir()] if depth else []
    return files + [path for child in below for path in _sets_below(child, depth - 1)]


def _is_set(folder: Path) -> bool:
    try:
        return (
            (folder / MANIFEST_NAME).is_file()
            or any((folder / name).is_file() for name in CSV_NAMES)
            or any(folder.glob("*.parquet"))
            or holds_classes(folder)  # itself: a folder around it is offered by no name of its own
        )
    except OSError:
        return False


def _is_set_file(path: Path) -> bool:
    """A csv or parquet file that opens like a set; a look at its first line is enough."""
    if path.suffix.lower() == ".parquet":
        return True
    if path.suffix.lower() != ".csv" or path.name == VOTES_NAME:
        return False
    try:
        with path.open("rb") as file:
            header = file.readline(500).decode("utf-8-sig", "replace").lower()
    except OSError:
        return False
    return "emotion" in header and ("pixels" in header or "file" in header)
