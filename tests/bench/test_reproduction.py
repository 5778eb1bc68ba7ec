"""The arithmetic of the benchmarks that repeat trainings."""

import numpy as np
import pytest
from pydantic import ValidationError

from bench.ablation import cell, changed
from bench.reproduction import clustered_interval
from fer_core.training.recipe import load_recipe


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("optimizer.class_weight=sqrt", "sqrt"),
        ("optimizer.learning_rate=0.5", 0.5),
        ("augment.flip=false", False),
        ("network.options.dense=8", 8),
        ("epochs=3", 3),
    ],
)
def test_a_change_goes_where_it_says(change: str, expected: object) -> None:
    values = changed(load_recipe("fer2013_cnn"), change).model_dump()
    for part in change.partition("=")[0].split("."):
        values = values[part]
    assert values == expected


def test_several_changes_go_together() -> None:
    recipe = changed(load_recipe("lenet"), "data.split=official; optimizer.class_weight=sqrt")
    assert (recipe.data.split, recipe.optimizer.class_weight) == ("official", "sqrt")


def test_an_impossible_change_is_refused() -> None:
    with pytest.raises(ValidationError):
        changed(load_recipe("lenet"), "optimizer.class_weight=strong")


def test_a_cell_gives_mean_and_spread() -> None:
    assert cell([0.5]) == "0.5000"
    assert cell([0.4, 0.5, 0.6]) == "0.5000 ± 0.1000"


def test_frames_of_one_group_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    good = rng.random(40) < 0.5
    groups = np.repeat([f"s{i:02d}" for i in range(40)], 50)
    together = clustered_interval(np.repeat(good, 50), groups)
    alone = clustered_interval(
        np.repeat(good, 50), np.array([str(i) for i in range(2000)], dtype=np.str_)
    )
    share = good.mean()
    assert together[0] < alone[0] < share < alone[1] < together[1]
    # 40 groups that are all right or all wrong are 40 throws of a coin.
    half = 1.96 * np.sqrt(share * (1 - share) / 40)
    assert together[1] - together[0] == pytest.approx(2 * half, rel=0.15)
