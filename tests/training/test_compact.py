"""A Keras file of less than half the size answers as the whole one."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.training.compact import round_weights, save_compact
from fer_core.zoo import build_network


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_weights_keep_eleven_bits(value: float) -> None:
    one = np.float32(value)
    rounded = round_weights(one)
    assert np.isinf(rounded) or abs(float(rounded) - value) <= abs(value) * 2**-11
    assert round_weights(rounded) == rounded


@pytest.fixture(scope="module")
def network() -> Any:
    keras.utils.set_random_seed(3)
    return build_network("dlib_face", size=48, grow=96, blocks=8, last=96)


def test_the_file_is_smaller_and_answers_alike(network: Any, tmp_path: Path) -> None:
    path, whole = tmp_path / "model.keras", tmp_path / "whole.keras"
    before = [np.array(weight) for weight in network.weights]
    save_compact(network, path)
    network.save(whole)
    assert path.stat().st_size < 0.6 * whole.stat().st_size
    assert all(np.array_equal(a, b) for a, b in zip(before, network.weights, strict=True))
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert set(file.namelist()) == set(zipfile.ZipFile(whole).namelist())

    again = keras.models.load_model(path, compile=False)
    for was, now in zip(before, again.weights, strict=True):
        np.testing.assert_allclose(now, was, rtol=2**-11, atol=1e-30)
    faces = np.random.default_rng(0).normal(size=(4, 48, 48, 1)).astype(np.float32)
    expected, found = network(faces), again(faces)
    for name in expected:
        scale = float(np.abs(expected[name]).max())
        np.testing.assert_allclose(found[name], expected[name], atol=0.01 * scale)
