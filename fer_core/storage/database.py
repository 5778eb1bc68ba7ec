"""The connection: SQLite in the data folder, or PostgreSQL."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from fer_core.config import Settings
from fer_core.errors import ConfigError, StorageError

# All of them, since a table refers to others by name.
from fer_core.storage import access_tables, block_table, room_tables, tables  # noqa: F401
from fer_core.storage.cleaning import is_in, truncate_log
from fer_core.storage.migrate import migrate

#: Name of the file under FER_DATA_DIR.
FILE_NAME = "mien.sqlite3"
_WRITE = "mien_write"


def database_url(chosen: Settings) -> URL:
    """Where the settings put the database.

    Raises:
        ConfigError: FER_DATABASE_URL is no address, or of a database that is not supported.
    """
    if not chosen.database_url:
        return URL.create("sqlite", database=str((chosen.data_dir / FILE_NAME).resolve()))
    try:
        url = make_url(chosen.database_url)
    except ArgumentError as error:
        raise ConfigError(
            "The setting FER_DATABASE_URL is no address of a database; "
            "write it as postgresql://user:password@host/name."
        ) from error
    kind = url.get_backend_name()
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return URL.create("sqlite", database=str(Path(url.database).resolve()))
    raise ConfigError(
        "The setting FER_DATABASE_URL must begin with postgresql://, or with sqlite:/// and name "
        f"a file. Received: {kind}."
    )


class Database:
    """One database, opened once per process.

    Args:
        url: of SQLite or PostgreSQL.
        busy_timeout_s: how long a statement waits for another process's transaction.
    """

    def __init__(self, url: URL, *, busy_timeout_s: float = 5.0) -> None:
        self.url = url
        self.busy_timeout_s = busy_timeout_s
        self.path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        self._file: tuple[int, int] | None = None
        self.engine = self._make_engine()
        self._writing = self.engine.execution_options(**{_WRITE: True})

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file here."""
        return self.path is not None

    def _make_engine(self) -> Engine:
        # Parameters hold what people wrote: they belong into no log.
        if self.path is None:
            timeout_ms = round(self.busy_timeout_s * 1000)
            engine = create_engine(
                self.url,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": 5,
                    "options": f"-c lock_timeout={timeout_ms} -c timezone=UTC",
                },
            )
        else:
            engine = create_engine(
                self.url,
                hide_parameters=True,
                creator=self._connect_sqlite,
                pool_timeout=self.busy_timeout_s,
            )
        event.listen(engine, "begin", _begin)
        return engine

    def _connect_sqlite(self) -> sqlite3.Connection:
        assert self.path is not None
        # mode=rw: a file that was taken away is never made anew by accident.
        link = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=self.busy_timeout_s,
            isolation_level=None,  # transactions begin where SQLAlchemy says
            check_same_thread=False,
        )
        try:
            for pragma in ("foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"):
                link.execute(f"PRAGMA {pragma}")
            _use_log(link, self.busy_timeout_s)
        except sqlite3.Error:
            link.close()
            raise
        return link

    def prepare(self) -> None:
        """Make the database where there is none, and bring its tables up to date.

        Several processes may do so at once.

        Raises:
            StorageError: it cannot be reached or written, or is of a newer Mien.
        """
        with _translated(self):
            if self.path is not None:
                _make_file(self.path)
            with self._writing.connect() as connection:
                migrate(connection)
            if self.path is not None:
                self._file = _identity(self.path)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing.

        Raises:
            StorageError: the database cannot be used.
        """
        with _translated(self):
            self._check_file()
            with Session(self.engine, expire_on_commit=False) as session:
                yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all after an error.

        Raises:
            StorageError: the database cannot be used.
        """
        with _translated(self):
            self._check_file()
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session

    def _check_file(self) -> None:
        """An open file can be deleted or replaced: what is written to it would be lost."""
        if self.path is None or self._file is None:
            return
        now = _identity(self.path)
        if now is None:
            raise StorageError(
                "The database file is gone; put it back where FER_DATA_DIR says, or restart Mien "
                "to begin with an empty one."
            )
        if now != self._file:
            self.engine.dispose()
            self.prepare()

    def forget_deleted(self, *needles: bytes, anew: bool = False) -> None:
        """Take what was deleted out of the database's files, too.

        SQLite: everything goes from the write-ahead log into the file, where deleted content was
        overwritten with zeros, and the log is cut to nothing. Where a needle is found even then
        (moved rows may leave a copy in the unused part of a page), the file is written anew.
        PostgreSQL: a vacuum frees the space for others to overwrite.

        Args:
            needles: what must not be found in the files.
            anew: write the file anew in any case, where nobody knows any more what to look for.

        Raises:
            StorageError: the database cannot be used, or a reader does not let go of the log.
        """
        with _translated(self), self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            if self.path is None:
                connection.execute(text("VACUUM"))
                return
            truncate_log(connection, timeout_s=self.busy_timeout_s)
            if anew or any(is_in(self.files()[:2], needle) for needle in needles):
                connection.execute(text("VACUUM"))
                truncate_log(connection, timeout_s=self.busy_timeout_s)

    def files(self) -> list[Path]:
        """The files that make up an SQLite database; none for PostgreSQL."""
        if self.path is None:
            return []
        names = [self.path, *(Path(f"{self.path}{end}") for end in ("-wal", "-shm", "-journal"))]
        return [path for path in names if path.exists()]

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _use_log(link: sqlite3.Connection, timeout_s: float) -> None:
    """Switch the file to a write-ahead log, which it remembers.

    The switch needs the file for itself, and SQLite does not wait for that: where several open a
    new file at once, all but one are refused at once and try again here.
    """
    end = time.monotonic() + timeout_s
    while True:
        try:
            link.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name != "sqlite" or options.get("isolation_level") == "AUTOCOMMIT":
        return
    # A reader that becomes a writer fails at once where another wrote meanwhile; a writer from
    # the start waits for its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITE) else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_file(path: Path) -> None:
    """An empty file that only its owner reads, if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Never one that is there: closing it would take away locks that this process has on it.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


#: What SQLite and PostgreSQL say -> what it means and what to do.
_MEANINGS = (
    ("disk is full", "the disk is full; free some space"),
    ("no space left", "the disk is full; free some space"),
    ("database is locked", "another program holds the database; close it"),
    ("lock timeout", "another program holds the database; close it"),
    ("unable to open", "the database file cannot be opened; let FER_DATA_DIR be readable"),
    ("readonly database", "the database may not be written; let FER_DATA_DIR be writable"),
    ("read-only file system", "the database may not be written; let FER_DATA_DIR be writable"),
    ("not a database", "the database file is damaged; put a backup in its place"),
    ("malformed", "the database file is damaged; put a backup in its place"),
    ("password authentication", "PostgreSQL refuses the login; check FER_DATABASE_URL"),
    ("does not exist", "PostgreSQL knows no such database; check FER_DATABASE_URL"),
)


def explain(error: BaseException) -> str:
    """What stands in the way, as the second half of a sentence; nothing of what was stored."""
    said = str(getattr(error, "orig", None) or error).lower()
    for part, meaning in _MEANINGS:
        if part in said:
            return meaning
    return "the database does not answer; see that it runs"


@contextmanager
def _translated(database: Database) -> Iterator[None]:
    """Errors of the database become a sentence; those of the caller pass."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, sqlite3.Error, OSError) as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            database.engine.dispose()
        raise StorageError(f"The database cannot be used: {explain(error)}.") from error


def dialect_insert(session: Session, table: Any) -> Any:
    """``INSERT`` of the session's database, which knows ``ON CONFLICT``."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite as dialect
    else:
        from sqlalchemy.dialects import postgresql as dialect  # type: ignore[no-redef]
    return dialect.insert(table)
