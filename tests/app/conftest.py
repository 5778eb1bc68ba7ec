"""What these tests share: Streamlit as a running server has it, and what runs leave."""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.run_files import data_dir, make_run, recipe, spawned

__all__ = ["data_dir", "make_run", "recipe", "spawned"]


@pytest.fixture(scope="session", autouse=True)
def _scan_packages_once() -> Iterator[None]:
    """Look for components among the installed packages once, as a server does when it starts.

    ``AppTest`` looks at every run of a page, which is two thirds of the time of a test.
    """
    scan = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = lru_cache(maxsize=None)(scan)
    yield
    manifest_scanner.scan_component_manifests = scan
