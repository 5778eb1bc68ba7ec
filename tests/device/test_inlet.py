"""What a device may say, and what is refused and counted."""

import math
from typing import Any

import numpy as np
import pytest

from fer_core.device.inlet import BURST, MOST_LATE, MOST_SAMPLES, DeviceSecond, SampleInlet
from tests.clock import Clock
from tests.device.samples import face, probs_of, sample


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def inlet(clock: Clock) -> SampleInlet:
    return SampleInlet("visit", "wellbeing", "browser", clock=clock)


def _send(inlet: SampleInlet, clock: Clock, seconds: int, first: int = 0) -> None:
    for number in range(first, first + seconds):
        assert inlet.take([sample(number)]).accepted == 1
        clock.now_s += 1.0


def test_a_second_becomes_samples(inlet: SampleInlet, clock: Clock) -> None:
    seen: list[DeviceSecond] = []
    inlet.listen = seen.append
    large = face(7, box=[0.0, 0.0, 0.9, 0.9], facing=0.5, valid_s=0.8, concentration=0.4)
    receipt = inlet.take([sample(3, 41.0, large, face(2)), sample(4, 43.0)])
    assert (receipt.accepted, receipt.refused, receipt.last_seq) == (2, 0, 4)
    samples = inlet.samples()
    assert [(s.time_s, s.track_id) for s in samples] == [(0, 2), (0, 7), (2, 1)]
    np.testing.assert_allclose(samples[1].probs, probs_of(7), atol=1e-5)
    assert samples[1].facing == 0.5
    assert samples[1].valid_s == 0.8
    assert math.isnan(samples[1].eyes_open)
    assert (seen[0].focus, seen[0].concentration) == (1, 0.4)
    assert inlet.analysed_s == 3.5


BAD = [
    pytest.param({"probs": [0.5] * 7}, "sum", id="sum"),
    pytest.param({"probs": [1.0]}, "malformed", id="too few"),
    pytest.param({"probs": [1.5, -0.5, 0, 0, 0, 0, 0]}, "malformed", id="outside 0..1"),
    pytest.param({"probs": [float("nan")] * 7}, "malformed", id="not a number"),
    pytest.param({"box": [0.5, 0.5, 0.4, 0.6]}, "box", id="box turned round"),
    pytest.param({"box": [0.0, 0.0, 99.0, 99.0]}, "malformed", id="box in pixels"),
    pytest.param({"valid_s": 1.5}, "malformed", id="more than the second"),
    pytest.param({"id": -1}, "malformed", id="no id"),
    pytest.param({"id": "1"}, "malformed", id="text as id"),
    pytest.param({"person_id": 5}, "malformed", id="another person"),
]


@pytest.mark.parametrize(("changes", "reason"), BAD)
def test_an_impossible_face_is_refused(
    inlet: SampleInlet, changes: dict[str, Any], reason: str
) -> None:
    receipt = inlet.take([sample(0, None, face(**{"number": 1}) | changes), sample(1)])
    assert (receipt.accepted, receipt.reasons) == (1, {reason: 1})
    assert inlet.refused[reason] == 1
    assert len(inlet.samples()) == 1


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        "x",
        sample(-1, 0),
        sample(0, 0.5),
        sample(0, -1),
        sample(0, float("inf")),
        {**sample(0), "person_id": 3},
        {**sample(0), "faces": [face(n) for n in range(99)]},
    ],
)
def test_what_is_no_sample_is_refused(inlet: SampleInlet, raw: Any) -> None:
    assert inlet.take([raw]).reasons == {"malformed": 1}
    assert not inlet.has_begun


def test_one_face_twice_is_refused(inlet: SampleInlet) -> None:
    assert inlet.take([sample(0, None, face(1), face(1))]).reasons == {"face": 1}


def test_what_came_before_counts_once(inlet: SampleInlet, clock: Clock) -> None:
    _send(inlet, clock, 5)
    before = inlet.samples()
    receipt = inlet.take([sample(3), sample(4), sample(5)])
    assert (receipt.accepted, receipt.reasons, receipt.last_seq) == (1, {"replayed": 2}, 5)
    assert inlet.take([sample(9, 4.0)]).reasons == {"rate": 1}, "a second that was there"
    assert len(inlet.samples()) == len(before) + 1


def test_a_gap_of_the_network_loses_nothing_up_to_half_a_minute(
    inlet: SampleInlet, clock: Clock
) -> None:
    _send(inlet, clock, 5)
    clock.now_s += MOST_LATE
    batch = [sample(number) for number in range(5, 5 + MOST_SAMPLES)]
    assert inlet.take(batch).accepted == MOST_SAMPLES
    assert len(inlet.samples()) == 5 + MOST_SAMPLES


def test_what_is_older_is_late(inlet: SampleInlet, clock: Clock) -> None:
    _send(inlet, clock, 5)
    clock.now_s += 60.0
    receipt = inlet.take([sample(5), sample(6), sample(60)])
    assert receipt.reasons == {"late": 2}
    assert receipt.accepted == 1


def test_nobody_fills_in_an_hour_within_a_minute(inlet: SampleInlet, clock: Clock) -> None:
    accepted = 0
    for number in range(0, 3600, 30):
        accepted += inlet.take([sample(n) for n in range(number, number + 30)]).accepted
        clock.now_s += 0.5
    assert accepted <= 60 + MOST_LATE + 5
    assert inlet.refused["early"] > 3000


def test_too_much_at_once_is_counted(inlet: SampleInlet, clock: Clock) -> None:
    receipt = inlet.take([sample(n) for n in range(MOST_SAMPLES + 10)])
    assert (receipt.accepted, receipt.reasons) == (MOST_SAMPLES, {"flooding": 10})
    answers = [inlet.may_ask() for _ in range(30)]
    assert answers.count(True) == BURST
    clock.now_s += 1.0
    assert inlet.may_ask()
    assert inlet.refused["flooding"] == 10 + 30 - BURST


def test_after_its_end_a_visit_takes_nothing(inlet: SampleInlet, clock: Clock) -> None:
    _send(inlet, clock, 2)
    inlet.close()
    assert inlet.take([sample(2)]).reasons == {"closed": 1}
    assert len(inlet.samples()) == 2


def test_the_visits_time_goes_by_what_came_fastest(inlet: SampleInlet, clock: Clock) -> None:
    inlet.take([sample(0)])  # half a second after its end, as in time as can be
    assert inlet.now_s == 1.5
    clock.now_s += 4.0
    inlet.take([sample(1)])  # three seconds late
    assert inlet.now_s == 5.5
    assert inlet.since_arrival_s == 3.0
