"""One thread that writes what the live pages see, so that none of them waits for a disk."""

import logging
import threading
from collections import deque
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from fer_core.errors import StorageError
from fer_core.storage.recording import write_rows
from fer_core.storage.rows import Row

_log = logging.getLogger(__name__)

#: A batch is at most so many rows, so that a transaction stays short.
BATCH = 2_000
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 5.0


class Writable(Protocol):
    """What the writer needs of a database."""

    def write(self) -> AbstractContextManager[Session]:
        """A transaction; raises StorageError where the database cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class WriterStatus:
    """How the writing goes.

    Attributes:
        problem: why nothing is being recorded, a sentence for the page; None while all is well.
        queued: rows that wait.
        written: rows in the database.
        dropped: rows lost because the queue was full.
        refused: rows of persons, check-ins or rooms that are erased or closed, or below k.
    """

    problem: str | None
    queued: int
    written: int
    dropped: int
    refused: int


class RecordWriter:
    """Takes rows from any thread and writes them in batches, a transaction each.

    Rows are in the database ``every_s`` after they came, so that a killed process loses at most
    the last second. Where the database cannot be used, rows wait, are tried again, and beyond
    ``most`` the newest are dropped and counted. The thread starts with the first row.

    Args:
        database: where the rows go.
        every_s: seconds between transactions.
        most: rows that may wait.
    """

    def __init__(self, database: Writable, *, every_s: float = 0.25, most: int = 20_000) -> None:
        self._database = database
        self._every_s, self._most = every_s, most
        self._rows: deque[Row] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._problem: str | None = None
        self._written = self._dropped = self._refused = 0

    def put(self, *rows: Row) -> bool:
        """Queue rows; returns at once.

        Returns:
            False where a row was dropped, since the queue is full or the writer closed.

        Raises:
            ValueError: a row's number lies outside its range.
        """
        for row in rows:
            row.values()  # what is wrong is said to who sends it, not found by the thread
        with self._lock:
            room = 0 if self._closing else self._most - len(self._rows)
            self._rows.extend(rows[: max(0, room)])
            self._dropped += len(rows) - min(len(rows), max(0, room))
            if rows and room > 0:
                self._idle.clear()
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="records", daemon=True)
                    self._thread.start()
        return room >= len(rows)

    def status(self) -> WriterStatus:
        """What waits, was written, dropped or refused, and what is wrong, if anything."""
        with self._lock:
            return WriterStatus(
                self._problem, len(self._rows), self._written, self._dropped, self._refused
            )

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Write what waits; whether nothing waits any more."""
        self._wake.set()
        return self._idle.wait(timeout_s)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what waits and end the thread; whether all is written."""
        with self._lock:
            self._closing = True
            thread = self._thread
        self._wake.set()
        if thread is not None:
            thread.join(timeout_s)
        return self._idle.is_set()

    def _run(self) -> None:
        wait_s, retry_s = self._every_s, RETRY_FIRST_S
        while True:
            self._wake.wait(wait_s)
            self._wake.clear()
            if self._write_all():
                wait_s, retry_s = self._every_s, RETRY_FIRST_S
            else:
                wait_s, retry_s = retry_s, min(2 * retry_s, RETRY_MOST_S)
            with self._lock:
                if self._closing and (not self._rows or self._problem is not None):
                    return

    def _write_all(self) -> bool:
        """Write until nothing waits; False where the database does not take it."""
        while True:
            with self._lock:
                batch = [self._rows[i] for i in range(min(BATCH, len(self._rows)))]
                if not batch:
                    self._problem = None
                    self._idle.set()
                    return True
            try:
                written = self._write(batch)
            except StorageError as error:
                self._set_problem(str(error))
                return False
            except Exception as error:  # a thread that ends would record nothing for ever
                _log.exception("Recording failed")
                self._set_problem(f"An error within Mien ({type(error).__name__}); see its log.")
                return False
            with self._lock:
                for _ in batch:
                    self._rows.popleft()
                self._written += written
                self._refused += len(batch) - written
                self._problem = None

    def _write(self, batch: list[Row]) -> int:
        try:
            with self._database.write() as session:
                return write_rows(session, batch)
        except StorageError as error:
            if not isinstance(error.__cause__, IntegrityError | DataError) or len(batch) == 1:
                if isinstance(error.__cause__, IntegrityError | DataError):
                    return 0
                raise
        # One row that the database refuses must not take the others with it.
        return sum(self._write([row]) for row in batch)

    def _set_problem(self, reason: str) -> None:
        with self._lock:
            if self._problem is None:
                _log.warning("Nothing is being recorded: %s", reason)
            self._problem = f"Nothing is being recorded: {reason[:1].lower()}{reason[1:]}"
