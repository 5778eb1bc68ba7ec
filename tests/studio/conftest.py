"""Sets in a data folder of their own, with made faces."""

from pathlib import Path

import numpy as np
import pytest

from fer_core.config import settings
from fer_core.labels import EMOTIONS
from fer_core.studio import CutFace, StudioSet
from fer_core.studio.quality import Quality
from fer_core.types import ImageArray
from tests.clock import NOW_S


def make_image(seed: int) -> ImageArray:
    """(48, 48) uint8 random blocks: no two seeds give alike ones."""
    cells = np.random.default_rng(seed).integers(40, 220, (8, 8), np.uint8)
    return np.kron(cells, np.ones((6, 6), np.uint8))


def make_faces(count: int, seed: int = 0) -> list[CutFace]:
    return [
        CutFace(make_image(1000 * seed + i), i / 5, (10, 20, 110, 120), Quality(0.8, ()))
        for i in range(count)
    ]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    return tmp_path


@pytest.fixture
def made(data_dir: Path) -> StudioSet:
    """Two participants, three faces of each expression."""
    found = StudioSet.create("Lab one", keep_days=10, clock=lambda: NOW_S)
    for index, name in enumerate(("anna", "ben")):
        found.enrol(name)
        for place, emotion in enumerate(EMOTIONS):
            found.add_take(name, emotion, make_faces(3, seed=10 * index + place + 1))
    return found
