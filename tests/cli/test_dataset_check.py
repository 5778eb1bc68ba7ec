"""``dataset check``: what is in a set, and what its splits share."""

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fer_core import cli

RNG = np.random.default_rng(3)


def face():
    return RNG.integers(0, 256, (48, 48)).astype(np.uint8)


@pytest.fixture
def root(tmp_path):
    """Two classes; one test face is a training face, another nearly so; one unknown folder."""
    shared, smooth = face(), np.add.outer(np.arange(48), np.arange(48)).astype(np.uint8)
    pictures = {
        "train/happy/a": shared,
        "train/happy/b": smooth,
        "train/sad/c": face(),
        "test/happy/d": shared,
        "test/sad/e": smooth + np.uint8(1),
        "test/bored/f": face(),
    }
    for name, grey in pictures.items():
        path = tmp_path / "set" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(grey).save(path)
    return tmp_path / "set"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(cli, "COMMANDS", ("dataset",))
    return lambda *args: CliRunner().invoke(cli.build_app(), ["dataset", "check", *map(str, args)])


def test_json(root, run):
    result = run(root, "--ignore", "bored", "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["n"] == 5
    assert report["splits"] == {
        "train": {"happy": 2, "sad": 1},
        "private_test": {"happy": 1, "sad": 1},
    }
    (pair,) = report["duplicates"]
    assert (pair["first"], pair["second"]) == ("train", "private_test")
    assert (pair["exact"], pair["exact_same_label"], pair["near"]) == (1, 1, 1)
    assert "'bored'" in report["warnings"][0]
    assert len(report["data_sha256"]) == 64


def test_text(root, run):
    assert "--ignore bored" in run(root).stderr
    result = run(root, "--ignore", "bored")
    assert result.exit_code == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["happy", "2", "1", "3"] in lines
    assert ["all", "3", "2", "5"] in lines
    assert "train and private_test: 1 pixel-identical (1 with the same label), 1 nearly so" in (
        result.stdout
    )
    assert "Warning: The folder 'bored'" in result.stderr


def test_pictures_are_counted_without_looking_for_duplicates(root, run):
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(root / "train/happy/large.png")
    refused = run(root, "--ignore", "bored", "--json")
    assert refused.exit_code == 2
    assert "--pictures" in refused.stderr
    report = json.loads(run(root, "--ignore", "bored", "--pictures", "--json").stdout)
    assert (report["n"], report["duplicates"]) == (6, None)


def test_without_a_set(tmp_path, run):
    result = run(tmp_path / "none")
    assert result.exit_code == 2
    assert "There is no data set at" in result.stderr


def test_an_undivided_set_has_one_column(run, tmp_path):
    path = tmp_path / "set" / "happy" / "a.png"
    path.parent.mkdir(parents=True)
    Image.fromarray(face()).save(path)
    result = run(tmp_path / "set")
    assert result.exit_code == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ": 1 image, splits" in result.stdout
    assert ["all"] in lines
    assert ["happy", "1"] in lines
