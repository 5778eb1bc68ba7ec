"""Tests never touch the project's own data folder, nor each other's settings."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from fer_core.config import settings

# The same examples in every run; a machine that is busy for a moment fails nothing.
hypothesis.settings.register_profile("mien", derandomize=True, deadline=None)
hypothesis.settings.load_profile("mien")


@pytest.fixture(scope="session", autouse=True)
def _own_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A data folder of its own for this run, also for the processes that tests start."""
    before = os.environ.get("FER_DATA_DIR")
    os.environ["FER_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    settings.cache_clear()
    yield
    if before is None:
        del os.environ["FER_DATA_DIR"]
    else:
        os.environ["FER_DATA_DIR"] = before


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Settings are read once per process: after a test changed the environment, read again."""
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Streamlit puts the page in place of the main module, which a spawned process would import."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def portrait() -> Path:
    """The public-domain portrait that comes with the project."""
    return Path(__file__).parent.parent / "fer_core" / "assets" / "astronaut.png"
