"""What a model said about each image, kept so that models can be compared without running them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fer_core.errors import DataError
from fer_core.files import open_whole
from fer_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One scored split.

    Attributes:
        ids: (N,) row (int64) or path (str) in the data set.
        labels: (N,) str, the set's own label.
        classes: names of the columns of ``probs``.
        probs: (N, C) float16, of the output scored: ``fer`` on FER-2013, ``served`` elsewhere.
        ferplus: (N, 8) float16 over ``FERPLUS_EMOTIONS``, or None without that output.
        model_sha256, data_sha256: what was scored on what.
        votes: (N, 10) counts of FER+ (``VOTE_COLUMNS``), or None where the set has none: with
            them, the three opinions can be compared where the set itself is absent.
    """

    ids: NDArray[Any]
    labels: NDArray[np.str_]
    classes: tuple[str, ...]
    probs: FloatArray
    ferplus: FloatArray | None
    model_sha256: str
    data_sha256: str
    votes: FloatArray | None = None

    @property
    def is_hit(self) -> NDArray[np.bool_]:
        """(N,) bool: the label has the highest probability."""
        top = np.asarray(self.classes)[self.probs.argmax(axis=1)]
        return np.asarray(top == self.labels, bool)


def _list_column(values: FloatArray) -> Any:
    flat = pa.array(np.ascontiguousarray(values, np.float16).ravel(), pa.float16())
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write ``row`` or ``path``, ``label``, ``probs`` and, where there, ``ferplus``, ``votes``."""
    p = predictions
    id_name = "row" if p.ids.dtype.kind == "i" else "path"
    columns = {
        id_name: pa.array(p.ids.tolist()),
        "label": pa.array(p.labels.tolist(), pa.string()),
        "probs": _list_column(p.probs),
    }
    if p.ferplus is not None:
        columns["ferplus"] = _list_column(p.ferplus)
    if p.votes is not None:
        columns["votes"] = _list_column(p.votes)
    table = pa.table(columns).replace_schema_metadata(
        {
            "classes": ",".join(p.classes),
            "model_sha256": p.model_sha256,
            "data_sha256": p.data_sha256,
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_whole(path) as file:
        pq.write_table(table, file, compression="zstd")


def read_predictions(path: Path) -> Predictions:
    """Read what ``write_predictions`` wrote.

    Raises:
        DataError: the file is no such file.
    """
    try:
        table = pq.read_table(path)
        meta = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
        id_name = "row" if "row" in table.column_names else "path"
        return Predictions(
            ids=np.asarray(table.column(id_name).to_pylist()),
            labels=np.asarray(table.column("label").to_pylist()),
            classes=tuple(meta["classes"].split(",")),
            probs=_matrix(table, "probs"),
            ferplus=_matrix(table, "ferplus") if "ferplus" in table.column_names else None,
            model_sha256=meta["model_sha256"],
            data_sha256=meta["data_sha256"],
            votes=_matrix(table, "votes") if "votes" in table.column_names else None,
        )
    except (OSError, KeyError, ValueError, AttributeError, pa.ArrowException) as error:
        raise DataError(
            f"{path} holds no predictions that can be read ({error}); run `evaluate` again."
        ) from error


def _matrix(table: Any, name: str) -> FloatArray:
    column = table.column(name).combine_chunks()
    width = column.type.list_size
    values = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values, np.float32).reshape(-1, width)
