"""results.csv and the predictions of each image."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fer_core.errors import DataError
from fer_core.evaluation.keep import keep_figures, name_for
from fer_core.evaluation.predictions import Predictions, read_predictions, write_predictions
from fer_core.evaluation.results import COUNT, FIELDS, read_results, update_results


def row(sha="m1", data="d1", split="public_test", accuracy="0.5"):
    return {
        "model": "tiny",
        "data": "set",
        "split": split,
        "n": "4",
        "accuracy": accuracy,
        "model_sha256": sha,
        "data_sha256": data,
    }


def test_replaced_by_key_and_count_survives(tmp_path):
    path = tmp_path / "results.csv"
    private = row(split="private_test")
    assert update_results(path, private, record=True, counts=True) == 1
    assert update_results(path, private | {"accuracy": "0.6"}, record=True, counts=True) == 2
    assert update_results(path, row(), record=True, counts=False) == 2
    rows = read_results(path)
    assert [(r["split"], r["accuracy"], r[COUNT]) for r in rows] == [
        ("private_test", "0.6", "2"),
        ("public_test", "0.5", "2"),
    ]


@pytest.mark.parametrize("change", [{"sha": "m2"}, {"data": "d2"}, {"split": "train"}])
def test_another_key_is_another_row(tmp_path, change):
    path = tmp_path / "results.csv"
    update_results(path, row(), record=True, counts=False)
    update_results(path, row(**change), record=True, counts=False)
    assert len(read_results(path)) == 2


def test_unrecorded_scorings_count_and_show_no_figures(tmp_path):
    path = tmp_path / "results.csv"
    assert update_results(path, row(), record=False, counts=False) == 0
    assert not path.exists()
    private = row(split="private_test")
    for expected in (1, 2):
        assert update_results(path, private, record=False, counts=True) == expected
    (only,) = read_results(path)
    assert (only[COUNT], only["accuracy"]) == ("2", "")
    assert update_results(path, private, record=True, counts=True) == 3
    (only,) = read_results(path)
    assert (only[COUNT], only["accuracy"]) == ("3", "0.5")


def test_scorings_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "results.csv"

    def score(number):
        own = row(data=f"d{number}", split="private_test")
        update_results(path, own, record=True, counts=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(score, range(24)))
    rows = read_results(path)
    assert sorted(r["data_sha256"] for r in rows) == sorted(f"d{i}" for i in range(24))
    assert {r[COUNT] for r in rows} == {"24"}


def test_another_model_is_counted_apart(tmp_path):
    path = tmp_path / "results.csv"
    for sha in ("m1", "m1", "m2"):
        update_results(path, row(sha=sha, split="private_test"), record=True, counts=True)
    counts = {r["model_sha256"]: r[COUNT] for r in read_results(path)}
    assert counts == {"m1": "2", "m2": "1"}


def test_the_file_is_a_plain_csv(tmp_path):
    path = tmp_path / "results.csv"
    update_results(path, row(), record=True, counts=False)
    with path.open(newline="") as file:
        assert next(csv.reader(file)) == list(FIELDS)
    assert list(tmp_path.iterdir()) == [path]  # no partial file is left


@pytest.mark.parametrize(
    "content", ["a,b\n1,2\n", ",".join(FIELDS) + "\n" + "x," * (len(FIELDS) - 1) + "x\n"]
)
def test_damaged_results(tmp_path, content):
    path = tmp_path / "results.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=r"results\.csv"):
        update_results(path, row(), record=True, counts=False)
    assert path.read_text() == content


@pytest.mark.parametrize("ids", [np.array([3, 7]), np.array(["happy/a.png", "sad/b.png"])])
@pytest.mark.parametrize("has_ferplus", [True, False])
def test_predictions_come_back(tmp_path, ids, has_ferplus):
    probs = np.random.default_rng(0).dirichlet(np.ones(5), 2).astype(np.float32)
    classes = ("angry", "happy", "neutral", "sad", "surprise")
    ferplus = np.full((2, 8), 0.125, np.float32) if has_ferplus else None
    labels = np.array(["happy", "sad"])
    path = tmp_path / "predictions" / "set_all.parquet"
    write_predictions(path, Predictions(ids, labels, classes, probs, ferplus, "m", "d"))
    back = read_predictions(path)
    assert back.ids.tolist() == ids.tolist()
    assert back.labels.tolist() == ["happy", "sad"]
    assert (back.classes, back.model_sha256, back.data_sha256) == (classes, "m", "d")
    np.testing.assert_allclose(back.probs, probs, atol=5e-4)
    assert (back.ferplus is None) == (not has_ferplus)
    expected = [classes[i] for i in probs.argmax(1)] == np.array(["happy", "sad"])
    assert back.is_hit.tolist() == expected.tolist()


def test_predictions_that_are_none(tmp_path):
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(DataError, match="holds no predictions"):
        read_predictions(tmp_path / "x.parquet")


def test_figures_of_another_set_of_the_same_name_stay(tmp_path) -> None:
    """A file called fer2013.csv with three made-up rows replaces nobody's FER-2013."""
    shipped = {"data": "fer2013", "split": "public_test", "model_sha256": "m"}
    shipped |= {"data_sha256": "a" * 64}
    assert name_for([tmp_path], shipped) == "fer2013"
    keep_figures(tmp_path, shipped | {"accuracy": 0.7})
    other = shipped | {"data_sha256": "b" * 64}
    name = name_for([tmp_path], other)
    assert name == "fer2013-bbbbbbbb"
    keep_figures(tmp_path, other | {"data": name, "accuracy": 1.0})
    kept = json.loads((tmp_path / "metrics.json").read_text())["evaluations"]
    assert kept["fer2013_public_test"]["accuracy"] == 0.7
    assert kept["fer2013-bbbbbbbb_public_test"]["accuracy"] == 1.0
    assert name_for([tmp_path], shipped) == "fer2013"
    assert name_for([tmp_path], other) == name
