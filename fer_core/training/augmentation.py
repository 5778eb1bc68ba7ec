"""Normalisation and random changes of training images, as Keras layers on any backend."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fer_core.training.recipe import AugmentPart

#: A flat image (all one grey) must not be divided by nothing; the same floor as in serving.
MIN_DEVIATION = 8.0


def normalize(images: Any, mode: str) -> Any:
    """Float images 0..255 (batch, h, w, c) as the network takes them.

    The twin of ``fer_core.classification.preprocess.normalize`` (NumPy): a test holds them equal.
    """
    if mode == "unit":
        return images / 255.0
    if mode == "signed":
        return images / 127.5 - 1.0
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    deviation = ops.std(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) / ops.maximum(deviation, MIN_DEVIATION)


#: Luminance quantisation of ITU-T T.81, table K.1.
_JPEG_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)


def _cosines() -> NDArray[np.float32]:
    """(8, 8) orthonormal DCT-II: rows are frequencies."""
    n = np.arange(8)
    table = np.cos((2 * n[None, :] + 1) * n[:, None] * np.pi / 16) / 2
    table[0] /= np.sqrt(2)
    return np.asarray(table, np.float32)


_COSINES = _cosines()


def compress(images: Any, quality: Any) -> Any:
    """What JPEG leaves of grey images: 8x8 cosine coefficients, rounded to the table's steps.

    Args:
        images: (batch, h, w, 1) float 0..255; h and w are multiples of 8.
        quality: (batch, 1, 1, 1) float 1..99, with the steps of the Independent JPEG Group.
    """
    # One multiplication by a block-diagonal matrix does all blocks of a line.
    down = ops.convert_to_tensor(np.kron(np.eye(images.shape[1] // 8, dtype=np.float32), _COSINES))
    across = ops.convert_to_tensor(
        np.kron(np.eye(images.shape[2] // 8, dtype=np.float32), _COSINES)
    )
    table = np.tile(_JPEG_TABLE, (images.shape[1] // 8, images.shape[2] // 8))
    quality = quality[..., 0]
    scale = ops.where(quality < 50.0, 5000.0 / quality, 200.0 - 2.0 * quality) / 100.0
    steps = ops.clip(ops.round(scale * table), 1.0, 255.0)
    x = images[..., 0] - 128.0
    x = ops.matmul(down, ops.matmul(x, ops.transpose(across)))
    x = ops.round(x / steps) * steps
    x = ops.matmul(ops.transpose(down), ops.matmul(x, across))[..., None]
    return ops.clip(x + 128.0, 0.0, 255.0)


@keras.saving.register_keras_serializable("mien")
class FaceAugmentation(keras.layers.Layer):  # type: ignore[misc]
    """Random flip, similarity transform, light, blur, noise, JPEG and erasing.

    Takes float images 0..255 (batch, h, w, 1) and returns the same; does nothing outside training.
    One affine transform does flip, rotation, zoom and shift, so an image is resampled once.
    """

    def __init__(self, part: AugmentPart, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(dtype="float32", trainable=False, **kwargs)
        self.part = part
        self.seed_generator = keras.random.SeedGenerator(seed)

    def _uniform(self, shape: Any, low: float, high: float) -> Any:
        return keras.random.uniform(shape, low, high, seed=self.seed_generator)

    def _transforms(self, batch: Any, size: float) -> Any:
        """(batch, 8) projective transforms from output to input pixels."""
        part = self.part
        angle = self._uniform((batch,), -part.rotation_deg, part.rotation_deg) * (3.14159265 / 180)
        scale = 1.0 / self._uniform((batch,), 1.0 - part.zoom, 1.0 + part.zoom)
        shift_x = self._uniform((batch,), -part.shift, part.shift) * size
        shift_y = self._uniform((batch,), -part.shift, part.shift) * size
        mirror = ops.where(
            self._uniform((batch,), 0.0, 1.0) < (0.5 if part.flip else 0.0), -1.0, 1.0
        )
        cosine, sine = ops.cos(angle) * scale, ops.sin(angle) * scale
        a, b = cosine * mirror, -sine
        c, d = sine * mirror, cosine
        center = (size - 1.0) / 2.0
        e = center + shift_x - a * center - b * center
        f = center + shift_y - c * center - d * center
        zero = ops.zeros_like(a)
        return ops.stack([a, b, e, c, d, f, zero, zero], axis=1)

    def call(self, images: Any, training: bool | None = None) -> Any:
        if not training:
            return images
        part = self.part
        batch, size = ops.shape(images)[0], images.shape[1]
        per_image = (batch, 1, 1, 1)
        x = images
        if part.flip or part.rotation_deg or part.zoom or part.shift:
            x = ops.image.affine_transform(
                x,
                self._transforms(batch, float(size)),
                interpolation="bilinear",
                fill_mode="nearest",
            )
        if part.blur:
            # A mix of the picture and its 5x5 binomial blur (sigma 1), by a random share.
            row = ops.reshape(ops.convert_to_tensor([1.0, 4.0, 6.0, 4.0, 1.0]), (5, 1)) / 16.0
            kernel = ops.reshape(ops.matmul(row, ops.transpose(row)), (5, 5, 1, 1))
            share = self._uniform(per_image, 0.0, 1.0)
            share = ops.where(self._uniform(per_image, 0.0, 1.0) < part.blur, share, 0.0)
            x = x + share * (ops.conv(x, kernel, padding="same") - x)
        if part.gamma:
            power = ops.exp(self._uniform(per_image, -part.gamma, part.gamma))
            x = 255.0 * ops.power(ops.clip(x / 255.0, 1e-4, 1.0), power)
        if part.contrast:
            mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
            x = (x - mean) * self._uniform(per_image, 1 - part.contrast, 1 + part.contrast) + mean
        if part.brightness:
            x = x + 255.0 * self._uniform(per_image, -part.brightness, part.brightness)
        if part.noise:
            sigma = self._uniform(per_image, 0.0, part.noise)
            x = x + sigma * keras.random.normal(ops.shape(x), seed=self.seed_generator)
        x = ops.clip(x, 0.0, 255.0)
        if part.jpeg:
            quality = self._uniform(per_image, 10.0, 90.0)
            chosen = self._uniform(per_image, 0.0, 1.0) < part.jpeg
            x = ops.where(chosen, compress(x, quality), x)
        return self._erase(x, batch, size) if part.erase else x

    def _erase(self, x: Any, batch: Any, size: int) -> Any:
        """A random rectangle becomes grey (Zhong et al. 2017, arXiv 1708.04896)."""
        spans = []
        for _ in range(2):
            length = self._uniform((batch, 1), 0.1, 0.4) * size
            start = self._uniform((batch, 1), 0.0, 1.0) * (size - length)
            line = ops.reshape(ops.arange(size, dtype="float32"), (1, size))
            spans.append(ops.cast((line >= start) & (line < start + length), "float32"))
        chosen = ops.cast(self._uniform((batch, 1), 0.0, 1.0) < self.part.erase, "float32")
        mask = (spans[0] * chosen)[:, :, None] * spans[1][:, None, :]
        grey = self._uniform((batch, 1, 1, 1), 0.0, 255.0)
        return x + mask[..., None] * (grey - x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "part": self.part.model_dump()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "FaceAugmentation":
        config = dict(config)
        config.pop("dtype", None)
        config.pop("trainable", None)
        return cls(AugmentPart(**config.pop("part")), **config)
