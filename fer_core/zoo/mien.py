"""Mien's own network: a small VGG-like or residual stack with two heads on shared features."""

from collections.abc import Sequence
from typing import Any

import keras

from fer_core.zoo.blocks import conv_bn, heads, squeeze_excite


def build(
    *,
    size: int = 48,
    channels: int = 1,
    classes: int = 7,
    widths: Sequence[int] = (32, 64, 128, 256),
    depths: Sequence[int] = (2, 2, 2, 2),
    stem: int = 0,
    residual: bool = False,
    attention: bool = False,
    dropout: float = 0.2,
    ferplus: bool = True,
    fast: bool = False,
) -> Any:
    """A stack of stages, each ``depths[i]`` 3x3 convolutions of ``widths[i]``, halved in between.

    With ``residual``, the second and later pairs of convolutions of a stage are bridged
    (He et al. 2016, arXiv 1512.03385); ``attention`` adds squeeze-and-excitation. A ``stem`` of
    that many 5x5 filters halves the image first: full-size stages are what costs time.
    """
    inputs = keras.Input((size, size, channels), name="image")
    x = conv_bn(inputs, stem, kernel=5, strides=2, fast=fast) if stem else inputs
    for index, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        if residual:
            x = conv_bn(x, width, fast=fast)
            for _ in range((depth - 1) // 2):
                y = conv_bn(x, width, fast=fast)
                y = conv_bn(y, width, fast=fast, relu=False)
                if attention:
                    y = squeeze_excite(y)
                x = keras.layers.ReLU()(keras.layers.Add()([x, y]))
        else:
            for _ in range(depth):
                x = conv_bn(x, width, fast=fast)
            if attention:
                x = squeeze_excite(x)
        if index < len(widths) - 1:
            x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.GlobalAveragePooling2D(name="embedding")(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(inputs, heads(x, classes, ferplus=ferplus), name="mien")
