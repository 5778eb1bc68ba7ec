"""Tables come from the migrations alone, forward from every revision, on both databases."""

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, inspect, text

from fer_core.config import Settings
from fer_core.errors import StorageError
from fer_core.storage import Database, migrate
from fer_core.storage.database import database_url
from fer_core.storage.table_base import TableBase
from tests.storage.postgres import Server

REVISIONS = [
    revision.revision for revision in ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()
]


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path / "new" / "folder")
    server: Server = request.getfixturevalue("postgres")
    name = f"empty_{abs(hash(request.node.name))}"
    server.run_sql(f"CREATE DATABASE {name}")
    return Settings(database_url=server.url(name))


def test_head_is_the_newest_revision() -> None:
    assert REVISIONS[0] == migrate.HEAD


@pytest.mark.parametrize("first", REVISIONS)
def test_forward_from_every_revision(empty: Settings, first: str) -> None:
    database = Database(database_url(empty))
    if database.path is not None:
        database.path.parent.mkdir(parents=True)
        database.path.touch()
    with database._writing.connect() as connection:
        migrate.migrate(connection, first)
    database.prepare()
    database.prepare()  # once more changes nothing
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), TableBase.metadata)
    database.close()
    assert found == [], "models and migrations say the same"


def test_two_at_once_apply_it_once(empty: Settings) -> None:
    databases = [Database(database_url(empty), busy_timeout_s=30) for _ in range(3)]
    errors: list[BaseException] = []

    def prepare(database: Database) -> None:
        try:
            database.prepare()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=prepare, args=(one,)) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with databases[0].engine.connect() as connection:
        tables = inspect(connection).get_table_names()
    for database in databases:
        database.close()
    assert errors == []
    assert set(tables) == {*TableBase.metadata.tables, "alembic_version"}


def test_a_newer_database_is_refused_in_one_sentence(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    database = Database(database_url(Settings(data_dir=tmp_path)))
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"of a newer Mien \(revision 9999\)"):
        database.prepare()
    database.close()


def test_samples_stay_where_a_column_of_theirs_goes(empty: Settings) -> None:
    database = Database(database_url(empty))
    if database.path is not None:
        database.path.parent.mkdir(parents=True)
        database.path.touch()
    tables = ("persons", "checkins", "samples")
    with database._writing.connect() as connection:
        migrate.migrate(connection, "0003")
    with database._writing.begin() as connection:
        for name in tables:
            table = Table(name, MetaData(), autoload_with=connection)
            connection.execute(
                table.insert(),
                {
                    column.name: _any_value(column)
                    for column in table.columns
                    if not column.nullable or column.name == "quality"
                },
            )
    database.prepare()
    with database.engine.connect() as connection:
        counts = [connection.execute(text(f"SELECT count(*) FROM {name}")) for name in tables]
        found = [one.scalar_one() for one in counts]
    database.close()
    assert found == [1, 1, 1]


def _any_value(column: Column[Any]) -> object:
    return "x" if column.type.python_type is str else 1
