"""Stores on SQLite, for whoever needs one; each is a copy of one migrated, empty file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_core.config import Settings, settings
from fer_core.storage import Database, Store, shared_store
from fer_core.storage.database import database_url
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file: the tests copy it."""
    folder = tmp_path_factory.mktemp("template")
    database = Database(database_url(Settings(data_dir=folder)))
    database.prepare()
    database.forget_deleted()
    database.close()
    return folder / "mien.sqlite3"


@pytest.fixture
def sqlite_store(tmp_path: Path, sqlite_template: Path, clock: Clock) -> Iterator[Store]:
    """An empty store, its time the test's."""
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    chosen = database_url(Settings(data_dir=tmp_path))
    made = Store(Database(chosen, busy_timeout_s=0.2), clock=clock)
    made.open()
    yield made
    made.close()


@pytest.fixture
def process_store(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """The store of this process, empty, for this test: what the door and the pages use."""
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("FER_ALLOW_TRAINING", raising=False)
    settings.cache_clear()
    made = shared_store()
    yield made
    made.close()
