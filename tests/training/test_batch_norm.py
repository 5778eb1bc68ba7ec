"""The fast batch normalisation is the plain one: weights, outputs, statistics."""

import keras
import numpy as np

from fer_core.zoo.blocks import FastBatchNormalization, batch_norm


def pair() -> tuple[keras.layers.Layer, keras.layers.Layer]:
    fast, plain = batch_norm(True), batch_norm(False)
    for layer in (fast, plain):
        layer.build((None, 12, 12, 6))
        rng = np.random.default_rng(1)
        layer.set_weights([rng.uniform(0.5, 2, 6).astype(np.float32) for _ in layer.weights])
    assert isinstance(fast, FastBatchNormalization)
    assert type(plain) is keras.layers.BatchNormalization
    return fast, plain


def images(n: int = 16) -> np.ndarray:
    scale = np.array([0.1, 1, 2, 5, 10, 30], np.float32)
    return np.random.default_rng(2).normal(3, 1, (n, 12, 12, 6)).astype(np.float32) * scale


def test_outputs_are_equal_in_and_outside_training() -> None:
    fast, plain = pair()
    for training in (False, True):
        np.testing.assert_allclose(
            np.asarray(fast(images(), training=training)),
            np.asarray(plain(images(), training=training)),
            rtol=1e-4,
            atol=1e-4,
        )


def test_statistics_follow_keras_own() -> None:
    fast, plain = pair()
    for _ in range(5):
        fast(images(), training=True)
        plain(images(), training=True)
    names = [w.name for w in plain.weights]
    assert [w.name for w in fast.weights] == names
    for name, a, b in zip(names, fast.get_weights(), plain.get_weights(), strict=True):
        # The fused kernel keeps the unbiased variance: 1/2304 larger here.
        np.testing.assert_allclose(a, b, rtol=1e-3, err_msg=name)
    start = pair()[0].get_weights()
    assert not np.allclose(fast.get_weights()[2], start[2]), "the mean did not move"


def test_a_frozen_layer_keeps_its_statistics() -> None:
    fast, plain = pair()
    fast.trainable = plain.trainable = False
    before = fast.get_weights()
    out, expected = fast(images(), training=True), plain(images(), training=True)
    np.testing.assert_allclose(np.asarray(out), np.asarray(expected), rtol=1e-4, atol=1e-4)
    for a, b in zip(before, fast.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_gradients_are_equal() -> None:
    import tensorflow as tf

    gradients = []
    for layer in pair():
        x = tf.Variable(images())
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
        gradients.append(tape.gradient(loss, [x, *layer.trainable_variables]))
    for a, b in zip(*gradients, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-3, atol=2e-3)
