"""Where the operator keeps FER-2013, so that commands need not be told each time."""

from pathlib import Path

from fer_core.config import settings
from fer_core.errors import InputError

#: File or folder names under a root of FER_DATA_ROOTS that are looked for, in this order.
_NAMES = ("fer2013", "fer2013.csv", "icml_face_data.csv")


def locate_dataset(path: Path | None = None) -> Path:
    """``path`` itself, or the first FER-2013 under ``FER_DATA_ROOTS``.

    Raises:
        InputError: nothing is there.
    """
    if path is not None:
        if not path.exists():
            raise InputError(f"There is no data set at {path}. Give a file or folder that exists.")
        return path
    for root in settings().data_roots:
        for name in _NAMES:
            if (root / name).exists():
                return root / name
    raise InputError(
        "No data set was given and FER_DATA_ROOTS holds no FER-2013: pass --data PATH "
        "(fer2013.csv from the ICML 2013 challenge, or a folder with one folder per class)."
    )
