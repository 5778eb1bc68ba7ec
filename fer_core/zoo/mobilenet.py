"""MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) on grey faces, by choice on given weights."""

from pathlib import Path
from typing import Any

import keras

from fer_core.zoo.backbones import build_on


def build(
    *,
    size: int = 48,
    channels: int = 1,
    classes: int = 7,
    enlarge: int = 2,
    alpha: float = 1.0,
    dropout: float = 0.2,
    ferplus: bool = False,
    weights: Path | str | None = None,
    weights_sha256: str | None = None,
    fast: bool = False,
) -> Any:
    """The backbone without its top, ``alpha`` times as wide; global pooling, heads.

    Raises:
        ConfigError: ``weights`` is missing, not the file its hash names, or does not fit.
    """
    del fast  # the application brings its own normalisation layers
    return build_on(
        keras.applications.MobileNetV2,
        name="mobilenet",
        size=size,
        channels=channels,
        classes=classes,
        enlarge=enlarge,
        dropout=dropout,
        ferplus=ferplus,
        weights=weights,
        weights_sha256=weights_sha256,
        alpha=alpha,
    )
