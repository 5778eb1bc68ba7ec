"""Every repository test runs on both databases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from fer_core.config import Settings
from fer_core.storage import Database, Store, choices
from fer_core.storage.database import database_url
from fer_core.storage.table_base import TableBase
from tests.clock import Clock
from tests.storage.fills import add_person
from tests.storage.postgres import Server, run_postgres
from tests.stores import clock, sqlite_store, sqlite_template

__all__ = ["clock", "sqlite_store", "sqlite_template"]


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


def empty_template(postgres: Server) -> None:
    """Take away what the test before left in the database ``template``."""
    tables = ", ".join(TableBase.metadata.tables)
    postgres.run_sql(f"TRUNCATE {tables} RESTART IDENTITY", "template")


@pytest.fixture
def postgres_store(postgres: Server, clock: Clock) -> Iterator[Store]:
    """An empty store on PostgreSQL: always the same database, emptied."""
    empty_template(postgres)
    made = Store(
        Database(database_url(Settings(database_url=postgres.url("template")))), clock=clock
    )
    made.open()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store on SQLite, and one on PostgreSQL."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture(scope="module")
def property_store(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Store, int, int]]:
    """One store for all examples of a property, with a person and a check-in."""
    folder = tmp_path_factory.mktemp("property")
    shutil.copy(sqlite_template, folder / "mien.sqlite3")
    made = Store(Database(database_url(Settings(data_dir=folder))))
    yield made, *add_person(made, "otter")
    made.close()


@pytest.fixture
def stores(store: Store) -> Iterator[tuple[Store, Store]]:
    """Those of two processes, where others may join."""
    with store.write() as session:
        choices.choose_purpose(
            session,
            purpose="research",
            number=1,
            now_s=store.now_s(),
            reference="R 1",
            ethics_approved=True,
        )
    other = Store(Database(store.database.url), clock=store._clock)
    yield store, other
    other.close()
