"""Augmentation moves what it says by what it says; normalisation is serving's twin."""

from typing import Any

import cv2
import keras
import numpy as np
import pytest

from fer_core.classification import preprocess
from fer_core.training.augmentation import MIN_DEVIATION, FaceAugmentation, compress, normalize
from fer_core.training.recipe import AugmentPart

SIZE = 48
ALL = AugmentPart(
    flip=True,
    rotation_deg=20,
    shift=0.1,
    zoom=0.2,
    gamma=0.5,
    brightness=0.3,
    contrast=0.5,
    blur=0.5,
    noise=12,
    jpeg=0.5,
    erase=0.8,
)


def run(part: AugmentPart, images: np.ndarray, *, seed: int = 0, training: bool = True) -> Any:
    out = FaceAugmentation(part, seed=seed)(images, training=training)
    return np.asarray(keras.ops.convert_to_numpy(out))


def faces(n: int = 16) -> np.ndarray:
    """Smooth float pictures (n, 48, 48, 1) that are not symmetric."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    picture = 128 + 60 * np.sin(x / 9) + 40 * np.cos(y / 7 + x / 20)
    return np.repeat(picture[None, ..., None], n, axis=0).astype(np.float32)


def ramp(n: int, axis: int) -> np.ndarray:
    """Pictures whose grey value is the pixel's x (axis 2) or y (axis 1), times 4."""
    line = 4 * np.arange(SIZE, dtype=np.float32)
    picture = np.broadcast_to(line[None, :] if axis == 2 else line[:, None], (SIZE, SIZE))
    return np.repeat(picture[None, ..., None], n, axis=0).copy()


def test_nothing_chosen_changes_nothing() -> None:
    images = faces()
    np.testing.assert_array_equal(run(AugmentPart(), images), images)


def test_outside_training_nothing_changes() -> None:
    images = faces()
    np.testing.assert_array_equal(run(ALL, images, training=False), images)


def test_everything_at_once_stays_in_range_and_shape() -> None:
    images = np.random.default_rng(0).integers(0, 256, (32, SIZE, SIZE, 1)).astype(np.float32)
    out = run(ALL, images)
    assert out.shape == images.shape
    assert np.isfinite(out).all()
    assert 0 <= out.min() <= out.max() <= 255
    assert not np.array_equal(out[0], out[1]), "two images got the same change"


def test_a_seed_gives_the_same_changes_again() -> None:
    images = faces()
    np.testing.assert_array_equal(run(ALL, images, seed=4), run(ALL, images, seed=4))
    assert not np.array_equal(run(ALL, images, seed=4), run(ALL, images, seed=5))


def test_flip_mirrors_left_and_right_and_nothing_else() -> None:
    images = faces(64)
    mirrored = images[:, :, ::-1]
    out = run(AugmentPart(flip=True), images)
    same = np.abs(out - images).max(axis=(1, 2, 3)) < 0.01
    turned = np.abs(out - mirrored).max(axis=(1, 2, 3)) < 0.01
    assert (same ^ turned).all()
    assert 16 < turned.sum() < 48


@pytest.mark.parametrize("axis", [1, 2])
def test_shift_moves_each_way_by_its_share_at_most(axis: int) -> None:
    n, share = 64, 0.1
    images = ramp(n, axis)
    out = run(AugmentPart(shift=share), images)
    inner = slice(12, -12)
    moved = ((out - images) / 4)[:, inner, inner, 0]
    assert np.ptp(moved, axis=(1, 2)).max() < 0.02, "a shift moves every pixel alike"
    pixels = moved.mean(axis=(1, 2))
    assert np.abs(pixels).max() <= share * SIZE + 0.01
    assert pixels.min() < -0.5 * share * SIZE
    assert pixels.max() > 0.5 * share * SIZE


def test_zoom_scales_about_the_middle_within_its_range() -> None:
    images = ramp(64, 2)
    out = run(AugmentPart(zoom=0.2), images)
    row = out[:, SIZE // 2, 14:34, 0] / 4
    slope = np.diff(row, axis=1).mean(axis=1)
    assert 1 / 1.2 - 0.01 <= slope.min() < 0.95
    assert 1.05 < slope.max() <= 1 / 0.8 + 0.01
    np.testing.assert_allclose(row.mean(axis=1), 23.5, atol=0.05)


def test_rotation_turns_about_the_middle_both_ways() -> None:
    images = ramp(64, 2)
    out = run(AugmentPart(rotation_deg=20), images)
    # Along a column, a picture that was constant there now changes by -sin(angle) per pixel.
    slope = np.diff(out[:, 16:32, SIZE // 2, 0] / 4, axis=1).mean(axis=1)
    angle = np.rad2deg(np.arcsin(slope))
    assert np.abs(angle).max() <= 20.1
    assert angle.min() < -8
    assert angle.max() > 8


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        (AugmentPart(brightness=0.2), 100 - 51.1, 100 + 51.1),
        (AugmentPart(gamma=0.4), 255 * (100 / 255) ** 1.5, 255 * (100 / 255) ** 0.66),
        (AugmentPart(contrast=0.5), 99.9, 100.1),
        (AugmentPart(blur=1.0), 99.9, 100.1),
    ],
)
def test_light_stays_within_its_range(part: AugmentPart, low: float, high: float) -> None:
    flat = np.full((64, SIZE, SIZE, 1), 100, np.float32)
    middle = run(part, flat)[:, 8:-8, 8:-8]
    assert low <= middle.min() <= middle.max() <= high
    assert np.ptp(middle, axis=(1, 2, 3)).max() < 0.01, "a flat picture stays flat"


def test_noise_and_erasing_change_as_much_as_they_say() -> None:
    flat = np.full((64, SIZE, SIZE, 1), 100, np.float32)
    spread = run(AugmentPart(noise=8), flat).std(axis=(1, 2, 3))
    assert 0 <= spread.min() < 2 < 6 < spread.max() <= 8.5
    changed = (run(AugmentPart(erase=1.0), flat) != 100).mean(axis=(1, 2, 3))
    assert 0.005 < changed.min() < changed.max() <= 0.17
    some = (run(AugmentPart(erase=0.5), flat) != 100).any(axis=(1, 2, 3))
    assert 16 < some.sum() < 48


@pytest.mark.parametrize("mode", ["image", "unit", "signed"])
def test_normalisation_equals_that_of_serving(mode: str) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, SIZE, SIZE), np.uint8)
    images[0], images[1] = 77, 255
    ours = normalize(images[..., None].astype(np.float32), mode)
    theirs = preprocess.normalize(images, mode)
    np.testing.assert_allclose(np.asarray(ours), theirs, atol=2e-5)
    assert MIN_DEVIATION == preprocess.MIN_DEVIATION


def test_the_layer_goes_through_its_configuration() -> None:
    layer = FaceAugmentation(ALL, seed=3)
    again = FaceAugmentation.from_config(layer.get_config())
    assert again.part == ALL


@pytest.mark.parametrize("quality", [15, 30, 50, 80])
def test_compression_loses_what_jpeg_loses(quality: int) -> None:
    rng = np.random.default_rng(quality)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (SIZE, SIZE), dtype=np.uint8), (0, 0), 2)
    picture = cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    real = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    images = picture[None, ..., None].astype(np.float32)
    ours = np.asarray(compress(images, np.full((1, 1, 1, 1), quality, np.float32)))[0, ..., 0]
    # libjpeg rounds to whole grey levels and multiplies in integers.
    assert np.abs(ours - real).mean() < 0.2 * np.abs(real - picture).mean() + 0.3


def test_jpeg_is_done_to_a_share_of_the_images() -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, SIZE, SIZE, 1)).astype(np.float32)
    changed = np.abs(run(AugmentPart(jpeg=0.3), images) - images).max(axis=(1, 2, 3)) > 1
    assert 0.2 < changed.mean() < 0.4
