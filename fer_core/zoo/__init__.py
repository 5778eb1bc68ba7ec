"""Architectures, one file each, in plain Keras layers: they run on any Keras backend.

Every network takes float32 images (batch, size, size, channels), already preprocessed as its
recipe says, and returns a dict of logits: ``fer`` (the data set's classes) and, where the
network has the second head, ``ferplus`` (8 classes, FER+ votes).

Importing this package is cheap; building a network imports Keras.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from fer_core.errors import ConfigError

ARCHITECTURES: tuple[str, ...] = (
    "mien",
    "lenet",
    "fer2013_cnn",
    "dcnn5",
    "mini_xception",
    "mobilenet",
    "resnet",
    "dlib_face",
)


def build_network(name: str, **options: Any) -> Any:
    """A fresh ``keras.Model`` of the architecture ``name``.

    Args:
        name: one of ``ARCHITECTURES``.
        options: passed to the architecture's ``build``; all have defaults.

    Raises:
        ConfigError: no such architecture, or an option it does not have.
    """
    if name not in ARCHITECTURES:
        raise ConfigError(
            f"There is no architecture {name!r}. Choose one of: {', '.join(ARCHITECTURES)}."
        )
    module = import_module(f"fer_core.zoo.{name}")
    try:
        return module.build(**options)
    except TypeError as error:
        raise ConfigError(f"The architecture {name!r} cannot be built: {error}.") from error


def load_network(path: Path, architecture: str) -> Any:
    """The network in a ``.keras`` file of this project, whose architecture has layers of its own.

    Raises:
        OSError, ValueError: there is no such file, or it holds something else.
    """
    import keras

    # Keras reads only layers that have been defined by then.
    import_module(f"fer_core.zoo.{architecture}")
    return keras.models.load_model(path, compile=False)
