"""The figures of visits; the visits themselves need a browser and stand in ``tests/e2e``."""

import os
import sys
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import visits
from bench.visits import CROWD, RunCounter, VisitOutcome, plan, state_of, summarise
from fer_core.errors import ConfigError


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1]), (2, [1, 1]), (8, [1] * 4 + [4]), (11, [1] * 6 + [4, 1]), (16, [1] * 8 + [4, 4])],
)
def test_half_come_alone_and_half_in_fours(count: int, expected: list[int]) -> None:
    assert plan(count) == expected
    assert sum(plan(count)) == count
    assert max(plan(count)) <= CROWD


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (
            [VisitOutcome(1.0, 0, 4), VisitOutcome(3.0, 1, 8), VisitOutcome(None, 2, 90, "no")],
            {"visits": 3, "failed": 1, "lost_presses": 3, "median_s": 2.0, "p95_s": 2.9}
            | {"worst_s": 3.0, "script_runs": 6.0},
        ),
        (
            [VisitOutcome(None, 0, 3, "no")],
            {"visits": 1, "failed": 1, "lost_presses": 0, "median_s": None, "p95_s": None}
            | {"worst_s": None, "script_runs": None},
        ),
    ],
)
def test_summary(outcomes: list[VisitOutcome], expected: dict[str, Any]) -> None:
    assert summarise(outcomes) == expected


def test_runs_are_counted_by_what_the_browser_is_told() -> None:
    counter, started, other = RunCounter(), ForwardMsg(), ForwardMsg()
    started.new_session.name = "app"
    other.delta.new_element.text.body = "text"
    for message in (started, other, started):
        counter.see(message.SerializeToString())
    counter.see("no message of ours")
    assert counter.count == 2


def test_the_state_of_a_process_that_is_there_and_of_one_that_is_not() -> None:
    assert set(state_of(os.getpid())) == {"threads_end", "rss_mb_end"}
    assert state_of(2**30) == {"threads_end": None, "rss_mb_end": None}


def test_without_playwright_it_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    with pytest.raises(ConfigError, match=r"playwright, which is not installed.*requirements-dev"):
        visits.main(1, load=False, as_json=False)
