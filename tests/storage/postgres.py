"""A PostgreSQL server of the tests' own, from Debian's package, on a socket in a folder."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


def find_postgres() -> Path:
    """The folder of its programs; skips where there is none, fails where one is required."""
    found = shutil.which("initdb")
    places = [Path(found)] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if places:
        return places[-1].resolve().parent
    line = "PostgreSQL is absent: install it (on Debian: apt-get install postgresql)."
    if os.environ.get("FER_REQUIRE_POSTGRES") == "1":
        pytest.fail(line)
    pytest.skip(line)


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder = programs, folder
        self._process: subprocess.Popen[bytes] | None = None
        # It refuses to run as root: then as the user of Debian's package.
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
            for parent in folder.parents:  # pytest's folders are closed to others
                if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o011)
        self._run(
            *("initdb", "--pgdata", str(folder / "data"), "--username=mien", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )

    def _command(self, name: str, *arguments: str) -> list[str]:
        return [str(self._programs / name), *arguments]

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(name, *arguments),
            user=self._user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "40",
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", str(self.folder / "data"), *settings),
                user=self._user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.run_sql("SELECT 1")
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self, *, for_good: bool = False) -> None:
        """Stop it, cutting every connection; for good means without saving anything."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if for_good else signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def run_sql(self, statement: str, name: str = "postgres") -> None:
        """Outside of a transaction, in the database that is always there or another."""
        address = f"host={self.folder} user=mien dbname={name} connect_timeout=5"
        with psycopg.connect(address, autocommit=True) as link:
            link.execute(statement.encode())

    def url(self, name: str) -> str:
        """The address of one database."""
        return f"postgresql://mien@/{name}?host={self.folder}"


@contextmanager
def run_postgres(folder: Path) -> Iterator[Server]:
    """A fresh server."""
    server = Server(find_postgres(), folder)
    server.start()
    try:
        yield server
    finally:
        server.stop(for_good=True)
