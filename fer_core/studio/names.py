"""Where sets and their pictures lie, and what they are called."""

import re
from pathlib import Path
from typing import Final

import cv2

from fer_core.config import settings
from fer_core.errors import DataError, InputError
from fer_core.types import ImageArray

#: Of a set's folder.
NAME: Final = re.compile(r"^[a-z0-9][a-z0-9_-]{0,40}\Z")


def recordings_dir() -> Path:
    """Where recorded sets lie, as an absolute path."""
    return settings().data_dir.resolve() / "recordings"


def encode_png(image: ImageArray) -> bytes:
    """PNG of a face (48, 48) uint8."""
    done, data = cv2.imencode(".png", image)
    if not done:
        raise DataError("A face cannot be written as PNG.")
    return data.tobytes()


def slug_of(title: str) -> str:
    """A folder's name for a title.

    Raises:
        InputError: nothing of the title can stand in one.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40].strip("-")
    if not slug:
        raise InputError("The set's name needs at least one letter a to z or a digit.")
    return slug
