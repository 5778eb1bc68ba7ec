"""Tests never touch the project's own data folder, nor each other's settings."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pylibsrtp  # noqa: F401 - before TensorFlow: loaded after it, the first stream ends the process
import pytest

from fer_core.config import settings

# The same examples in every run; a machine that is busy for a moment fails nothing.
hypothesis.settings.register_profile("mien", derandomize=True, deadline=None)
hypothesis.settings.load_profile("mien")


@pytest.fixture(scope="session", autouse=True)
def _own_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A data folder of its own for this run, also for the processes that tests start."""
    before = os.environ.get("FER_DATA_DIR")
    os.environ["FER_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    settings.cache_clear()
    yield
    if before is None:
        del os.environ["FER_DATA_DIR"]
    else:
        os.environ["FER_DATA_DIR"] = before


ROOT = Path(__file__).parent
#: Folders whose tests need the machine to themselves; single tests elsewhere are marked `alone`.
ALONE = ("bench", "e2e", "loopback")
#: Folders whose tests share what is dear: TensorFlow's import, a PostgreSQL server.
TOGETHER = {"training": "keras", "zoo": "keras", "storage": "storage"}
#: Marks that a go asks for; a file says which its tests have, or its folder does.
MARKS = ("alone", "e2e", "soak")


@cache
def _may_hold(path: Path, mark: str) -> bool:
    """Whether tests of the file may have the mark, as far as can be told without importing it."""
    if mark == "alone" and path.relative_to(ROOT).parts[0] in ALONE:
        return True
    words = ("mark.alone", "mark.e2e") if mark == "alone" else (f"mark.{mark}",)
    text = path.read_text(encoding="utf-8")
    return any(word in text for word in words)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Importing every file takes longer than some goes: a go reads those it can choose from."""
    if re.search(r"\bor\b|\(", config.option.markexpr):
        return None
    wanted = re.findall(r"(?:not )?\w+", config.option.markexpr)
    if not {mark for mark in MARKS if {mark, f"not {mark}"} & set(wanted)}:
        return None
    files = [collection_path]
    if collection_path.is_dir():
        files = sorted(collection_path.rglob("test_*.py"))
    return not any(_is_of_go(path, wanted) for path in files if path.suffix == ".py") or None


def _is_of_go(path: Path, wanted: list[str]) -> bool:
    if "not alone" in wanted and path.relative_to(ROOT).parts[0] in ALONE:
        return False
    return all(_may_hold(path, mark) for mark in MARKS if mark in wanted)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests run alone, and which on one worker: a file's, and some folders'."""
    for item in items:
        place = item.path.relative_to(ROOT)
        if place.parts[0] in ALONE or item.get_closest_marker("e2e"):
            item.add_marker("alone")
        for mark in MARKS:
            if item.get_closest_marker(mark) and not _may_hold(item.path, mark):
                raise pytest.UsageError(f"{place}: write pytest.mark.{mark} into the file itself.")
        item.add_marker(pytest.mark.xdist_group(TOGETHER.get(place.parts[0], place.as_posix())))


#: Threads of libraries that keep a pool of their own; every other one belongs to its test.
POOLS = ("AnyIO worker thread", "asyncio_", "ThreadPoolExecutor")
ENDS_WITHIN_S = 10.0


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    """A test ends its threads: one that goes on works on another test's data."""
    before = set(threading.enumerate())
    yield
    end_s = time.monotonic() + ENDS_WITHIN_S
    while left := _own_threads() - before:
        names = ", ".join(sorted(thread.name for thread in left))
        assert time.monotonic() < end_s, f"threads that outlive their test: {names}"
        time.sleep(0.005)


def _own_threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if not one.name.startswith(POOLS)}


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Settings are read once per process: after a test changed the environment, read again."""
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Streamlit puts the page in place of the main module, which a spawned process would import."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def portrait() -> Path:
    """The public-domain portrait that comes with the project."""
    return Path(__file__).parent.parent / "fer_core" / "assets" / "astronaut.png"
