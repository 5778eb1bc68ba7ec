"""A Keras file of less than half the size: weights of eleven significant bits, packed."""

import io
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.files import write_whole
from fer_core.types import FloatArray

#: Significant bits that are kept of each weight, those of a float16: the rest of a float32's 24 is
#: far below what training with bfloat16 (8 bits) and serving with int8 distinguish.
SIGNIFICANT_BITS: Final = 11
#: Fewer values than this cost more packed than as they are.
_LARGE: Final = 2048
_WEIGHTS: Final = "model.weights.h5"


def round_weights(values: FloatArray) -> FloatArray:
    """``values`` (float32, any shape), each to the nearest of ``SIGNIFICANT_BITS``."""
    drop = 24 - SIGNIFICANT_BITS
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32).astype(np.uint64)
    rounded = ((bits + (1 << (drop - 1))) >> drop) << drop
    return rounded.astype(np.uint32).view(np.float32).reshape(np.shape(values))


def save_compact(network: Any, path: Path) -> None:
    """Save a network as ``keras.models.load_model`` reads it, its weights rounded.

    Args:
        network: a Keras model; stays as it is.
        path: ends with ``.keras``.
    """
    import h5py

    network.save(path)
    whole = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == _WEIGHTS:
                packed = io.BytesIO()
                with (
                    h5py.File(io.BytesIO(content), "r") as source,
                    h5py.File(packed, "w") as target,
                ):
                    _copy(source, target)
                content = packed.getvalue()
            new.writestr(entry.filename, content)
    write_whole(path, whole.getvalue())


def _copy(source: Any, target: Any) -> None:
    """Groups and values of an HDF5 file, the large ones rounded and packed."""
    import h5py

    target.attrs.update(source.attrs)
    for name, part in source.items():
        if isinstance(part, h5py.Group):
            _copy(part, target.create_group(name))
            continue
        values = part[()]
        how: dict[str, Any] = {}
        if isinstance(values, np.ndarray) and values.dtype == np.float32:
            values = round_weights(values)
        if np.size(values) >= _LARGE:
            how = {
                "compression": "gzip",
                "compression_opts": 9,
                "shuffle": True,
                "chunks": values.shape,
            }
        target.create_dataset(name, data=values, **how).attrs.update(part.attrs)
