"""mini-Xception (Arriaga et al. 2017, arXiv 1710.07557), the field's usual small network."""

from typing import Any

import keras

from fer_core.zoo.blocks import batch_norm, conv_bn


def _module(x: Any, filters: int, fast: bool) -> Any:
    layers = keras.layers
    shortcut = conv_bn(x, filters, fast=fast, kernel=1, strides=2, relu=False)
    for index in range(2):
        x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
        x = batch_norm(fast)(x)
        if index == 0:
            x = layers.ReLU()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


def build(*, size: int = 48, channels: int = 1, classes: int = 7, fast: bool = False) -> Any:
    """Two convolutions of 8, four separable residual modules of 16 to 128, global pooling."""
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = conv_bn(conv_bn(inputs, 8, fast=fast), 8, fast=fast)
    for filters in (16, 32, 64, 128):
        x = _module(x, filters, fast)
    x = layers.Conv2D(classes, 3, padding="same")(x)
    logits = layers.GlobalAveragePooling2D(dtype="float32", name="fer")(x)
    return keras.Model(inputs, {"fer": logits}, name="mini_xception")
