"""What the names of folders and files mean: near misses, numbers, other languages."""

from pathlib import Path

import pytest
from PIL import Image

from fer_core.datasets import load_dataset
from fer_core.datasets.names import guess_emotion, parse_classes, parse_emotion, suggest_emotion
from fer_core.errors import ConfigError, DataError


def fill(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
        Image.new("L", (48, 48), 90).save(root / name / "x.png")
    return root


@pytest.mark.parametrize(
    ("word", "emotion"),
    [
        ("0_angry", "angry"),
        ("04-Happiness", "happy"),
        ("Wut", "angry"),
        ("Überraschung", "surprise"),
        ("colère", "angry"),
        ("tristesse", "sad"),
        ("miedo", "fear"),
        ("alegría", "happy"),
        ("Colere", "angry"),
        ("degout", "disgust"),
        ("Wuetend", "angry"),
        ("Uberraschung", "surprise"),
        ("enojado", "angry"),
        ("3", None),
        ("misc", None),
    ],
)
def test_names_of_folders(word: str, emotion: str | None) -> None:
    assert parse_emotion(word) == emotion


@pytest.mark.parametrize(
    ("word", "emotion"),
    [("Suprise", "surprise"), ("Happyness", "happy"), ("feer", "fear"), ("backup", None)]
    + [("angry_faces", "angry"), ("Sad 2", "sad"), ("unhappy", None), ("not sad", None)]
    + [("not_happy", None), ("no surprise", None), ("nicht glücklich", None)],
)
def test_near_misses(word: str, emotion: str | None) -> None:
    assert suggest_emotion(word) == emotion


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("anna_happy.mp4", "happy"),
        ("Anna-SAD-2.mov", "sad"),
        ("ben happiness.mp4", "happy"),
        ("anger03.mp4", "angry"),
        ("unhappy_01.mp4", None),
        ("Sadie.mp4", None),
        ("ambassador.mp4", None),
        ("fearless.mp4", None),
        ("happy_to_sad.mp4", None),
        ("not_happy.mp4", None),
        ("ohne-Angst.mp4", None),
    ],
)
def test_names_of_files_by_whole_words(name: str, emotion: str | None) -> None:
    assert guess_emotion(name) == emotion


def test_a_class_is_not_left_out_unasked(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", "Suprise", "neutral", "sad")
    with pytest.raises(DataError, match="did you mean surprise for Suprise") as caught:
        load_dataset(root)
    assert "--ignore Suprise" in str(caught.value)
    assert load_dataset(root, ignore=["suprise"]).class_counts() == {"sad": 1, "neutral": 1}
    found = load_dataset(root, classes=parse_classes("Suprise=surprise"))
    assert found.class_counts() == {"sad": 1, "surprise": 1, "neutral": 1}


def test_numbers_need_their_meaning(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", "1", "2")
    with pytest.raises(DataError, match='--classes "1=surprise,2=fear,'):
        load_dataset(root)
    found = load_dataset(root, classes=parse_classes("1=surprise, 2=fear"))
    assert found.class_counts() == {"fear": 1, "surprise": 1}


def test_a_folder_around_the_classes(tmp_path: Path) -> None:
    fill(tmp_path / "set" / "images" / "train", "0_angry", "1_disgust")
    assert dict(load_dataset(tmp_path / "set").split_counts()) == {"train": 2}


@pytest.mark.parametrize("text", ["1", "1=", "=happy", "1=glee"])
def test_classes_in_another_form(text: str) -> None:
    with pytest.raises(ConfigError, match="1=surprise,2=fear"):
        parse_classes(text)
