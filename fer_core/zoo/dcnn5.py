"""The five-class network of the third published system: 32x32, two convolutions.

Published: input 32x32, two convolutions each with dropout and 2x2 pooling, dense softmax of five.
Left open and chosen here: 3x3 kernels, 32 and 64 filters, ReLU, dropout 0.25.
"""

from typing import Any

import keras

from fer_core.zoo.blocks import heads


def build(
    *,
    size: int = 32,
    channels: int = 1,
    classes: int = 5,
    dropout: float = 0.25,
    fast: bool = False,
) -> Any:
    """Conv, dropout, pool, twice; dense."""
    del fast
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = inputs
    for filters in (32, 64):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.Dropout(dropout)(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten(name="embedding")(x)
    return keras.Model(inputs, heads(x, classes, ferplus=False), name="dcnn5")
