"""The optimiser's learning rates: equal, or by layer and heads first."""

from typing import Any

import keras
import numpy as np
import pytest

from fer_core.training.model import layer_rates, make_optimizer
from fer_core.training.recipe import OptimizerPart
from fer_core.zoo import build_network


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return build_network("mien", size=16, widths=[4, 8, 8], depths=[1, 1, 1])


def test_layers_learn_the_faster_the_later_they_are(network: keras.Model) -> None:
    shares, is_head = layer_rates(network, 0.1)
    heads = {
        v.path.split("/")[0]
        for v, head in zip(network.trainable_variables, is_head, strict=True)
        if head
    }
    assert heads == {"fer", "ferplus"}
    assert shares[0] == pytest.approx(0.1)
    assert [s for s, head in zip(shares, is_head, strict=True) if head] == [1.0] * 4
    assert shares == sorted(shares)
    assert len(set(shares)) == 7, "convolution and normalisation of three stages, and the heads"


def moves(network: keras.Model, part: OptimizerPart, steps: int) -> list[list[float]]:
    """How far each variable goes at each step if all gradients are one."""
    optimizer = make_optimizer(part, epochs=9, steps_per_epoch=2, network=network)
    variables, moved = network.trainable_variables, []
    for _ in range(steps):
        before = [np.asarray(v).copy() for v in variables]
        optimizer.apply([keras.ops.ones_like(v) for v in variables], variables)
        moved.append(
            [float(np.abs(np.asarray(v) - b).max()) for v, b in zip(variables, before, strict=True)]
        )
    return moved


def part_of(name: Any, **values: Any) -> OptimizerPart:
    return OptimizerPart(name=name, learning_rate=1e-2, schedule="constant", **values)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_each_layer_moves_by_its_share(network: keras.Model, name: str) -> None:
    shares, _ = layer_rates(network, 0.1)
    (moved,) = moves(network, part_of(name, early_rate=0.1), 1)
    np.testing.assert_allclose(np.array(moved) / moved[-1], shares, rtol=1e-3)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_the_heads_learn_first_and_nothing_else_moves(network: keras.Model, name: str) -> None:
    _, is_head = layer_rates(network, 1.0)
    # Two steps an epoch; weight decay must not move what does not learn yet.
    moved = moves(network, part_of(name, weight_decay=0.1, head_epochs=1), 5)
    for step in range(3):
        assert [distance > 0 for distance in moved[step]] == is_head
    assert all(distance > 0 for distance in moved[4])


def test_equal_rates_need_no_optimiser_of_ours() -> None:
    assert type(make_optimizer(OptimizerPart(), epochs=1, steps_per_epoch=1)) is (
        keras.optimizers.AdamW
    )
