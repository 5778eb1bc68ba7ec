from dataclasses import dataclass
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.streaming.clock import Pacer, StreamClock


@dataclass
class Stamp:
    time: float | None

    @property
    def pts(self) -> int | None:
        return None if self.time is None else round(self.time * 90000)


def read_all(steps: list[tuple[float | None, float]]) -> list[float]:
    clock = StreamClock()
    return [clock.read(Stamp(stamp), now) for stamp, now in steps]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([(5.0, 100.0), (5.5, 100.6), (6.0, 101.0)], [0, 0.5, 1.0], id="own time"),
        pytest.param([(None, 10.0), (None, 10.5), (None, 12.0)], [0, 0.5, 2.0], id="no stamps"),
        pytest.param([(0.0, 0.0), (None, 1.0), (2.0, 2.0)], [0, 1.0, 2.0], id="one missing"),
        pytest.param(
            [(90.0, 0.0), (91.0, 1.0), (0.0, 5.0), (1.0, 6.0)], [0, 1, 5, 6], id="camera restarts"
        ),
        pytest.param([(0.0, 0.0), (1.0, 1.0), (0.0, 1.1)], [0, 1, 1.1], id="restarts at once"),
        pytest.param([(0.0, 0.0), (900.0, 1.0), (901.0, 2.0)], [0, 1, 2], id="jump ahead"),
        pytest.param([(0.0, 0.0), (60.0, 60.0)], [0, 60], id="a true pause"),
        pytest.param([(0.0, 0.0), (1.0, 1.0), (0.9, 1.1)], [0, 1, 1], id="one late frame"),
        pytest.param([(0.0, 0.0), (0.0, 0.1), (0.1, 0.2)], [0, 0, 0.1], id="same stamp twice"),
    ],
)
def test_stream_time(steps: list[tuple[float | None, float]], expected: list[float]) -> None:
    assert read_all(steps) == pytest.approx(expected)


@given(
    st.lists(
        st.tuples(st.none() | st.floats(-1e6, 1e6), st.floats(0, 100)), min_size=1, max_size=50
    )
)
def test_time_never_runs_back_nor_far_from_what_passed(
    steps: list[tuple[float | None, float]],
) -> None:
    now, timed = 0.0, []
    for stamp, passed in steps:
        now += passed
        timed.append((stamp, now))
    times = read_all(timed)
    assert times == sorted(times)
    for (_, now), time_s in zip(timed, times, strict=True):
        assert abs(time_s - (now - timed[0][1])) <= 2.0 + 1e-6


def test_reads_a_decoded_frame() -> None:
    clock, frame = StreamClock(), av.VideoFrame(16, 16, "yuv420p")
    frame.time_base = Fraction(1, 90000)
    frame.pts = 90000
    assert clock.read(frame, 7.0) == 0.0
    frame.pts = 135000
    assert clock.read(frame, 7.5) == pytest.approx(0.5)
    frame.pts = None
    assert clock.read(frame, 8.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("fps", "rate", "expected"),
    [(30, 15, 15), (15, 15, 15), (25, 15, 15), (30, 10, 10), (5, 15, 5)],
)
def test_pacer_takes_its_share(fps: int, rate: int, expected: int) -> None:
    jitter = [0.0, 0.004, -0.003, 0.005, -0.004]
    pacer = Pacer()
    taken = sum(pacer.is_due(n / fps + jitter[n % 5], rate) for n in range(fps * 20))
    assert taken == pytest.approx(expected * 20, rel=0.06)


def test_pacer_does_not_catch_up_after_a_pause() -> None:
    pacer = Pacer()
    assert pacer.is_due(0.0, 10)
    taken = [pacer.is_due(60.0 + n / 100, 10) for n in range(100)]
    assert sum(taken) <= 11
