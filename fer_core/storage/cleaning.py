"""Takes what was deleted out of the database's files, and remembers that it is owed."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from fer_core.errors import StorageError
from fer_core.storage.tables import Cleaning

#: Reads files in pieces that overlap; exit code 1 where the bytes stand in one of them.
_SEARCH = """
import sys
needle = bytes.fromhex(sys.stdin.read())
for name in sys.argv[1:]:
    tail = b""
    with open(name, "rb") as file:
        while piece := file.read(1 << 20):
            if needle in tail + piece:
                sys.exit(1)
            tail = piece[-len(needle):]
"""


#: A truncating checkpoint that waits for a reader keeps every writer out: so it waits for a short
#: while, lets the writers through, and tries again.
_TRY_S = 0.2
_PAUSE_S = 0.3


#: In ``Session.info``: what was deleted, as bytes to search the files for, and the rows that say
#: that a cleaning is owed. ``Store`` takes them over once the transaction is kept.
LEFT = "mien_left"


@dataclass(slots=True)
class Left:
    """What a transaction, or a process, still owes."""

    needles: set[bytes] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)


def owe_cleaning(session: Session, *texts: str | None) -> None:
    """Note, with the deletion itself, that these texts must leave the files as well.

    The texts stay in memory. Who is killed before the cleaning leaves the row, and the next
    process writes the whole file anew.
    """
    row = Cleaning(owed_s=int(time.time()))
    session.add(row)
    session.flush()
    left: Left = session.info.setdefault(LEFT, Left())
    left.needles |= {text.encode() for text in texts if text}
    left.ids.add(row.id)


def truncate_log(connection: Connection, *, timeout_s: float) -> None:
    """Bring SQLite's write-ahead log into the file and cut it to nothing.

    Args:
        connection: in autocommit mode.
        timeout_s: how long to wait for readers to let go.

    Raises:
        StorageError: a reader does not let go of it.
    """
    before = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
    connection.execute(text(f"PRAGMA busy_timeout = {round(min(_TRY_S, timeout_s / 4) * 1000)}"))
    end = time.monotonic() + timeout_s
    try:
        while connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]:
            if time.monotonic() > end:
                raise StorageError(
                    "The write-ahead log could not be emptied, since another program reads the "
                    "database; close it, and Mien tries again by itself."
                )
            time.sleep(_PAUSE_S)
    finally:  # the connection goes back to those who share it
        connection.execute(text(f"PRAGMA busy_timeout = {before}"))


def is_in(paths: list[Path], needle: bytes) -> bool:
    """Whether the bytes stand in one of the files.

    In a process of its own: closing a file that SQLite has open in this one would take away
    SQLite's locks (https://www.sqlite.org/howtocorrupt.html, 2.2). The bytes go by the pipe,
    since command lines can be seen by others.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SEARCH, *map(str, paths)],
        input=needle.hex(),
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise OSError("the database's files could not be searched")
    return done.returncode == 1
