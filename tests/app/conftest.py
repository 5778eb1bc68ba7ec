"""What these tests share: Streamlit as a running server has it, and what runs leave."""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from streamlit.components.v2 import manifest_scanner

from fer_core.app import keeping
from fer_core.app.access import rights
from fer_core.app.classroom import state as classroom_state
from fer_core.storage import Store
from tests.run_files import data_dir, make_run, recipe, spawned
from tests.stores import process_store, sqlite_template

__all__ = ["data_dir", "make_run", "process_store", "recipe", "spawned", "sqlite_template"]


@pytest.fixture(scope="session", autouse=True)
def _scan_packages_once() -> Iterator[None]:
    """Look for components among the installed packages once, as a server does when it starts.

    ``AppTest`` looks at every run of a page, which is two thirds of the time of a test.
    """
    scan = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = lru_cache(maxsize=None)(scan)
    yield
    manifest_scanner.scan_component_manifests = scan


@pytest.fixture(autouse=True)
def _keeper_ends() -> Iterator[None]:
    """The first run of the router starts one for the process: here, for the test."""
    yield
    keeping.end_keeper()


@pytest.fixture
def store(process_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of this process, for pages without an operator's login."""
    monkeypatch.setattr(rights, "has_login", lambda: False)
    yield process_store
    classroom_state.close_hubs()
