"""Database and writer of one process, together."""

import atexit
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache

from sqlalchemy import delete, make_url, select
from sqlalchemy.orm import Session

from fer_core.config import settings
from fer_core.errors import StorageError
from fer_core.storage.cleaning import LEFT, Left
from fer_core.storage.database import Database, database_url
from fer_core.storage.erasing import Purged, erase_person, purge
from fer_core.storage.rooms import close_overdue_rooms
from fer_core.storage.tables import Cleaning
from fer_core.storage.writer import RecordWriter


class Store:
    """What one process keeps.

    The database is opened when it is first needed, and tried again where it could not be: the
    live page never waits for it.

    Args:
        database: not prepared yet.
        clock: UTC in seconds since 1970.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.writer = RecordWriter(_Prepared(self))
        self._clock = clock
        self._lock = threading.Lock()
        self._is_ready = False
        self._left = Left()
        #: Set where the files have to be cleaned of what was deleted: ``purge`` does it.
        self.unfinished = threading.Event()

    def now_s(self) -> int:
        """UTC in whole seconds since 1970."""
        return int(self._clock())

    def open(self) -> Database:
        """The database, with its tables up to date.

        Raises:
            StorageError: it cannot be used now; the next call tries again.
        """
        with self._lock:
            if not self._is_ready:
                self.database.prepare()
                self._is_ready = True
        return self.database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """As ``Database.read``."""
        with self.open().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """As ``Database.write``. What was deleted leaves the files soon after: see ``Keeper``."""
        with self.open().write() as session:
            yield session
        left: Left | None = session.info.get(LEFT)
        if left is not None:
            with self._lock:
                self._left.needles |= left.needles
                self._left.ids |= left.ids
            self.unfinished.set()

    @property
    def is_there(self) -> bool:
        """Whether there may be rows: a file that is missing is not made to look for old ones."""
        return self.database.path is None or self.database.path.exists()

    @property
    def problem(self) -> str | None:
        """Why nothing is being recorded, as a sentence; None while all is well."""
        return self.writer.status().problem

    def erase(self, *, person_id: int) -> bool:
        """Take a person and everything about them out of the database and its files.

        What still waits to be written of them is refused later.

        Returns:
            False where there is no such person.

        Raises:
            StorageError: the database cannot be used; or the rows are gone, but a reader stands in
                the way of cleaning SQLite's log, which is tried again every minute.
        """
        with self.write() as session:
            pseudonym = erase_person(session, person_id=person_id, now_s=self.now_s())
        if pseudonym is None:
            return False
        try:
            self.clean_files()
        except StorageError:
            self.unfinished.set()  # the keeper goes on
            raise
        return True

    def clean_files(self) -> None:
        """Take what was deleted, here or by a process that was killed, out of the files.

        Raises:
            StorageError: as ``erase``; it is tried again every minute.
        """
        with self._lock:
            needles, ids = set(self._left.needles), set(self._left.ids)
        with self.read() as session:
            owed = set(session.scalars(select(Cleaning.id)))
        self.open().forget_deleted(*needles, anew=bool(owed - ids))
        if owed:
            with self.write() as session:
                session.execute(delete(Cleaning).where(Cleaning.id.in_(owed)))
        with self._lock:
            self._left.needles -= needles
            self._left.ids -= ids

    def _owes(self) -> bool:
        with self.read() as session:
            return session.scalar(select(Cleaning.id).limit(1)) is not None

    def purge(self, retention_days: int, *, dry_run: bool = False) -> Purged:
        """Close rooms whose time is over, purge what is too old, and finish erasures whose files
        could not be cleaned; how many rows went.

        Args:
            retention_days: after which rows go.
            dry_run: only count: everything is put back.

        Raises:
            StorageError: the database cannot be used.
        """
        now_s = self.now_s()
        with self.write() as session:
            inside = session.begin_nested()
            close_overdue_rooms(session, now_s=now_s)
            gone = purge(session, now_s=now_s, retention_days=retention_days)
            if dry_run:
                inside.rollback()
                session.info.clear()
                return gone
        if gone.total or self.database.is_sqlite or self._owes():
            self.clean_files()
        return gone

    def close(self) -> None:
        """Write what waits and let go of the database."""
        self.writer.close()
        self.database.close()


class _Prepared:
    """The writer's view of the database: opened by its first batch, not before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self) -> AbstractContextManager[Session]:
        return self._store.write()


@lru_cache(maxsize=4)
def _store_at(url: str) -> Store:
    store = Store(Database(make_url(url)))
    atexit.register(store.close)
    return store


def shared_store() -> Store:
    """The process's store, where the settings put it.

    Raises:
        ConfigError: FER_DATABASE_URL cannot be used.
    """
    return _store_at(database_url(settings()).render_as_string(hide_password=False))
