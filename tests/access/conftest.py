"""A store in a file, shared with what the door and the pages use."""

import pytest

from fer_core.storage import Store
from tests.stores import process_store, sqlite_template

__all__ = ["process_store", "sqlite_template"]


@pytest.fixture
def store(process_store: Store) -> Store:
    return process_store
