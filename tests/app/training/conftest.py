"""The Training page where training is allowed, and sets as it would find them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.training import form as training_form
from fer_core.config import settings
from fer_core.runs.preview import Preview
from fer_core.training.run import RunFolder

MakeRun = Callable[..., RunFolder]
LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def draw() -> None:
    from fer_core.app.training.page import show_training_page

    show_training_page()


@pytest.fixture
def allowed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()


def open_page(**address: str) -> AppTest:
    app = AppTest.from_function(draw, default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def report_of(**changes: object) -> dict[str, Any]:
    """What is said of a set that could train a model."""
    report = {
        "data": "made",
        "n": 140,
        "labels": list(LABELS),
        "splits": {"train": dict.fromkeys(LABELS, 20)},
        "plan": {
            "problem": None,
            "note": "stratified 8:1:1, seed 0",
            "counts": {"train": 112, "public_test": 14, "private_test": 14},
            "shares_twins": False,
        },
        "has_votes": False,
        "duplicates": [],
        "warnings": ["One file is <b>odd</b>."],
    }
    return report | changes


def look_at(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Every set looks like this one."""
    preview = Preview(report_of(**changes), None)
    monkeypatch.setattr(training_form, "load_preview", lambda path, stamp, near, choice: preview)
