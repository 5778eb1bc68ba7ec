"""A study: orders, the way through it, conditions against each other."""

import numpy as np
import pytest
from scipy import stats

from fer_core.errors import FerError
from fer_core.labels import EMOTIONS
from fer_core.reactions import ReactionCourse, Study, StudyItem, Take
from fer_core.reactions.contrast import ANSWER, compare, comparison_rows, mean_of, table_rows
from fer_core.reactions.course import Heard
from fer_core.reactions.study import StudyRun, is_complete, make_study, order_of
from tests.app.fakes import make_sample

HAPPY = EMOTIONS.index("happy")


def study(*conditions: str, is_random: bool = False, pause_s: int = 0, question: str = "") -> Study:
    items = [StudyItem(f"clip{index}", name) for index, name in enumerate(conditions)]
    return make_study(
        "a1", name="Adverts", items=items, is_random=is_random, pause_s=pause_s, question=question
    )


@pytest.mark.parametrize(
    "change",
    [
        {"items": []},
        {"items": [StudyItem("a", "x")] * 2},
        {"items": [StudyItem(str(n), "x") for n in range(21)]},
        {"items": [StudyItem("a", " ")]},
        {"name": ""},
        {"pause_s": -1},
        {"pause_s": 301},
        {"question": "\u202e?"},
    ],
)
def test_what_is_no_study(change: dict[str, object]) -> None:
    values = {"name": "A", "items": [StudyItem("a", "x")], "is_random": False, "pause_s": 1}
    with pytest.raises(FerError):
        make_study("k", **(values | change))  # type: ignore[arg-type]


def test_a_study_is_kept_as_it_is() -> None:
    one = study("calm", "loud", "calm", is_random=True, pause_s=7, question="Nice?")
    assert Study.of_dict(one.to_dict()) == one
    assert one.conditions == ("calm", "loud")
    for broken in ({}, {"key": 1}, one.to_dict() | {"items": 3}, one.to_dict() | {"items": []}):
        assert Study.of_dict(broken) is None


def test_a_seed_gives_its_order_and_all_orders_come() -> None:
    one = study("a", "b", "c", is_random=True)
    assert order_of(one, 5) == order_of(one, 5)
    orders = {order_of(one, seed) for seed in range(200)}
    assert len(orders) == 6
    assert order_of(study("a", "b", "c"), 5) == study("a", "b", "c").items


def test_the_way_through_asks_pauses_and_ends() -> None:
    run = StudyRun(study("a", "b", pause_s=4, question="Nice?"), seed=1)
    assert (run.item.clip, run.is_asking, run.pause_left_s(0.0)) == ("clip0", False, 0.0)
    run.end_clip([Heard(2.0, 2.0, 0.0, True), Heard(5.0, 5.0, 3.0, False)], 5.0)
    assert run.is_asking
    with pytest.raises(FerError, match="from 1 to 7"):
        run.answer(8)
    run.answer(6)
    assert (run.item.clip, run.is_asking, run.pause_left_s(6.0)) == ("clip1", False, 3.0)
    assert run.pause_left_s(9.0) == 0.0
    run.end_clip([Heard(9.0, 9.0, 0.0, True), Heard(11.0, 11.0, 2.0, False)], 11.0)
    assert not run.is_over
    run.answer(2)
    assert run.is_over
    samples = [make_sample(second) for second in range(12)]
    takes = run.takes(samples, {"clip0": 3.0, "clip1": 2.0})
    assert [(t.clip, t.condition, t.position, t.answer) for t in takes] == [
        ("clip0", "a", 1, 6),
        ("clip1", "b", 2, 2),
    ]
    assert [len(t.course.probs) for t in takes] == [3, 2]
    assert is_complete(run.study, takes)
    assert not is_complete(run.study, takes[:1])


# --- comparison ---------------------------------------------------------------------------------


def take(index: int, condition: str, happy: float, answer: int | None = None) -> Take:
    probs = np.full((4, 7), (1 - happy) / 6)
    probs[:, HAPPY] = happy
    return Take(f"clip{index}", condition, index + 1, answer, ReactionCourse(probs, np.ones(4)))


def test_means_weigh_by_the_time_that_was_seen() -> None:
    probs = np.full((3, 7), 0.1)
    probs[1] = np.nan
    probs[2, HAPPY] = 0.7
    assert mean_of(ReactionCourse(probs, np.array([0.5, 0.0, 1.0])))[HAPPY] == pytest.approx(0.5)
    assert np.isnan(mean_of(ReactionCourse(np.full((2, 7), np.nan), np.zeros(2)))).all()


def test_the_table_has_a_row_for_each_clip() -> None:
    rows = table_rows([take(1, "loud", 0.4, 3), take(0, "calm", 0.1)], {"clip0": "Sea"})
    assert [(r["position"], r["clip"], r["condition"], r["answer"], r["happy"]) for r in rows] == [
        (1, "Sea", "calm", None, 0.1),
        (2, "clip1", "loud", 3, 0.4),
    ]


def viewers(count: int) -> list[tuple[Take, ...]]:
    """Each is happier with the loud clip, by a difference of their own."""
    rng = np.random.default_rng(3)
    return [
        (take(0, "calm", low, 3), take(1, "loud", low + more, 5))
        for low, more in zip(
            rng.uniform(0.1, 0.3, count), rng.normal(0.2, 0.05, count), strict=True
        )
    ]


def test_conditions_are_compared_within_viewers_as_scipy_does() -> None:
    given = viewers(12)
    found = compare(study("calm", "loud"), given, 5)
    assert found is not None
    assert found.viewers == 10, "full groups of five"
    (happy,) = [one for one in found.contrasts if one.measure == "happy"]
    first, second = (
        np.array([t[column].course.probs[0, HAPPY] for t in given[:10]]) for column in (0, 1)
    )
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    differences = first - second
    assert happy.difference == pytest.approx(differences.mean(), abs=0.005)
    assert (happy.low, happy.high) == pytest.approx(expected, abs=0.005)
    g = differences.mean() / differences.std(ddof=1) * (1 - 3 / 35)
    assert happy.effect == pytest.approx(g, abs=0.005)
    (said,) = [one for one in found.contrasts if one.measure == ANSWER]
    assert (said.difference, said.low, said.high, said.effect) == (-2.0, -2.0, -2.0, None)
    rows = comparison_rows(found)
    assert len(rows) == 2 * 8 + 8
    assert {row["second"] for row in rows} == {None, "loud"}


def test_intervals_hold_what_they_promise() -> None:
    """Of differences drawn around 0.1, nineteen of twenty intervals hold it."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        given = [(take(0, "a", 0.5), take(1, "b", 0.4 + d)) for d in rng.normal(0.0, 0.1, 10)]
        found = compare(study("a", "b"), given, 5)
        assert found is not None
        (happy,) = [one for one in found.contrasts if one.measure == "happy"]
        held += happy.low <= 0.1 <= happy.high
    assert 0.92 < held / 400 < 0.98


@pytest.mark.parametrize(
    ("count", "gone", "people"),
    [(4, None, None), (5, None, 5), (9, None, 5), (5, 2, None), (10, 2, 5), (10, 9, 5)],
)
def test_full_groups_or_nothing(count: int, gone: int | None, people: int | None) -> None:
    given: list[tuple[Take, ...] | None] = [*viewers(count)]
    if gone is not None:
        given[gone] = None
    found = compare(study("calm", "loud"), given, 5)
    assert (found and found.viewers) == people


def test_without_a_question_no_answers_are_compared() -> None:
    given = [(take(0, "a", 0.5), take(1, "b", 0.4))] * 5
    found = compare(study("a", "b"), given, 5)
    assert found is not None
    assert ANSWER not in {one.measure for one in found.means}
