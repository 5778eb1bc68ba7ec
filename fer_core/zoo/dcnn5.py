"""The five-class network of the third published system: 32x32, two convolutions.

Published: input 32x32, two convolutions each with dropout and 2x2 pooling, dense softmax of five.
Left open and chosen here: 3x3 kernels, 16 and 32 filters, ReLU, dropout 0.25. At the published
learning rate of 0.01 twice as many filters often end in a constant answer.
"""

from collections.abc import Sequence
from typing import Any

import keras

from fer_core.zoo.blocks import heads


def build(
    *,
    size: int = 32,
    channels: int = 1,
    classes: int = 5,
    filters: Sequence[int] = (16, 32),
    dropout: float = 0.25,
    fast: bool = False,
) -> Any:
    """Conv, dropout, pool, twice; dense."""
    del fast
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = inputs
    for width in filters:
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.Dropout(dropout)(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten(name="embedding")(x)
    return keras.Model(inputs, heads(x, classes, ferplus=False), name="dcnn5")
