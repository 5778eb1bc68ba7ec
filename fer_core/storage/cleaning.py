"""Takes what was deleted out of SQLite's files."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Connection, text

from fer_core.errors import StorageError

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


def truncate_log(connection: Connection) -> None:
    """Bring SQLite's write-ahead log into the file and cut it to nothing.

    Raises:
        StorageError: a reader does not let go of it within the busy timeout.
    """
    busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
    if busy:
        raise StorageError(
            "The write-ahead log could not be emptied, since another program reads the database; "
            "close it, and Mien tries again by itself."
        )


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
