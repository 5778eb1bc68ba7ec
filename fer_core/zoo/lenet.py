"""LeNet-5 (LeCun et al. 1998), the network of the first published system, for seven classes.

The publication names the network and nothing more; size 48, ReLU and max pooling are ours.
"""

from typing import Any

import keras

from fer_core.zoo.blocks import heads


def build(*, size: int = 48, channels: int = 1, classes: int = 7, fast: bool = False) -> Any:
    """Two 5x5 convolutions with pooling, dense layers of 120 and 84."""
    del fast  # there is no normalisation to choose
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = layers.Conv2D(6, 5, padding="same", activation="relu")(inputs)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(120, activation="relu")(x)
    x = layers.Dense(84, activation="relu", name="embedding")(x)
    return keras.Model(inputs, heads(x, classes, ferplus=False), name="lenet")
