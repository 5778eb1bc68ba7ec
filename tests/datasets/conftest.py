"""Tiny sets in every form, made from random pixels."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fer_core.types import ImageArray

USAGES = ["Training"] * 14 + ["PublicTest"] * 7 + ["PrivateTest"] * 7
EMOTION_NUMBERS = list(range(7)) * 4
VOTES_HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


@pytest.fixture
def images() -> ImageArray:
    return np.random.default_rng(0).integers(0, 256, (28, 48, 48)).astype(np.uint8)


@pytest.fixture
def csv_text(images: ImageArray) -> Callable[..., str]:
    """The classic csv, with single cells or pixels replaced."""

    def make(
        header: str = "emotion,pixels,Usage",
        emotion: dict[int, str] | None = None,
        pixels: dict[int, str] | None = None,
        usage: dict[int, str] | None = None,
    ) -> str:
        lines = [header]
        for row, image in enumerate(images):
            text = " ".join(map(str, image.ravel()))
            cells = {
                "emotion": (emotion or {}).get(row, str(EMOTION_NUMBERS[row])),
                "pixels": (pixels or {}).get(row, text),
                "usage": (usage or {}).get(row, USAGES[row]),
            }
            lines.append(",".join(cells[name.strip().lower()] for name in header.split(",")))
        return "\n".join(lines) + "\n"

    return make


@pytest.fixture
def write_votes() -> Callable[..., Path]:
    """A FER+ file of 28 rows: row i has 8 votes for its own label and 2 for neutral."""

    def write(path: Path, replaced: dict[int, str] | None = None, rows: int = 28) -> Path:
        order = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
        columns = VOTES_HEADER.split(",")[2:]
        lines = [VOTES_HEADER]
        for row in range(rows):
            counts = dict.fromkeys(columns, 0)
            counts[order[EMOTION_NUMBERS[row]]] += 8
            counts["neutral"] += 2
            line = f"{USAGES[row]},fer{row:07d}.png," + ",".join(str(v) for v in counts.values())
            lines.append((replaced or {}).get(row, line))
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def encode(image: ImageArray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(name="encode")
def _encode() -> Callable[..., bytes]:
    return encode


@pytest.fixture
def write_parquet(images: ImageArray) -> Callable[..., Path]:
    def write(path: Path, rows: range | list[int] = range(28), **replaced: list[object]) -> Path:
        columns: dict[str, list[object]] = {
            "row": list(rows),
            "emotion": [EMOTION_NUMBERS[r] for r in rows],
            "usage": [USAGES[r] for r in rows],
            "image": [encode(images[r]) for r in rows],
        }
        pq.write_table(pa.table(columns | replaced), path)
        return path

    return write
