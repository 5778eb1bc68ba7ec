"""``results.csv``: one row per model file, data set and split, never edited by hand."""

import csv
import io
from pathlib import Path
from typing import Final

from fer_core.errors import DataError
from fer_core.files import write_whole
from fer_core.locks import hold

KEY: Final = ("model_sha256", "data_sha256", "split")
#: How often any split with rows of ``private_test`` was scored with this model file.
COUNT: Final = "private_test_scorings"
FIELDS: Final = (
    "model",
    "data",
    "split",
    "output",
    "n",
    "accuracy",
    "ci95_low",
    "ci95_high",
    "balanced_accuracy",
    "macro_f1",
    "ece",
    "nll",
    "brier",
    "accuracy_without_duplicates",
    "restricted_accuracy",
    "served_accuracy",
    "ferplus_n",
    "ferplus_accuracy",
    "ferplus_accuracy7",
    "ferplus_kl",
    "leaky",
    COUNT,
    "model_sha256",
    "data_sha256",
)
Row = dict[str, str]


def read_results(path: Path) -> list[Row]:
    """The rows of the file; none where there is no file. Cells are text, empty where unknown.

    Raises:
        DataError: the file is no such table.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in (*KEY, COUNT) if name not in (reader.fieldnames or ())]
            if missing:
                raise DataError(f"{path} lacks the column {missing[0]!r}: restore it from git.")
            rows = []
            for row in reader:
                if not (row[COUNT] or "").isdecimal() or None in row:
                    raise DataError(
                        f"{path}, line {reader.line_num}: {COUNT} must be a number. "
                        f"Received: {row[COUNT]!r}."
                    )
                rows.append({name: row.get(name) or "" for name in FIELDS})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def update_results(path: Path, row: Row, *, record: bool, counts: bool, elsewhere: int = 0) -> int:
    """Record a scoring and return how often this model file has been scored on the test split.

    Scorings at the same time wait for each other here, so that none loses the other's row.

    Args:
        path: the csv.
        row: figures under the names of ``FIELDS``; ``KEY`` must be among them.
        record: replace the row of the same key by this one. Without, nothing changes but the
            count, for which a row without figures is added where the model has none yet.
        counts: this scoring used the test split.
        elsewhere: how often it was scored before, by another such file.

    Raises:
        DataError: the file that is there is damaged.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with hold(path.parent):
        return _update(path, row, record=record, counts=counts, elsewhere=elsewhere)


def _update(path: Path, row: Row, *, record: bool, counts: bool, elsewhere: int) -> int:
    rows = read_results(path)
    sha = row["model_sha256"]
    own = [other for other in rows if other["model_sha256"] == sha]
    total = max([elsewhere, *(int(other[COUNT]) for other in own)]) + int(counts)
    if record or (counts and not own):
        same = [o for o in own if all(o[name] == row[name] for name in KEY)]
        shown = FIELDS if record else (*KEY, "model", "data", "n")
        entry = {name: row.get(name, "") if name in shown else "" for name in FIELDS}
        rows = [other for other in rows if other not in same] + [entry]
    elif not counts:
        return total
    for other in rows:
        if other["model_sha256"] == sha:
            other[COUNT] = str(total)
    rows.sort(key=lambda r: (r["model"], r["data"], r["split"], r["data_sha256"]))
    _write(path, rows)
    return total


def _write(path: Path, rows: list[Row]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())
