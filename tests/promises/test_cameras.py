"""One camera before a class: figures, and all that they add up to, are of k people who moved.

There is no list of who is in view, so a record is what one person showed in one frame. Whoever
knows that somebody showed the same all lesson long can solve for more, which threat-model.md says.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fer_core.classroom import measures, seconds
from fer_core.classroom.seconds import CrowdMeter
from fer_core.types import Faces, FrameResult
from tests.promises.algebra import Weights, few_told

PEOPLE, POSTERS, HZ, WARM = 7, 2, 2, 12
#: All shares of a second and of a group become whole numbers when multiplied by it.
_WHOLE = 2 * 2520

#: Who gets up or sits down before each frame, and whether the picture stops for some seconds.
EVENTS = st.lists(
    st.tuples(st.sets(st.integers(0, PEOPLE - 1), max_size=3), st.booleans()),
    min_size=1,
    max_size=16,
)


def frame(view: Sequence[int], number: int) -> FrameResult:
    """People sway at their desks; two posters hang on the wall, always in view."""
    sway = [4 * np.sin(2 * (number // HZ) + one) for one in view] + [0.0] * POSTERS
    left = [120.0 * one for one in (*view, *range(PEOPLE, PEOPLE + POSTERS))]
    boxes = np.array([[x + s, s, x + s + 100, s + 100] for x, s in zip(left, sway, strict=True)])
    probs = np.full((len(boxes), 7), 1 / 7)
    return FrameResult(
        0, 1280, 720, Faces(boxes, np.ones(len(boxes))), probs, probs, ("",) * len(boxes)
    )


def figures_of(
    monkeypatch: pytest.MonkeyPatch, views: Sequence[Sequence[int]], times: Sequence[float], k: int
) -> tuple[list[Weights], dict[tuple[int, int], int]]:
    """The weight of each face of each frame in each second's figures, and whose face it is.

    Each face of each frame has a column of its own, in which it shows one and all others nothing;
    figures are taken before they are rounded, which only hides.
    """
    count = PEOPLE + POSTERS
    monkeypatch.setattr(seconds, "WIDTH", width := count * len(views))
    monkeypatch.setattr(measures, "WIDTH", width)
    monkeypatch.setattr(seconds, "_round_tenths", lambda values: values)
    meter, found = CrowdMeter(k), []
    for number, (view, time_s) in enumerate(zip(views, times, strict=True)):
        rows = np.zeros((len(view) + POSTERS, width))
        everybody = (*view, *range(PEOPLE, count))
        rows[range(len(rows)), [count * number + one for one in everybody]] = 1.0
        monkeypatch.setattr(seconds, "measure_faces", lambda _, rows=rows: rows)
        meter.add(frame(view, number), time_s)
        found += [figures.values for _, figures in meter.take()]
    whole = [np.round(values * _WHOLE) for values in found]
    assert all(np.allclose(w, v * _WHOLE, atol=1e-6) for w, v in zip(whole, found, strict=True))
    shown = [{divmod(int(c), count): int(w[c]) for c in np.flatnonzero(w)} for w in whole]
    return shown, {record: record[1] for figure in shown for record in figure}


def lesson(
    monkeypatch: pytest.MonkeyPatch, k: int, events: list[tuple[set[int], bool]]
) -> tuple[list[Weights], dict[tuple[int, int], int]]:
    """Everybody sits for some seconds; then people come and go, and the picture stops at times."""
    present, views = set(range(PEOPLE)), [list(range(PEOPLE))] * WARM
    times = [100 + number / HZ for number in range(WARM)]
    for moved, stops in events:
        present = present ^ moved
        times += [times[-1] + (4.0 if stops else 0.0) + (1 + n) / HZ for n in range(HZ)]
        views += [sorted(present)] * HZ
    return figures_of(monkeypatch, views, times, k)


@pytest.mark.parametrize("k", [2, 3, 5])
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(events=EVENTS)
def test_no_figures_before_a_camera_tell_about_few(
    monkeypatch: pytest.MonkeyPatch, k: int, events: list[tuple[set[int], bool]]
) -> None:
    shown, people = lesson(monkeypatch, k, events)
    assert shown, "while all sit"
    assert all(person < PEOPLE for person in people.values()), "posters are in no figure"
    assert few_told(shown, people, k) is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("k", [2, 3, 5])
@settings(max_examples=2000, suppress_health_check=list(HealthCheck), derandomize=False)
@given(events=EVENTS)
def test_thousands_of_lessons_before_a_camera(
    monkeypatch: pytest.MonkeyPatch, k: int, events: list[tuple[set[int], bool]]
) -> None:
    shown, people = lesson(monkeypatch, k, events)
    assert all(person < PEOPLE for person in people.values())
    assert few_told(shown, people, k) is None


def test_a_camera_that_shows_everybody_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, people = lesson(monkeypatch, 1, [(set(range(1, PEOPLE)), False)])
    assert few_told(shown, people, 2) is not None
