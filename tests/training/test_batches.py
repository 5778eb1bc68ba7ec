"""Batches: the order depends on seed and epoch only, also inside Keras' own loop."""

import keras
import numpy as np
import pytest

from fer_core.training.batches import Batches, class_weights, one_hot


def make(n: int = 50, seed: int = 1, **options: float) -> Batches:
    images = np.arange(n, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 4), np.uint8)
    labels = np.arange(n) % 7
    weights = np.arange(n, dtype=np.float32)
    return Batches(
        images, {"fer": one_hot(labels, 7)}, batch_size=16, seed=seed, weights=weights, **options
    )


def rows_of(batches: Batches) -> list[int]:
    """Which images come, in their order; the weights carry the number."""
    return [int(w) for index in range(len(batches)) for w in batches[index][2]]


def test_order_depends_on_seed_and_epoch_only() -> None:
    one, two = make(), make()
    one.start_epoch(4)
    rows_of(one)
    one.start_epoch(2)
    two.start_epoch(2)
    assert rows_of(one) == rows_of(two)
    two.start_epoch(3)
    assert rows_of(one) != rows_of(two)
    other = make(seed=2)
    other.start_epoch(2)
    assert rows_of(one) != rows_of(other)


def test_batches_are_whole_and_hold_each_image_once_at_most() -> None:
    batches = make()
    rows = rows_of(batches)
    assert len(batches) == 3
    assert len(rows) == len(set(rows)) == 48
    x, y, weights = batches[0]
    assert x.shape == (16, 4, 4, 1)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x[:, 0, 0, 0], weights)
    np.testing.assert_array_equal(y["fer"].argmax(1), weights.astype(int) % 7)


def test_a_set_smaller_than_a_batch_makes_one() -> None:
    batches = make(5)
    assert len(batches) == 1
    assert sorted(rows_of(batches)) == [0, 1, 2, 3, 4]


def test_mixup_mixes_images_and_targets_alike() -> None:
    batches = make(mixup=0.4)
    x, y, _ = batches[0]
    again = batches[0]
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_allclose(y["fer"].sum(1), 1, atol=1e-6)
    labels = np.arange(50) % 7
    plain = make()
    px, py, _ = plain[0]
    # Some share in 0..1 turns the plain batch into this one, for images and targets at once.
    spread = (px - px[::-1])[:, 0, 0, 0]
    at = int(np.abs(spread).argmax())
    share = float((x - px[::-1])[at, 0, 0, 0] / spread[at])
    assert 0 <= share <= 1
    np.testing.assert_allclose(
        y["fer"], share * py["fer"] + (1 - share) * py["fer"][::-1], atol=1e-5
    )
    assert labels.max() == 6


def test_cutmix_puts_a_rectangle_of_another_image_and_its_share_of_the_target() -> None:
    batches, plain = make(cutmix=1.0), make()
    is_cut = []
    for index in range(len(batches)):
        x, y, _ = batches[index]
        px, py, _ = plain[index]
        foreign = (x != px)[..., 0] & (px != px[::-1])[..., 0]
        np.testing.assert_array_equal(x[foreign], px[::-1][foreign])
        share = 1 - foreign.any(axis=0).mean()  # the same place in each image
        np.testing.assert_allclose(
            y["fer"], share * py["fer"] + (1 - share) * py["fer"][::-1], atol=1e-6
        )
        is_cut.append(0 < share < 1)
    assert any(is_cut)


def test_with_both_some_batches_are_mixed_whole_and_some_by_a_rectangle() -> None:
    batches, plain = make(400, mixup=0.5, cutmix=1.0), make(400)
    kinds = set()
    for index in range(len(batches)):
        is_own = (batches[index][0] == plain[index][0])[..., 0]
        kinds.add("rectangle" if is_own.all(axis=0).any() else "whole")
    assert kinds == {"rectangle", "whole"}


class Probe(keras.Model):
    """Writes down which images each step saw."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(7)
        self.seen: list[list[float]] = []

    def call(self, x: object) -> object:
        return {"fer": self.dense(keras.ops.mean(x, axis=(1, 2)))}

    def train_step(self, data: tuple) -> dict:
        self.seen.append(np.asarray(data[0])[:, 0, 0, 0].tolist())
        return {"loss": keras.ops.zeros(())}


def test_keras_sees_each_epoch_in_its_own_order() -> None:
    """Batches that are fetched ahead must not be drawn in the order of the epoch before."""

    class Start(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            batches.start_epoch(epoch)

    batches, model = make(), Probe()
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    model.fit(batches, epochs=4, initial_epoch=1, callbacks=[Start()], verbose=0, shuffle=False)
    expected = []
    for epoch in (1, 2, 3):
        fresh = make()
        fresh.start_epoch(epoch)
        expected += [fresh[i][0][:, 0, 0, 0].tolist() for i in range(len(fresh))]
    assert model.seen == expected


@pytest.mark.parametrize(("mode", "ratio"), [("none", 1.0), ("sqrt", 2.0), ("balanced", 4.0)])
def test_class_weights_have_mean_one_and_the_wanted_ratio(mode: str, ratio: float) -> None:
    labels = np.array([0] * 40 + [1] * 10)
    weights = class_weights(labels, 7, mode)
    assert weights.dtype == np.float32
    assert weights.mean() == pytest.approx(1)
    assert weights[-1] / weights[0] == pytest.approx(ratio, rel=1e-5)
