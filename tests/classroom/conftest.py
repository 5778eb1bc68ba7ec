"""A store in a file, with a clock that a test sets, and a purpose that lets people in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_core.config import Settings
from fer_core.storage import Database, Store, choices
from fer_core.storage.database import database_url


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
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    database = Database(database_url(Settings(data_dir=folder)))
    database.prepare()
    database.forget_deleted()
    database.close()
    return folder / "mien.sqlite3"


@pytest.fixture
def store(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    shutil.copy(template, tmp_path / "mien.sqlite3")
    made = Store(Database(database_url(Settings(data_dir=tmp_path))), clock=clock)
    with made.write() as session:
        choices.choose_purpose(
            session,
            purpose="research",
            number=1,
            now_s=made.now_s(),
            reference="R 1",
            ethics_approved=True,
        )
    yield made
    made.close()
