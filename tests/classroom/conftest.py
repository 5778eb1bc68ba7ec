"""A store in a file, with a clock that a test sets, and a purpose that lets people in."""

import pytest

from fer_core.storage import Store, choices
from tests.stores import clock, sqlite_store, sqlite_template

__all__ = ["clock", "sqlite_store", "sqlite_template"]


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    with sqlite_store.write() as session:
        choices.choose_purpose(
            session,
            purpose="research",
            number=1,
            now_s=sqlite_store.now_s(),
            reference="R 1",
            ethics_approved=True,
        )
    return sqlite_store
