"""The filters over time: they go by seconds, hold what they should, and fit into the smoother."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.temporal import MarkovFilter, PlainFilter, RecurrentFilter, Smoother, TemporalFilter

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def row(best: int, share: float = 0.7) -> np.ndarray:
    probs = np.full(7, (1 - share) / 6)
    probs[best] = share
    return probs


class Counter:
    """A step network whose state counts the frames and whose answer is its embedding's."""

    def __init__(self) -> None:
        self.passed: list[float] = []

    def start(self) -> np.ndarray:
        return np.zeros(1, np.float32)

    def step(
        self, state: np.ndarray, probs: np.ndarray, embedding: np.ndarray, passed_s: float
    ) -> tuple[np.ndarray, np.ndarray]:
        self.passed.append(passed_s)
        return row(int(embedding[0])), state + 1


def run(steady: TemporalFilter, rows: list[np.ndarray], step_s: float) -> np.ndarray:
    found, state = steady.begin(rows[0], None)
    for probs in rows[1:]:
        found, state = steady.step(state, probs, None, step_s)
    return found


@pytest.mark.parametrize("steady", [PlainFilter(), MarkovFilter(), MarkovFilter(2.0, 0.3)])
def test_the_result_depends_on_time_and_not_on_the_frame_rate(steady: TemporalFilter) -> None:
    """A second of sad after a second of happy, at 5 and at 100 frames a second."""
    results = [run(steady, [row(HAPPY)] * hz + [row(SAD)] * hz, 1 / hz) for hz in (20, 100)]
    assert results[0].argmax() == results[1].argmax() == SAD
    np.testing.assert_allclose(results[0], results[1], atol=0.06)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.floats(0.2, 1.0)), min_size=1, max_size=20),
    st.floats(0.0, 3.0),
)
def test_markov_rows_are_probabilities(shown: list[tuple[int, float]], step_s: float) -> None:
    found = run(MarkovFilter(), [row(*one) for one in shown], step_s)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)


def test_markov_forgets_at_the_rate_of_its_chain() -> None:
    """Frames that say nothing leave the chain alone: b = 1/7 + (b0 - 1/7) exp(-7 t / (6 D))."""
    steady = MarkovFilter(dwell_s=2.0, evidence_s=0.3)
    nothing = np.full(7, 1 / 7)
    found = run(steady, [row(HAPPY, 1.0), *[nothing] * 10], 0.1)
    assert found[HAPPY] == pytest.approx(1 / 7 + 6 / 7 * np.exp(-7 * 1.0 / 12), abs=1e-9)


def test_markov_outlives_one_wrong_frame_and_follows_a_change() -> None:
    steady = MarkovFilter(dwell_s=2.0, evidence_s=0.3)
    happy, sad = [row(HAPPY)] * 20, [row(SAD)] * 20
    assert run(steady, [*happy, row(SAD)], 0.05).argmax() == HAPPY
    assert run(steady, [*happy, *sad], 0.05).argmax() == SAD


@pytest.mark.parametrize("options", [{"dwell_s": 0.0}, {"evidence_s": -1.0}, {"dwell_s": np.inf}])
def test_impossible_markov(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="above 0"):
        MarkovFilter(**options)


def test_the_smoother_keeps_a_state_per_face_and_corrects_behind_a_network() -> None:
    head = Counter()
    smoother = Smoother(steady=RecurrentFilter(head))
    ids = np.array([1, 2])
    probs = np.stack([row(HAPPY), row(HAPPY)]).astype(np.float32)
    seen = np.array([[SAD], [HAPPY]], np.float32)
    smoother.update(probs, ids, 0.0, seen)
    smoothed, labels = smoother.update(probs, ids, 0.2, seen)
    assert labels == ("sad", "happy")
    assert [t.state.item() for t in smoother._tracks.values()] == [2, 2]
    assert head.passed == [0, 0, 0.2, 0.2]
    np.testing.assert_allclose(smoothed.sum(axis=1), 1, atol=1e-6)
    offsets = np.zeros(7, np.float32)
    offsets[SAD] = -np.log(3)
    smoother.set_baseline(offsets)
    corrected, _ = smoother.update(probs, ids, 0.4, seen)
    assert corrected[0, SAD] == pytest.approx((0.7 / 3) / (0.7 / 3 + 0.3), abs=1e-6)


def test_a_network_without_embeddings_is_refused() -> None:
    smoother = Smoother(steady=RecurrentFilter(Counter()))
    with pytest.raises(ValueError, match="needs the embeddings"):
        smoother.update(row(HAPPY)[None].astype(np.float32), np.array([1]), 0.0)
