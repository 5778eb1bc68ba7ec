"""dlib's network: its shapes, and that the conversion changes nothing it computes."""

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from fer_core.errors import ConfigError
from fer_core.zoo import build_network
from fer_core.zoo.dlib_face import BLOCKS, INPUT_SCALE, STEM, backbone

ROOT = Path(__file__).parents[2]
SIZE = 112


def load_script() -> Any:
    path = ROOT / "scripts" / "convert_dlib_face.py"
    spec = importlib.util.spec_from_file_location("convert_dlib_face", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the package has it, with random numbers, quantised to 8 bits."""
    folder = tmp_path_factory.mktemp("model")
    rng = np.random.default_rng(0)
    entries, data, before = [], [], 3
    prefixes = [(STEM, 7, 32)] + [
        (f"{name}/conv{n}", 3, width) for name, width, _ in BLOCKS for n in (1, 2)
    ]
    for prefix, kernel, width in prefixes:
        spread = 1.0 / np.sqrt(kernel * kernel * before)
        for name, shape, low, high in (
            ("conv/filters", [kernel, kernel, before, width], -2 * spread, 2 * spread),
            ("conv/bias", [width], -0.1, 0.1),
            ("scale/weights", [width], 0.5, 1.0),
            ("scale/biases", [width], -0.2, 0.2),
        ):
            packed = {"dtype": "uint8", "scale": (high - low) / 255, "min": low}
            entry = {"name": f"{prefix}/{name}", "shape": shape, "dtype": "float32"}
            entries.append(entry | {"quantization": packed})
            data.append(rng.integers(0, 256, shape, np.uint8).tobytes())
        before = width
    entries.append({"name": "fc", "shape": [256, 2], "dtype": "float32"})
    data.append(np.arange(512, dtype=np.float32).tobytes())
    (folder / script.MANIFEST).write_text(json.dumps([{"weights": entries}]))
    (folder / script.BINARY).write_bytes(b"".join(data))
    return folder


@pytest.fixture(scope="module")
def tensors(package: Path) -> Any:
    digest = hashlib.sha256((package / script.BINARY).read_bytes()).hexdigest()
    return script.read_tensors(package, digest)


def by_the_formula(tensors: Any, images: np.ndarray) -> np.ndarray:
    """dlib's network on (n, h, w, 1) images: scale x (convolution + bias) + shift."""
    import tensorflow as tf

    def conv(x: Any, prefix: str, stride: int) -> Any:
        y = tf.nn.conv2d(
            x, tensors[f"{prefix}/conv/filters"], stride, "SAME" if stride == 1 else "VALID"
        )
        y = y + tensors[f"{prefix}/conv/bias"]
        return y * tensors[f"{prefix}/scale/weights"] + tensors[f"{prefix}/scale/biases"]

    x = tf.repeat(tf.constant(images * INPUT_SCALE), 3, axis=3)
    x = tf.nn.max_pool2d(tf.nn.relu(conv(x, STEM, 2)), 3, 2, "VALID")
    for name, _, halves in BLOCKS:
        y = conv(tf.nn.relu(conv(x, f"{name}/conv1", 2 if halves else 1)), f"{name}/conv2", 1)
        if halves:
            x = tf.nn.avg_pool2d(x, 2, 2, "VALID")
        grow = [(0, max(0, a - b)) for a, b in zip(x.shape[1:], y.shape[1:], strict=True)]
        y = tf.pad(y, [(0, 0), *grow])
        x = tf.pad(x, [(0, 0), (0, 0), (0, 0), (0, y.shape[3] - x.shape[3])])
        x = tf.nn.relu(x + y)
    return np.asarray(x)


def test_the_conversion_computes_what_the_formula_says(tensors: Any, tmp_path: Path) -> None:
    assert tensors["fc"][1, 1] == 3, "a tensor that is not quantised is read as it is"
    faces = np.random.default_rng(1).normal(size=(6, SIZE, SIZE, 1)).astype(np.float32)
    expected = by_the_formula(tensors, faces)
    network = backbone(SIZE)
    assert expected.shape == (6, 1, 1, 256)
    script.fill(network, tensors)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(np.asarray(network(faces)), expected, atol=1e-4 * scale)
    script.calibrate(network, faces, batch=4)
    np.testing.assert_allclose(np.asarray(network(faces)), expected, atol=1e-4 * scale)
    # In training, with the statistics of the batch, it still computes nearly the same.
    trained = np.asarray(network(faces, training=True))
    assert np.corrcoef(trained.ravel(), expected.ravel())[0, 1] > 0.99

    path = tmp_path / "w.weights.h5"
    network.save_weights(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for fast in (False, True):
        built = build_network("dlib_face", weights=path, weights_sha256=digest, fast=fast)
        trunk = keras.Model(built.input, built.get_layer("embedding").input)
        np.testing.assert_allclose(np.asarray(trunk(faces)), expected, atol=1e-4 * scale)


def test_the_first_blocks_take_their_part_of_the_weights(tensors: Any, tmp_path: Path) -> None:
    network = backbone(SIZE)
    script.fill(network, tensors)
    path = tmp_path / "w.weights.h5"
    network.save_weights(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    few = build_network("dlib_face", size=64, blocks=4, weights=path, weights_sha256=digest)
    kernel = few.get_layer("conv64_down_2_conv").kernel
    np.testing.assert_allclose(kernel, tensors["conv64_down/conv2/conv/filters"])
    with pytest.raises(ConfigError, match="do not fit dlib_face"):
        build_network("dlib_face", width=0.5, weights=path, weights_sha256=digest)


def test_a_narrow_last_block_takes_the_first_of_the_channels(tensors: Any, tmp_path: Path) -> None:
    network = backbone(SIZE)
    script.fill(network, tensors)
    path = tmp_path / "w.weights.h5"
    network.save_weights(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    parts = {"blocks": 4, "last": 48, "size": 48, "grow": 96}
    few = build_network("dlib_face", weights=path, weights_sha256=digest, **parts)
    kernel = few.get_layer("conv64_down_2_conv").kernel
    np.testing.assert_allclose(kernel, tensors["conv64_down/conv2/conv/filters"][:, :, :48, :48])
    before = few.get_layer("conv32_3_2_conv").kernel
    np.testing.assert_allclose(before, tensors["conv32_3/conv2/conv/filters"])
    assert few.input_shape == (None, 48, 48, 1)
    assert few.get_layer("grow").output.shape == (None, 96, 96, 1)
    assert few.get_layer("embedding").output.shape == (None, 48)


def test_another_file_is_refused(package: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="another version"):
        script.read_tensors(package)
    with pytest.raises(ConfigError, match="npm package"):
        script.read_tensors(tmp_path)


def test_a_face_that_is_too_small_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="too small for block conv256_down_out"):
        build_network("dlib_face", size=96)
    with pytest.raises(ConfigError, match=r"Choose 4, 8, 11 or 14 blocks"):
        build_network("dlib_face", blocks=5, last=48)
    assert build_network("dlib_face", size=96, blocks=13, width=0.1) is not None
