"""What the page reads: whole, damaged, missing, stale; and how figures are kept there."""

import json
import os
from pathlib import Path

import pytest

from fer_core.errors import DataError
from fer_core.evaluation.catalog import read_catalog, read_signature, set_title
from fer_core.evaluation.claims import read_claims
from fer_core.evaluation.history import read_history
from fer_core.evaluation.keep import keep_figures
from tests.evaluation.made import DATA_SHA, KEY, make_model, sha_of


def entry(name="one"):
    return next(e for e in read_catalog() if e.name == name)


def test_a_whole_model(models):
    one = entry()
    assert one.problems == {}
    assert one.best_epoch == 2
    assert one.history.columns["val_accuracy"] == (0.3, 0.45, 0.44)
    assert list(one.scored) == [KEY]
    assert one.result(KEY)["n"] == "70"
    assert one.scorings == 1
    assert one.export("latency_ms", "int8") == 0.5
    assert one.export("latency_ms", "fp4") is None


DAMAGES = [
    ("spec.json", "{", "spec", "not a valid spec"),
    ("spec.json", None, "spec", "no readable spec.json"),
    ("metrics.json", "[]", "metrics", "damaged"),
    ("metrics.json", "{", "metrics", "cannot be read"),
    ("metrics.json", None, "metrics", "has no metrics.json"),
    ("history.csv", None, "history", "no training curves"),
    ("history.csv", "epoch,loss\n", "history", "no finished epoch"),
    ("history.csv", "epoch,loss\n1,much\n", "history", "no number"),
    ("history.csv", "epoch,loss\n,1\n", "history", "without its epoch"),
    ("history.csv", "\xff\xfe", "history", ""),
    ("../results.csv", "a,b\n1,2\n", "results", "lacks the column"),
]


@pytest.mark.parametrize(("file", "content", "part", "words"), DAMAGES)
def test_damage_costs_its_own_part(models, file, content, part, words):
    path = models / "one" / file
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    one = entry()
    assert set(one.problems) == {part}
    assert words in one.problems[part]
    whole = {
        "spec": one.spec is not None,
        "metrics": bool(one.metrics),
        "history": one.history is not None,
    }
    assert {name for name, is_there in whole.items() if not is_there} == {part} - {"results"}
    assert list(one.scored) == [KEY]


def test_rows_of_an_earlier_file_are_not_shown(models):
    spec = json.loads((models / "one" / "spec.json").read_text())
    spec["files"]["int8"]["sha256"] = "e" * 64
    (models / "one" / "spec.json").write_text(json.dumps(spec))
    assert entry().results == ()
    assert entry().scorings is None


def make_run(data: Path, name: str, state: str, monitor: str = "accuracy") -> None:
    folder = data / "runs" / name
    folder.mkdir(parents=True)
    config = {"recipe": {"monitor": monitor}, "data": {}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "status.json").write_text(json.dumps({"state": state}))
    (folder / "history.csv").write_text("epoch,val_accuracy\n1,0.3\n2,0.5\n3,0.4\n")


def test_only_ended_runs_are_shown(models, tmp_path):
    for state in ("finished", "stopped", "running", "failed"):
        make_run(tmp_path / "data", f"r-{state}", state)
    make_run(tmp_path / "data", "r-last", "finished", "last")
    runs = {e.name: e.best_epoch for e in read_catalog() if e.is_run}
    assert runs == {"run r-finished": 2, "run r-stopped": 2, "run r-last": 3}


def test_people_cannot_replace_a_model_of_the_project(models, tmp_path):
    make_model(tmp_path / "data" / "models", "one", n=7)
    make_model(tmp_path / "data" / "models", "two", n=7)
    assert [(e.name, e.folder.parent) for e in read_catalog()] == [
        ("one", models),
        ("two", tmp_path / "data" / "models"),
    ]


def test_without_any_folder_there_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", tmp_path / "none")
    assert read_catalog() == ()
    assert read_signature() == ()


def test_the_signature_changes_with_a_file(models):
    before = read_signature()
    assert read_signature() == before
    os.utime(models / "one" / "predictions" / f"{KEY}.parquet", ns=(1, 1))
    assert read_signature() != before


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("fer2013_private_test", "fer2013 · PrivateTest"),
        ("mine_all", "mine · all images"),
        ("a_train", "a · training images"),
        ("odd", "odd"),
    ],
)
def test_set_titles(key, title):
    assert set_title(key) == title


def report(**changes):
    base = {"data": "fer2013", "split": "private_test", "accuracy": 0.5}
    return base | {"model_sha256": sha_of("one"), "data_sha256": DATA_SHA} | changes


def test_figures_are_kept_beside_the_export(models):
    keep_figures(models / "one", report(robustness={"jpeg_30": 0.4}))
    keep_figures(models / "one", report(accuracy=0.6))
    one = entry()
    assert one.export("best_epoch") == 2, "the export's figures stay"
    assert one.evaluation(KEY)["accuracy"] == 0.6
    assert one.evaluation(KEY)["robustness"] == {"jpeg_30": 0.4}, "slow figures stay"
    keep_figures(models / "one", report(data_sha256="x"))
    assert "robustness" not in entry().evaluation(KEY), "but not those of other data"
    keep_figures(models / "one", report(model_sha256="x"))
    assert entry().evaluation(KEY) == {}, "another file's figures are not this one's"
    assert [p.name for p in (models / "one").glob(".*")] == []


def test_the_claims_are_whole():
    published = read_claims()
    assert [s.model for s in published.systems] == ["lenet", "fer2013_cnn", "dcnn5"]
    assert any(c.leaky for c in published.claims)
    assert any(c.against == "ferplus" for c in published.claims)
    assert all(u.low < u.high for u in published.usual_recalls)


@pytest.mark.parametrize(
    ("text", "words"), [("claim = [", "cannot be read"), ('[[claim]]\nsystem = "x"', "damaged at")]
)
def test_damaged_claims(tmp_path, text, words):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(DataError, match=words):
        read_claims(tmp_path / "c.toml")


def test_measured_figures_come_from_the_files(models):
    make_model(models, "lenet")
    system = read_claims().systems[0]
    found = [m.read(system.entry(read_catalog())) for m in system.measured]
    lenet = entry("lenet")
    assert found == [(0.5, 70), (0.5, None), (float(lenet.result(KEY)["accuracy"]), 70)]
    (models / "lenet" / "metrics.json").unlink()
    (models / "lenet" / "history.csv").unlink()
    (models / "results.csv").unlink()
    assert [m.read(system.entry(read_catalog())) for m in system.measured] == [None] * 3


def test_a_history_may_have_gaps(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,val_loss,val_accuracy\n1,,0.2\n2,1,0.1\n")
    history = read_history(tmp_path / "history.csv")
    assert history.best_epoch("accuracy") == 1
    assert history.columns["val_loss"][0] != history.columns["val_loss"][0], "NaN"


def test_what_a_person_scored_stands_beside_what_the_project_reports(models, tmp_path):
    mine = tmp_path / "data" / "evaluations"
    make_model(mine, "one", key="mine_all")  # writes more than a scoring does
    keep_figures(mine / "one", report(data="mine", split="all"))
    keep_figures(models / "one", report(accuracy=0.5))
    keep_figures(mine / "one", report(accuracy=0.1, robustness={"jpeg_30": 0.4}))
    one = entry()
    assert set(one.scored) == {KEY, "mine_all"}
    assert one.own == {"mine_all"}
    assert one.evaluation("mine_all")["data"] == "mine"
    found = one.evaluation(KEY)
    assert (found["accuracy"], found["robustness"]) == (0.5, {"jpeg_30": 0.4})
    assert [row["data"] for row in one.results] == ["fer2013", "mine"]
    keep_figures(mine / "one", report(data="mine", split="all", model_sha256="x"))
    assert not entry().own, "measured of a file that is no longer there"
