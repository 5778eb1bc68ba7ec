"""The Conv2D/MaxPooling2D/Dropout/Dense network of the second published system.

Published are the kinds of layers, ReLU and the softmax of seven. Widths are ours, those that
tutorials on FER-2013 share, but for the dense layer: 64 instead of 1024 units, so that the
network stays under half a million parameters.
"""

from typing import Any

import keras

from fer_core.zoo.blocks import heads


def build(
    *,
    size: int = 48,
    channels: int = 1,
    classes: int = 7,
    dense: int = 64,
    fast: bool = False,
) -> Any:
    """Four 3x3 convolutions (32, 64, 128, 128), three poolings, three dropouts, one dense layer."""
    del fast
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.25)(x)
    x = layers.Conv2D(128, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(128, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.25)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(dense, activation="relu", name="embedding")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, heads(x, classes, ferplus=False), name="fer2013_cnn")
