"""ResNet-50 (He et al. 2016, arXiv 1512.03385) on grey faces, by choice on given weights."""

from pathlib import Path
from typing import Any

import keras

from fer_core.zoo.backbones import build_on


def build(
    *,
    size: int = 48,
    channels: int = 1,
    classes: int = 7,
    enlarge: int = 1,
    dropout: float = 0.2,
    ferplus: bool = False,
    weights: Path | str | None = None,
    weights_sha256: str | None = None,
    fast: bool = False,
) -> Any:
    """The backbone without its top, global pooling, heads.

    Raises:
        ConfigError: ``weights`` is missing, not the file its hash names, or does not fit.
    """
    del fast  # the application brings its own normalisation layers
    return build_on(
        keras.applications.ResNet50,
        name="resnet",
        size=size,
        channels=channels,
        classes=classes,
        enlarge=enlarge,
        dropout=dropout,
        ferplus=ferplus,
        weights=weights,
        weights_sha256=weights_sha256,
    )
