"""Brings the tables up to date, under a lock."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from fer_core.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
#: The newest revision: a database that has it is not looked at any further, so that a start
#: does not load Alembic.
HEAD = "0009"
#: Any number that no other program is likely to lock in the same PostgreSQL database.
_LOCK = 0x4D69656E


def alembic_config(connection: Connection) -> "Config":
    """Alembic's settings, without a file: works from wherever the package lies."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: Connection) -> str | None:
    """The revision that the tables have; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return found


def migrate(connection: Connection, to: str = "head") -> None:
    """Apply the missing revisions in one transaction, which only one process at a time does.

    Args:
        connection: with no transaction begun; on SQLite its transactions must begin as writing.
        to: a revision, for tests.

    Raises:
        StorageError: the tables are those of a newer Mien.
    """
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        present = revision_of(connection)
        if present == HEAD and to == "head":
            return
        from alembic import command
        from alembic.util import CommandError

        try:
            command.upgrade(alembic_config(connection), to)
        except CommandError as error:
            raise StorageError(
                f"The database is of a newer Mien (revision {present}); install that one, or name "
                "another database."
            ) from error
