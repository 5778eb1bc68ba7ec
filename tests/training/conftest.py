"""The tiny set and its recipe, for tests that train in this process."""

from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from tests.tiny_set import RECIPE, draw_faces, tiny_csv

__all__ = ["RECIPE", "draw_faces", "tiny_csv"]


@pytest.fixture(autouse=True)
def _plain_keras() -> Iterator[None]:
    """Training sets a policy for the whole process: undo it."""
    yield
    keras.mixed_precision.set_global_policy("float32")


@pytest.fixture
def tiny_recipe(tmp_path: Path) -> Path:
    """``tiny.toml``, four epochs."""
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE.format(epochs=4))
    return path
