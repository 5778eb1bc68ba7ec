"""Sets under FER_DATA_ROOTS by name, so that commands and pages need not be told each time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fer_core.config import settings
from fer_core.datasets.loading import CSV_NAMES
from fer_core.errors import InputError

FER2013: Final = "fer2013"


def find_under(name: str, roots: Iterable[Path]) -> Path | None:
    """The set of a name, where a root is the set's own folder or holds it; None where neither.

    Args:
        name: of the set; FER-2013 in any form is ``fer2013``.
        roots: folders, in the order in which they are looked at.
    """
    if not name or "/" in name or "\\" in name or name.startswith("."):
        return None
    return next((place for root in roots for place in _places(name, root)), None)


def _places(name: str, root: Path) -> Iterator[Path]:
    if root.is_dir() and (root.name == name or (name == FER2013 and _holds_fer2013(root))):
        yield root
    csvs = CSV_NAMES if name == FER2013 else ()
    for candidate in (name, f"{name}.csv", f"{name}.parquet", *csvs):
        if (root / candidate).exists():
            yield root / candidate


def _holds_fer2013(root: Path) -> bool:
    return (root / "train.parquet").is_file() and (root / "public_test.parquet").is_file()


def locate_dataset(path: Path | None = None) -> Path:
    """``path`` itself, or the first FER-2013 under ``FER_DATA_ROOTS``.

    Raises:
        InputError: nothing is there.
    """
    if path is not None:
        if not path.exists():
            raise InputError(f"There is no data set at {path}. Give a file or folder that exists.")
        return path
    found = find_under(FER2013, settings().data_roots)
    if found is None:
        raise InputError(
            "No data set was given and FER_DATA_ROOTS holds no FER-2013: pass --data PATH "
            "(fer2013.csv from the ICML 2013 challenge, or a folder with one folder per class)."
        )
    return found
