"""The curves of a training, as its ``history.csv`` keeps them."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from fer_core.errors import DataError


@dataclass(frozen=True, slots=True)
class History:
    """Curves of one training: each column (K,) over the K finished epochs, NaN where empty."""

    columns: dict[str, tuple[float, ...]]

    def best_epoch(self, monitor: str) -> int | None:
        """The epoch that a run with this ``monitor`` keeps: ``last``, or a column to look at."""
        epochs = self.columns["epoch"]
        values = self.columns.get("val_accuracy")
        if monitor == "last" or values is None:
            return int(epochs[-1]) if epochs else None
        best = max(zip(values, epochs, strict=True), default=None, key=lambda pair: pair)
        return None if best is None else int(best[1])


def read_history(path: Path) -> History:
    """Read ``history.csv``.

    Raises:
        DataError: it is missing, lacks the column ``epoch``, or a cell is no number.
    """
    where = f"The history.csv of {path.parent.name}"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise DataError(
            f"{path.parent.name} has no history.csv, so there are no training curves."
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{where} cannot be read ({error}).") from error
    if not rows or "epoch" not in rows[0]:
        raise DataError(f"{where} has no finished epoch: there are no training curves.")
    try:
        columns = {
            name: tuple(float(row[name]) if row[name] else math.nan for row in rows)
            for name in rows[0]
            if name
        }
    except ValueError as error:
        raise DataError(f"{where} has a cell that is no number ({error}).") from error
    if not all(map(math.isfinite, columns["epoch"])):
        raise DataError(f"{where} has a row without its epoch.")
    return History(columns)
