"""dlib's face recognition network (King 2017, CC0) under heads for expressions.

The layers are those of ``dlib_face_recognition_resnet_model_v1``: residual blocks (He et al.
2016, arXiv 1512.03385) of two 3x3 convolutions, whose shortcut halves by averaging and widens by
zero channels. dlib scales and shifts each channel after a convolution; here batch normalisation
does, which computes the same and can be trained.
``scripts/convert_dlib_face.py`` makes the weights from a package of a registry.
"""

from pathlib import Path
from typing import Any

import keras
from keras import ops

from fer_core.errors import ConfigError
from fer_core.zoo.backbones import check_weights
from fer_core.zoo.blocks import batch_norm, heads

#: Name of each block, its width at full size, and whether it halves the image.
BLOCKS: tuple[tuple[str, int, bool], ...] = (
    *((f"conv32_{n}", 32, False) for n in (1, 2, 3)),
    ("conv64_down", 64, True),
    *((f"conv64_{n}", 64, False) for n in (1, 2, 3)),
    ("conv128_down", 128, True),
    *((f"conv128_{n}", 128, False) for n in (1, 2)),
    ("conv256_down", 256, True),
    *((f"conv256_{n}", 256, False) for n in (1, 2)),
    ("conv256_down_out", 256, True),
)
STEM = "conv32_down"
#: What a face normalised to zero mean and unit deviation is multiplied by. dlib subtracts the
#: mean colour and divides by 256, and a face's grey values deviate by about 60.
INPUT_SCALE = 60 / 256


@keras.saving.register_keras_serializable("mien")
class GrowTo(keras.layers.Layer):  # type: ignore[misc]
    """Pads (batch, h, w, c) with zeros below, right and behind to the shape of a second input."""

    def call(self, inputs: Any) -> Any:
        x, like = inputs
        missing = [want - have for want, have in zip(like.shape[1:], x.shape[1:], strict=True)]
        return ops.pad(x, [[0, 0], *([0, max(0, n)] for n in missing)])

    def compute_output_shape(self, shapes: Any) -> Any:
        x, like = shapes
        sides = (max(a, b) for a, b in zip(x[1:], like[1:], strict=True))
        return (x[0], *sides)


def _conv(x: Any, filters: int, name: str, *, fast: bool, kernel: int = 3, strides: int = 1) -> Any:
    x = keras.layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same" if strides == 1 else "valid",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return batch_norm(fast, name=f"{name}_norm")(x)


def backbone(
    size: int,
    channels: int = 1,
    *,
    width: float = 1.0,
    blocks: int = len(BLOCKS),
    last: int = 0,
    grow: int = 0,
    fast: bool = False,
) -> Any:
    """Images (batch, size, size, channels) to (batch, h, w, 256) features, without weights.

    Args:
        width: factor on the number of channels; only 1 fits dlib's weights.
        blocks: how many of the blocks, from the first; all of them is dlib's network.
        last: width of the last of them, where it is to be narrower than in dlib's network.
        grow: side in pixels to which the network enlarges what it is given (bilinear); 0: not.

    Raises:
        ConfigError: a block would have nothing left to convolve, or cannot be narrower.
    """
    if last and not BLOCKS[:blocks][-1][2]:
        raise ConfigError(
            f"Only a block that halves can have a width of its own ('last'), and block {blocks} of "
            "dlib_face does not. Choose 4, 8, 11 or 14 blocks."
        )
    side = (((grow or size) - 7) // 2 + 1 - 3) // 2 + 1
    for name, _, halves in BLOCKS[:blocks]:
        if halves and side < 3:
            raise ConfigError(
                f"Images of {grow or size} pixels are too small for block {name} of dlib_face. "
                "Choose a larger size, 112 say, or fewer blocks."
            )
        side = side // 2 if halves else side
    layers = keras.layers
    inputs = keras.Input((size, size, channels), name="image")
    x = layers.Rescaling(INPUT_SCALE)(inputs)
    if grow:
        x = layers.Resizing(grow, grow, name="grow")(x)
    x = _conv(x, round(32 * width), STEM, fast=fast, kernel=7, strides=2)
    x = layers.MaxPooling2D(3, 2)(layers.ReLU()(x))
    for index, (name, full, halves) in enumerate(BLOCKS[:blocks]):
        filters = last if last and index == blocks - 1 else round(full * width)
        y = _conv(x, filters, f"{name}_1", fast=fast, strides=2 if halves else 1)
        y = _conv(layers.ReLU()(y), filters, f"{name}_2", fast=fast)
        if halves:
            x = layers.AveragePooling2D(2)(x)
            y = GrowTo()([y, x])
            x = GrowTo()([x, y])
        x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(inputs, x, name="dlib_face")


def _load(trunk: Any, path: Path, size: int, channels: int, *, narrow: str) -> None:
    # Keras' files know the class of each layer, and the place of each among all.
    whole = backbone(max(size, 112), channels)
    try:
        whole.load_weights(path)
        for layer in trunk.layers:
            if layer.weights:
                values = whole.get_layer(layer.name).get_weights()
                if narrow and layer.name.startswith(narrow):
                    # It takes the first of the channels, of what comes in and what goes out.
                    values = [
                        value[tuple(slice(size) for size in weight.shape)]
                        for weight, value in zip(layer.weights, values, strict=True)
                    ]
                layer.set_weights(values)
    except (ValueError, OSError, KeyError) as error:
        raise ConfigError(f"The weights {path} do not fit dlib_face: {error}.") from error


def build(
    *,
    size: int = 112,
    channels: int = 1,
    classes: int = 7,
    width: float = 1.0,
    blocks: int = len(BLOCKS),
    last: int = 0,
    grow: int = 0,
    dropout: float = 0.3,
    ferplus: bool = True,
    weights: Path | str | None = None,
    weights_sha256: str | None = None,
    fast: bool = False,
) -> Any:
    """The backbone, global pooling, heads; takes faces of zero mean and unit deviation.

    Raises:
        ConfigError: ``size`` is too small, or ``weights`` is missing, not the file its hash
            names, or does not fit.
    """
    trunk = backbone(size, channels, width=width, blocks=blocks, last=last, grow=grow, fast=fast)
    if weights is not None:
        narrow = BLOCKS[blocks - 1][0] if last else ""
        _load(trunk, check_weights(Path(weights), weights_sha256), size, channels, narrow=narrow)
    x = keras.layers.GlobalAveragePooling2D(name="embedding")(trunk.output)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(trunk.input, heads(x, classes, ferplus=ferplus), name="dlib_face")
