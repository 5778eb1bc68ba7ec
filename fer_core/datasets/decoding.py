"""Bytes of a small face picture -> luma, with errors that name the row."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_core.datasets.faceset import FACE_SIZE
from fer_core.errors import DataError
from fer_core.imaging.decode import FORMATS
from fer_core.types import ImageArray


def decode_face(data: bytes, where: str, *, resize: bool = False) -> ImageArray:
    """(48, 48) uint8 luma (Rec. 601) of an encoded face picture.

    PIL, because OpenCV refuses the shortest lossless WebP files (the all-black faces).

    Args:
        data: the encoded picture.
        where: named in errors, such as ``train.parquet, row 12``.
        resize: bring other sizes to 48x48 instead of refusing them.

    Raises:
        DataError: no picture, or (without ``resize``) of another size.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.size == (FACE_SIZE, FACE_SIZE):
                return np.asarray(opened.convert("L"))
            size = opened.size
            if resize:
                upright = ImageOps.exif_transpose(opened).convert("L")
                side = (FACE_SIZE, FACE_SIZE)
                return np.asarray(upright.resize(side, Image.Resampling.LANCZOS, reducing_gap=3.0))
    # PIL raises many things on damaged bytes, among them SyntaxError and struct.error.
    except Exception as error:
        # PIL names its own buffer where it knows no format: that tells a person nothing.
        reason = "" if isinstance(error, UnidentifiedImageError) else f" ({error})"
        raise DataError(
            f"{where} is not a picture that can be decoded. Received: {len(data)} bytes{reason}."
        ) from error
    raise DataError(
        f"{where} must be a face of {FACE_SIZE}x{FACE_SIZE}. Received: {size[0]}x{size[1]} px; "
        "pictures that still need a detector are scored with `evaluate --detect`."
    )
