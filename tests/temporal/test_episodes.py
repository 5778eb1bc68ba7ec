"""Episodes, segments, transitions and variability: by hand, and as properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.temporal import EpisodeDetector, TrackMeasures
from fer_core.types import Faces, FrameResult
from tests.temporal.results import probs_of

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def follow(
    happy: list[float], step_s: float = 0.1, track_id: int = 1, **options: float
) -> TrackMeasures:
    """A face whose probability of happy is given; the label is happy from 0.5 on, else sad."""
    detector = EpisodeDetector(**options)
    for index, p in enumerate(happy):
        detector.add(frame(index * step_s, p, track_id))
    return detector.finish()[track_id]


def frame(time_s: float, happy: float, track_id: int = 1, label: str | None = None) -> FrameResult:
    probs = np.zeros((1, 7), np.float32)
    probs[0, HAPPY], probs[0, SAD] = happy, 1 - happy
    faces = Faces([[0, 0, 9, 9]], [1.0], track_ids=[track_id])  # type: ignore[arg-type]
    label = label or ("happy" if happy >= 0.5 else "sad")
    return FrameResult(time_s, 64, 48, faces, probs, probs, (label,))


def happy_episodes(track: TrackMeasures) -> list[tuple[float, float, float, float]]:
    return [
        (round(e.onset_s, 3), round(e.peak_s, 3), round(e.end_s, 3), round(e.peak, 3))
        for e in track.episodes
        if e.emotion == "happy"
    ]


@pytest.mark.parametrize(
    ("happy", "expected"),
    [
        pytest.param([0.1] * 10, [], id="never"),
        pytest.param([0.1, 0.6, 0.9, 0.6, 0.6, 0.6, 0.6, 0.1], [(0.1, 0.2, 0.7, 0.9)], id="once"),
        pytest.param([0.6, 0.4, 0.4, 0.4, 0.7, 0.4, 0.1], [(0.0, 0.4, 0.6, 0.7)], id="hysteresis"),
        pytest.param([0.4] * 10, [], id="below enter"),
        pytest.param([0.1, 0.9, 0.9, 0.9, 0.9, 0.1], [], id="too short"),
        pytest.param([0.1] + [0.9] * 5 + [0.1], [(0.1, 0.1, 0.6, 0.9)], id="just long enough"),
        pytest.param([0.2] + [0.9] * 6, [(0.1, 0.1, 0.6, 0.9)], id="open at the end"),
    ],
)
def test_episodes(happy: list[float], expected: list[tuple[float, float, float, float]]) -> None:
    assert happy_episodes(follow(happy)) == expected


def test_a_gap_ends_episode_and_segment_and_does_not_count_as_seen() -> None:
    detector = EpisodeDetector(max_gap_s=0.5)
    for time_s in (0.0, 0.3, 0.6, 2.0, 2.3, 2.6):
        detector.add(frame(time_s, 0.9))
    (track,) = detector.finish().values()
    assert happy_episodes(track) == [(0.0, 0.0, 0.6, 0.9), (2.0, 2.0, 2.6, 0.9)]
    assert [(s.label, s.start_s, s.end_s) for s in track.segments] == [
        ("happy", 0.0, 0.6),
        ("happy", 2.0, 2.6),
    ]
    assert track.seen_s == pytest.approx(1.2)
    assert track.transitions.sum() == 0


def test_transitions_look_through_unsure_but_not_through_absence() -> None:
    detector = EpisodeDetector(max_gap_s=0.5)
    labels = ["happy", "unsure", "sad", "sad", "happy"]
    for index, label in enumerate(labels):
        detector.add(frame(0.2 * index, 0.5, label=label))
    detector.add(frame(9.0, 0.5, label="angry"))
    (track,) = detector.finish().values()
    assert track.transitions[HAPPY, SAD] == track.transitions[SAD, HAPPY] == 1
    assert track.transitions.sum() == 2
    assert track.changes_per_min == pytest.approx(60 * 2 / 0.8)
    assert track.label_s == pytest.approx({"happy": 0.2, "unsure": 0.2, "sad": 0.4})
    assert np.isnan(track.segments[1].mean)


def test_mean_and_variability_weigh_by_time_not_by_frames() -> None:
    detector = EpisodeDetector(max_gap_s=2)
    for time_s, p in ((0.0, 0.8), (0.1, 0.8), (0.2, 0.8), (1.0, 0.4), (2.0, 0.4)):
        detector.add(frame(time_s, p))
    (track,) = detector.finish().values()
    assert track.mean[HAPPY] == pytest.approx(0.6, abs=1e-6)
    assert track.variability[HAPPY] == pytest.approx(0.2, abs=1e-6)


def test_two_people_do_not_mix() -> None:
    detector = EpisodeDetector()
    probs = np.stack([probs_of(happy=0.9), probs_of(sad=0.9)])
    faces = Faces(np.zeros((2, 4)), np.ones(2), track_ids=[4, 2])  # type: ignore[arg-type]
    for index in range(10):
        detector.add(FrameResult(index / 10, 64, 48, faces, probs, probs, ("happy", "sad")))
    tracks = detector.finish()
    assert {key: [e.emotion for e in t.episodes] for key, t in tracks.items()} == {
        4: ["happy"],
        2: ["sad"],
    }


def test_what_cannot_be_followed_is_left_out() -> None:
    detector = EpisodeDetector()
    bad = np.full((1, 7), np.nan, np.float32)
    faces = Faces([[0, 0, 9, 9]], [1.0], track_ids=[1])  # type: ignore[arg-type]
    detector.add(FrameResult(0.0, 64, 48, faces, bad, bad, ("unsure",)))
    detector.add(frame(0.1, 0.9, track_id=-1))
    detector.add(frame(0.2, 0.9))
    detector.add(frame(0.2, 0.1))  # time stands still
    detector.add(frame(0.1, 0.1))  # and goes back
    (track,) = detector.finish().values()
    assert track.seen_s == 0
    assert track.mean[HAPPY] == pytest.approx(0.9)


@pytest.mark.parametrize(
    "options",
    [{"enter": 0.3, "leave": 0.4}, {"leave": 0}, {"enter": 1.1}, {"min_length_s": -1}]
    + [{"max_gap_s": 0}, {"enter": float("nan")}],
)
def test_impossible_options(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="Received"):
        EpisodeDetector(**options)


STREAMS = st.lists(st.tuples(st.floats(0.01, 0.9), st.floats(0, 1)), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(STREAMS)
def test_properties(stream: list[tuple[float, float]]) -> None:
    detector, now, seen = EpisodeDetector(), 0.0, {}
    for step_s, p in stream:
        now += step_s
        detector.add(frame(now, p))
        seen[now] = float(np.float32(p))
    (track,) = detector.finish().values()
    for e in track.episodes:
        inside = [p for t, p in seen.items() if e.onset_s <= t < e.end_s] + [e.peak]
        assert e.onset_s <= e.peak_s <= e.end_s
        assert e.length_s >= 0.5 - 1e-6
        if e.emotion == "happy":
            assert seen[e.onset_s] >= 0.5
            assert seen[e.peak_s] == e.peak == max(inside)
            assert min(inside) >= 0.35
    for before, after in zip(track.segments, track.segments[1:], strict=False):
        assert before.end_s <= after.start_s
    assert sum(track.label_s.values()) == pytest.approx(track.seen_s, abs=1e-9)
    assert track.seen_s <= track.last_s - track.first_s + 1e-9
    assert not np.diag(track.transitions).any()
    if track.seen_s > 0:
        assert track.mean.sum() == pytest.approx(1, abs=1e-5)
        assert (track.variability <= 0.5 + 1e-6).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0.1, 0.42, 0.7, 0.95]), min_size=3, max_size=20))
def test_frame_rate_does_not_matter(levels: list[float]) -> None:
    """Each level held for 0.4 s: at twice the rate the same happens."""
    slow = follow([p for p in levels for _ in range(2)], step_s=0.2)
    fast = follow([p for p in levels for _ in range(4)], step_s=0.1)
    cut = {(o, p) for o, _, e, p in happy_episodes(slow) if e < 0.4 * len(levels) - 0.3}
    assert cut <= {(o, p) for o, _, _, p in happy_episodes(fast)}
    assert (slow.transitions == fast.transitions).all()


def test_a_frame_that_is_shown_counts_until_the_next_one() -> None:
    """One frame every two seconds; in the fourth the face is gone, in the last comes another."""
    detector = EpisodeDetector()
    for index, happy in enumerate([0.9, 0.9, 0.2]):
        detector.add(frame(2.0 * index, happy), is_shown=True)
    nobody = frame(6.0, 0.9, track_id=-1)
    detector.add(nobody, is_shown=True)
    detector.add(frame(8.0, 0.8, track_id=2), is_shown=True)
    detector.pause(8.0, alone_s=0.5)
    first, last = detector.tracks[1], detector.tracks[2]
    assert (first.seen_s, first.last_s, first.label_s) == (6.0, 6.0, {"happy": 4.0, "sad": 2.0})
    assert first.mean[HAPPY] == pytest.approx((0.9 + 0.9 + 0.2) / 3)
    assert happy_episodes(first) == [(0.0, 0.0, 4.0, 0.9)]
    assert (last.seen_s, last.label_s) == (0.5, {"happy": 0.5})


def test_a_pause_ends_what_is_open() -> None:
    detector = EpisodeDetector(max_gap_s=5)
    detector.add(frame(0.0, 0.9), is_shown=True)
    detector.pause(1.0)
    detector.add(frame(3.0, 0.9), is_shown=True)
    detector.pause(4.0)
    track = detector.tracks[1]
    assert (track.seen_s, [(s.start_s, s.end_s) for s in track.segments]) == (2, [(0, 1), (3, 4)])
