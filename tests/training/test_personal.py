"""The personal head: what it learns, what it keeps, and what splits report of it. No Keras."""

import numpy as np
import pytest

from fer_core.datasets import FaceSet
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.training.personal import Embedded, compare_splits, hold_out, measure_set, rounds_of
from fer_core.training.personal_head import PULLS, Head, fit_head, hold_groups_out

RNG = np.random.default_rng(5)
SIZE = 16
CENTRES = RNG.normal(0, 1, (7, SIZE)).astype(np.float32)
#: What the old head believes: the class centres, three of them mixed up.
START = Head(0.2 * np.ascontiguousarray(CENTRES[[0, 1, 2, 3, 5, 6, 4]].T), np.zeros(7, np.float32))


_DRAWN = RNG.bit_generator.state


@pytest.fixture(autouse=True)
def begin_the_draws_anew() -> None:
    """What a test draws does not depend on which ran before it."""
    RNG.bit_generator.state = _DRAWN


def draw(
    people: int, takes: int = 2, each: int = 3, noise: float = 0.4, apart: float = 0.8
) -> Embedded:
    """Features around the centres; each take has an offset of its own that its frames share."""
    features, labels, who, clips = [], [], [], []
    for person in range(people):
        for take in range(takes):
            for label in range(7):
                offset = RNG.normal(0, apart, SIZE)
                for _ in range(each):
                    features.append(CENTRES[label] + offset + RNG.normal(0, noise, SIZE))
                    labels.append(label)
                    who.append(f"p{person}")
                    clips.append(f"take-{person}-{take}-{label}")
    n = len(labels)
    faces = FaceSet(
        name="made",
        labels=np.array(labels),
        label_names=EMOTIONS,
        splits=np.full(n, "all"),
        ids=np.arange(n),
        images=RNG.integers(0, 255, (n, 48, 48), np.uint8),
        participants=np.array(who),
        clips=np.array(clips),
        source="made",
    )
    x = np.array(features, np.float32)
    return Embedded(faces, faces.labels, x, x + RNG.normal(0, 0.05, x.shape).astype(np.float32))


def accuracy(head: Head, data: Embedded) -> float:
    return float((head.logits(data.features).argmax(1) == data.labels).mean())


def test_a_head_learns_what_the_old_one_mixed_up() -> None:
    train, test = draw(6), draw(4)
    assert accuracy(START, test) < 0.7
    head = fit_head(train.features, train.labels, START, pull=0.01)
    assert accuracy(head, test) > accuracy(START, test) + 0.15


def test_a_strong_pull_keeps_the_old_head_and_scale_does_not_matter() -> None:
    data = draw(2)
    held = fit_head(data.features, data.labels, START, pull=1e6)
    np.testing.assert_allclose(held.weights, START.weights, atol=1e-4)
    small = Head(START.weights * 10, START.bias)
    scaled = fit_head(data.features / 10, data.labels, small, pull=0.01)
    plain = fit_head(data.features, data.labels, START, pull=0.01)
    np.testing.assert_allclose(
        scaled.logits(data.features / 10), plain.logits(data.features), atol=0.02
    )


def test_a_class_that_was_not_recorded_stays_known() -> None:
    data = draw(3)
    seen = data.labels < 3
    head = fit_head(data.features[seen], data.labels[seen], START, pull=0.1)
    happy = data.labels == 3
    assert (head.logits(data.features[happy]).argmax(1) == 3).mean() > 0.5


def test_one_class_teaches_nothing() -> None:
    data = draw(1)
    rows = data.labels == 2
    with pytest.raises(DataError, match="two expressions"):
        fit_head(data.features[rows], data.labels[rows], START, pull=0.1)


def test_nobody_is_scored_by_a_head_that_saw_them() -> None:
    """Labels of the held-out person are turned around: their own figures must not follow."""
    data = draw(3)
    people = data.faces.participants
    assert people is not None
    mine = people == "p1"
    found = hold_groups_out(data.features, data.mirrored, data.labels, people, START)
    turned = np.where(mine, (data.labels + 3) % 7, data.labels)
    other = hold_groups_out(data.features, data.mirrored, turned, people, START)
    rest = np.concatenate([data.features[~mine], data.mirrored[~mine]])
    heads = [fit_head(rest, np.tile(data.labels[~mine], 2), START, pull=pull) for pull in PULLS]
    possible = [head.logits(data.features[mine]) for head in heads]
    # The pull may differ, as the others' heads saw the turned labels; the heads may not.
    for logits in (found.logits[mine], other.logits[mine]):
        assert min(np.abs(logits - one).max() for one in possible) < 1e-4


def test_many_people_are_held_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_core.training.personal_head.MOST_FOLDS", 3)
    data = draw(5, takes=1, each=1)
    found, how = hold_out(data, START)
    assert (found.folds, how) == (3, "all participants in 3 parts")


def test_the_frame_split_reports_too_much() -> None:
    data = draw(6, takes=1, apart=1.6)
    found, how = hold_out(data, START)
    assert how == "each participant in turn"
    report = measure_set(data, START, found, how)
    by_kind = {row["kind"]: row for row in report["splits"]}
    assert list(by_kind) == ["participant", "leave-one-out", "frames"]
    frames, one_out = by_kind["frames"], by_kind["leave-one-out"]
    assert frames["shared_takes"] == 1
    assert frames["warning"].startswith("Leaky")
    assert by_kind["participant"]["shared_takes"] == 0
    assert frames["after"] > one_out["after"] + 0.05
    assert frames["low"] <= frames["after"] <= frames["high"]
    counts = np.array(report["held_out"]["counts"])
    assert counts.sum() == len(data.labels)
    assert counts.trace() / counts.sum() == pytest.approx(report["held_out"]["after"])
    people = report["held_out"]["by_participant"]
    assert sum(np.array(row["counts"]).sum() for row in people.values()) == len(data.labels)


def test_one_person_holds_out_takes_and_one_take_nothing() -> None:
    data = draw(1)
    found, how = hold_out(data, START)
    assert "round of takes" in how
    report = measure_set(data, START, found, how)
    kinds = {row["kind"]: row["problem"] for row in report["splits"]}
    assert "at least" in kinds["participant"]
    assert "two participants" in kinds["leave-one-out"]
    assert kinds["frames"] is None
    assert set(rounds_of(data.faces)) == {"round 1", "round 2"}
    alone = draw(1, takes=1)
    with pytest.raises(DataError, match="two takes"):
        hold_out(alone, START)
    assert compare_splits(data, START, report["held_out"])[1]["problem"]


def test_who_is_needed_to_know_a_second_expression_is_scored_by_the_old_head() -> None:
    data = draw(1, takes=1)
    groups = np.where(data.labels == 0, "b", "a")
    found = hold_groups_out(data.features, data.mirrored, data.labels, groups, START)
    others = groups == "a"
    np.testing.assert_allclose(found.logits[others], START.logits(data.features[others]))
