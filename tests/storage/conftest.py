"""Every repository test runs on both databases."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from fer_core.config import Settings
from fer_core.storage import Database, Store
from fer_core.storage.database import database_url
from tests.storage.postgres import Server, run_postgres

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    # Not pytest's folder: a socket's path may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="mien-pg-"))
    try:
        with run_postgres(folder) as server:
            url = make_url(server.url("template"))
            server.run_sql("CREATE DATABASE template")
            database = Database(database_url(Settings(database_url=str(url))))
            database.prepare()
            database.close()
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self, now_s: float = 1_800_000_000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


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


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store on SQLite, and one on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "mien.sqlite3")
        chosen = Settings(data_dir=tmp_path)
    else:
        server: Server = request.getfixturevalue("postgres")
        name = f"test{next(_NUMBERS)}"
        server.run_sql(f"CREATE DATABASE {name} TEMPLATE template")
        chosen = Settings(database_url=server.url(name))
    made = Store(Database(database_url(chosen), busy_timeout_s=1.0), clock=clock)
    made.open()
    yield made
    made.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, sqlite_template: Path, clock: Clock) -> Iterator[Store]:
    """An empty store on SQLite."""
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    made = Store(
        Database(database_url(Settings(data_dir=tmp_path)), busy_timeout_s=0.2), clock=clock
    )
    made.open()
    yield made
    made.close()
