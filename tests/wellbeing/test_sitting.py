"""Check-ins second by second: what is kept, what pauses, what is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.labels import EMOTIONS
from fer_core.types import EmotionSample, Faces, FrameResult
from fer_core.wellbeing.ratios import STRESS_FIVE, Verdict
from fer_core.wellbeing.sitting import Alert, Rule, SecondKind, Sitting, judge


def sample(
    second: int, emotion: str = "happy", *, track: int = 1, valid_s: float = 1.0
) -> EmotionSample:
    probs = np.full(7, 0.02, np.float32)
    probs[EMOTIONS.index(emotion)] = 0.88
    return EmotionSample(float(second), 1.0, track, probs, valid_s=valid_s)


@pytest.mark.parametrize(
    ("found", "what"),
    [
        ([], SecondKind.AWAY),
        ([sample(0)], SecondKind.KEPT),
        ([sample(0), sample(0, track=2)], SecondKind.PAUSED),
        ([sample(0), sample(0, track=2, valid_s=0.1)], SecondKind.KEPT),
        ([sample(0, valid_s=0.1)], SecondKind.AWAY),
    ],
)
def test_what_a_second_is(found: list[EmotionSample], what: SecondKind) -> None:
    sitting = Sitting()
    kept = sitting.take(found, 1.5)
    assert sitting.seconds == [what]
    assert len(kept) == (what is SecondKind.KEPT)
    assert sitting.is_paused is (what is SecondKind.PAUSED)
    assert all(one.track_id == 1 for one in kept), "the stray face is not the one kept"


def test_a_second_waits_until_it_is_analysed() -> None:
    """A busy server is behind: what it has not looked at yet is not away."""
    sitting = Sitting()
    assert len(sitting.take([sample(0)], 2.4)) == 1
    assert sitting.seconds == [SecondKind.KEPT]
    sitting.take([sample(0), sample(1)], 2.5)
    assert sitting.seconds == [SecondKind.KEPT, SecondKind.KEPT]


def test_an_hour_is_the_end_pauses_included() -> None:
    sitting = Sitting()
    seen = [
        sample(second, track=track) for second in range(3700) for track in (1, 2)[: 1 + second % 2]
    ]
    assert len(sitting.take(seen, 3700.0)) == 1800
    assert sitting.is_full
    assert sitting.elapsed_s == 1800


def test_a_second_face_makes_the_check_in_longer_and_leaves_nothing() -> None:
    sitting = Sitting(limit_s=30)
    samples = [sample(n) for n in range(45)] + [sample(n, "angry", track=2) for n in range(10, 15)]
    samples.sort(key=lambda one: one.time_s)
    kept = sitting.take(samples, 60.0)
    assert [int(one.time_s) for one in kept] == [*range(10), *range(15, 35)]
    assert (sitting.elapsed_s, len(sitting.seconds), sitting.is_full) == (30, 35, True)
    assert sitting.take(samples, 90.0) == []
    assert sitting.result(Rule(window_s=30)).stress.coverage == pytest.approx(1.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 9.0), min_size=1, max_size=12))
def test_however_often_one_looks_the_seconds_are_the_same(steps: list[float]) -> None:
    samples = [sample(n, track=1 + (n % 7 == 0)) for n in range(60) if n % 5]
    at_once, in_steps, time_s = Sitting(), Sitting(), 0.0
    given_out: list[EmotionSample] = []
    for step in steps:
        time_s += step
        given_out += in_steps.take([one for one in samples if one.time_s < time_s], time_s)
    assert at_once.take([one for one in samples if one.time_s < time_s], time_s) == given_out
    assert at_once.seconds == in_steps.seconds


@pytest.mark.parametrize(
    ("emotion", "rule", "verdict"),
    [
        ("happy", Rule(), Verdict.NOT_STRESSED),
        ("sad", Rule(), Verdict.STRESSED),
        ("fear", Rule(), Verdict.STRESSED),
        ("fear", Rule(emotions=STRESS_FIVE), Verdict.NOT_STRESSED),
        ("sad", Rule(threshold=0.95), Verdict.NOT_STRESSED),
        ("sad", Rule(emotions=("happy",)), Verdict.NOT_STRESSED),
    ],
)
def test_the_rule_decides(emotion: str, rule: Rule, verdict: Verdict) -> None:
    sitting = Sitting()
    sitting.take([sample(n, emotion) for n in range(60)], 61.0)
    assert sitting.result(rule).verdict is verdict


def test_the_window_is_the_last_part_and_away_time_counts_against_coverage() -> None:
    sitting = Sitting()
    seen = [sample(n, "sad") for n in range(60)] + [sample(n) for n in range(60, 80)]
    sitting.take(seen, 121.0)
    assert len(sitting.seconds) == 120
    result = sitting.result(Rule(window_s=60))
    assert result.stress.coverage == pytest.approx(20 / 60)
    assert result.happiness.value == pytest.approx(0.88)
    assert result.verdict is Verdict.CANNOT_TELL
    assert sitting.result(Rule(window_s=600)).window_s == 120


def test_nothing_seen_says_nothing() -> None:
    result = Sitting().result(Rule())
    assert result.verdict is Verdict.CANNOT_TELL
    assert np.isnan(result.mix).all()
    assert judge([], [], [], Rule(), window_s=60).stress.valid_s == 0


def test_the_alert_needs_the_whole_time_without_a_break() -> None:
    alert = Alert(hold_s=30)
    assert not any(alert.update(Verdict.STRESSED, t) for t in range(30))
    assert alert.update(Verdict.STRESSED, 30)
    assert not alert.update(Verdict.CANNOT_TELL, 31)
    assert not alert.update(Verdict.STRESSED, 32)


@pytest.mark.parametrize(
    ("faces", "shift", "is_person"),
    [(1, 10.0, True), (1, 0.0, False), (2, 10.0, False)],
    ids=["sways", "still", "anybody's"],
)
def test_whether_a_person_sits_there(faces: int, shift: float, is_person: bool) -> None:
    sitting = Sitting()
    for second in range(30):
        left = np.arange(faces)[:, None] * 200 + shift * (second % 2)
        boxes = left * [1, 0, 1, 0] + [0.0, 100.0, 100.0, 200.0]
        sitting.watch(
            FrameResult(
                float(second),
                640,
                480,
                Faces(boxes, np.ones(faces)),
                np.full((faces, 7), 1 / 7, np.float32),
                np.full((faces, 7), 1 / 7, np.float32),
                ("happy",) * faces,
                {},
            )
        )
    assert sitting.is_person is is_person
