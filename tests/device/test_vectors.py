"""The vectors are what Python gives now; node's tests hold the browser's modules to them."""

import json
from typing import Any

import pytest

from tests.device.write_vectors import MODEL_TOLERANCE, PATH, make_vectors
from tests.node import run_tests_beside


def assert_close(got: Any, want: Any, where: str = "") -> None:
    """Equal, but for the last digits of numbers."""
    if isinstance(want, dict):
        assert got.keys() == want.keys(), where
        for key, value in want.items():
            assert_close(got[key], value, f"{where}.{key}")
    elif isinstance(want, list):
        assert len(got) == len(want), where
        for index, (one, other) in enumerate(zip(got, want, strict=True)):
            assert_close(one, other, f"{where}[{index}]")
    elif isinstance(want, float):
        nearly = MODEL_TOLERANCE if ".probs[" in where and ".models." in where else 1e-5
        assert got == pytest.approx(want, abs=nearly, rel=1e-5), where
    else:
        assert got == want, where


def test_the_vectors_are_those_of_the_stages() -> None:
    kept = json.loads(PATH.read_text(encoding="utf-8"))
    assert_close(make_vectors(), kept, "renew them: python -m tests.device.write_vectors")


def test_the_browsers_modules_give_the_same() -> None:
    run_tests_beside(__file__)
