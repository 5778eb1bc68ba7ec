"""A store in a file, shared with what the door and the pages use."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_core.config import Settings, settings
from fer_core.storage import Database, Store, shared_store
from fer_core.storage.database import database_url


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    database = Database(database_url(Settings(data_dir=folder)))
    database.prepare()
    database.forget_deleted()
    database.close()
    return folder / "mien.sqlite3"


@pytest.fixture
def store(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of this process, empty, for this test."""
    shutil.copy(template, tmp_path / "mien.sqlite3")
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("FER_ALLOW_TRAINING", raising=False)
    settings.cache_clear()
    made = shared_store()
    yield made
    made.close()
