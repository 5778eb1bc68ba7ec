"""What is loaded once is set apart once."""

import gc
from collections.abc import Iterator

import pytest

from fer_core.app import collector


class Ring:
    """Circular garbage once nobody holds it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def nothing_settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(collector, "_settled", set())
    yield
    gc.unfreeze()


def test_a_collection_looks_at_what_came_later_only(nothing_settled: None) -> None:
    before = len(gc.get_objects())
    collector.settle("live")
    assert gc.get_freeze_count() >= before // 2
    assert len(gc.get_objects()) < before // 10


def test_each_page_is_settled_once_so_that_visitors_are_not_kept(nothing_settled: None) -> None:
    collector.settle("live")
    frozen = gc.get_freeze_count()
    rings = [Ring() for _ in range(100)]
    collector.settle("live")
    assert gc.get_freeze_count() <= frozen
    del rings
    assert gc.collect() >= 100
    rings = [Ring() for _ in range(100)]
    collector.settle("metrics")
    assert gc.get_freeze_count() >= frozen + 100
    del rings
