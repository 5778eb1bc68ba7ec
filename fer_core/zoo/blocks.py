"""Layers that several architectures share."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("mien")
class FastBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation over channels-last images, twice as fast to train on a CPU.

    Keras 3 composes the layer from about ten element-wise operations in float32; on TensorFlow
    this one calls the fused kernel instead, which reads bfloat16. Weights and results are those
    of the parent class (the fused kernel keeps the unbiased variance), so a trained network is
    saved with the plain layer. On other backends it is the parent class.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        is_channels_last = self.axis in (-1, len(inputs.shape) - 1)
        if (
            keras.backend.backend() != "tensorflow"
            or not training
            or not self.trainable
            or len(inputs.shape) != 4
            or not is_channels_last
        ):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.cast(self.gamma, tf.float32),
            tf.cast(self.beta, tf.float32),
            epsilon=self.epsilon,
            is_training=True,
        )
        keep = self.momentum
        self.moving_mean.assign(self.moving_mean * keep + mean * (1.0 - keep))
        self.moving_variance.assign(self.moving_variance * keep + variance * (1.0 - keep))
        return outputs


def batch_norm(fast: bool, **options: Any) -> keras.layers.Layer:
    """The layer for training (fast) or for a saved network (plain); same weights, same order."""
    layer = FastBatchNormalization if fast else keras.layers.BatchNormalization
    return layer(momentum=0.9, epsilon=1e-3, **options)


def conv_bn(
    x: Any, filters: int, *, fast: bool, kernel: int = 3, strides: int = 1, relu: bool = True
) -> Any:
    """Convolution without bias, batch normalisation and, unless told otherwise, ReLU."""
    x = keras.layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    x = batch_norm(fast)(x)
    return keras.layers.ReLU()(x) if relu else x


def squeeze_excite(x: Any, ratio: int = 8) -> Any:
    """Channel attention (Hu et al. 2018, arXiv 1709.01507)."""
    channels = x.shape[-1]
    s = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = keras.layers.Conv2D(max(8, channels // ratio), 1, activation="relu")(s)
    s = keras.layers.Conv2D(channels, 1, activation="sigmoid")(s)
    return keras.layers.Multiply()([x, s])


def heads(features: Any, classes: int, *, ferplus: bool) -> dict[str, Any]:
    """Logits in float32 whatever the compute type: ``fer`` and, by choice, ``ferplus``."""
    outputs = {"fer": keras.layers.Dense(classes, dtype="float32", name="fer")(features)}
    if ferplus:
        outputs["ferplus"] = keras.layers.Dense(8, dtype="float32", name="ferplus")(features)
    return outputs
