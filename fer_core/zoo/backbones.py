"""A Keras application as backbone: weights of the operator's choice, or none."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from fer_core.errors import ConfigError
from fer_core.zoo.blocks import heads


def check_weights(path: Path, sha256: str | None) -> Path:
    """The file, if it is the one its hash names.

    Raises:
        ConfigError: missing, no .h5 file, no hash given, or another content.
    """
    if path.suffix != ".h5" or not path.is_file():
        raise ConfigError(f"Weights must be an existing .h5 file. Received: {path}.")
    if sha256 is None:
        raise ConfigError(f"The weights {path} need their sha256. Give weights_sha256 as well.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        raise ConfigError(f"The weights {path} have sha256 {digest}, not {sha256}: wrong file?")
    return path


def build_on(
    application: Callable[..., Any],
    *,
    name: str,
    size: int,
    channels: int,
    classes: int,
    enlarge: int,
    dropout: float,
    ferplus: bool,
    weights: Path | str | None,
    weights_sha256: str | None,
    **options: Any,
) -> Any:
    """Grey faces, enlarged ``enlarge`` times and repeated to three channels, into a backbone."""
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = layers.UpSampling2D(enlarge, interpolation="bilinear")(inputs) if enlarge > 1 else inputs
    x = layers.Concatenate()([x, x, x]) if channels == 1 else x
    side = size * enlarge
    backbone = application(include_top=False, weights=None, input_shape=(side, side, 3), **options)
    if weights is not None:
        path = check_weights(Path(weights), weights_sha256)
        try:
            backbone.load_weights(path)
        except (ValueError, OSError, KeyError) as error:
            raise ConfigError(f"The weights {path} do not fit {name}: {error}.") from error
    x = layers.GlobalAveragePooling2D(name="embedding")(backbone(x))
    x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, heads(x, classes, ferplus=ferplus), name=name)
