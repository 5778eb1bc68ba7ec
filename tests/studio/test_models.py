"""What models keep of the people they learned from, and how it is forgotten."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_core.config import settings
from fer_core.evaluation.keep import keep_figures
from fer_core.files import read_object, write_json
from fer_core.locks import hold
from fer_core.studio.models import forget_participant
from fer_core.training.personal_card import CARD_NAME, KEY


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model of two people under FER_DATA_DIR."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    folder = tmp_path / "models" / "ours"
    folder.mkdir(parents=True)
    write_json(folder / "metrics.json", {KEY: {"by_participant": {"ann": {}, "ben": {}}}})
    write_json(folder / "spec.json", {"name": "ours"})
    yield folder
    settings.cache_clear()


@pytest.fixture(autouse=True)
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that names the people and nothing else."""
    monkeypatch.setattr(
        "fer_core.studio.models.studio_card",
        lambda spec, metrics: f"{spec['name']}: {', '.join(metrics[KEY]['by_participant'])}",
    )


def test_a_participant_goes_from_figures_and_card(model: Path) -> None:
    assert forget_participant("ours", "ann")
    assert read_object(model / "metrics.json") == {KEY: {"by_participant": {"ben": {}}}}
    assert (model / CARD_NAME).read_text() == "ours: ben"
    assert not forget_participant("ours", "ann"), "nothing is left to forget"


@pytest.mark.parametrize("name", ["gone", "../ours"])
@pytest.mark.usefixtures("model")
def test_a_model_that_is_not_there_keeps_nobody(name: str) -> None:
    assert not forget_participant(name, "ann")


def test_who_is_erased_while_a_model_is_scored_does_not_come_back(model: Path) -> None:
    """The scoring read the figures before the erasing, and writes them after it."""
    report = {"data": "d", "split": "s", "model_sha256": "m", "data_sha256": "d"}
    erasing = threading.Thread(target=forget_participant, args=("ours", "ann"))
    with hold(model):
        before = read_object(model / "metrics.json")
        erasing.start()
        erasing.join(0.3)
        write_json(model / "metrics.json", before | {"evaluations": {"d_s": report}})
    erasing.join(30)
    assert read_object(model / "metrics.json") == {
        KEY: {"by_participant": {"ben": {}}},
        "evaluations": {"d_s": report},
    }
    keep_figures(model, report | {"split": "t"})
    assert (model / CARD_NAME).read_text() == "ours: ben"
