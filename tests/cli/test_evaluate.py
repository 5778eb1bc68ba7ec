"""``evaluate`` from the command line, with a model that answers by the grey of a face."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fer_core import cli
from fer_core.config import settings
from fer_core.evaluation import places
from fer_core.evaluation.predictions import read_predictions
from fer_core.evaluation.results import COUNT, read_results
from fer_core.files import read_object
from fer_core.labels import EMOTIONS

KEYS = (
    *("n", "labels", "accuracy", "accuracy_ci95", "balanced_accuracy", "macro_f1"),
    *("ece", "nll", "brier", "per_class", "confusion"),
    *("accuracy_without_duplicates", "restricted_accuracy", "ferplus"),
)


class GreyModel:
    """Grey 20 x i is answered with emotion i."""

    spec = SimpleNamespace(
        labels=EMOTIONS,
        input=SimpleNamespace(size=48),
        files={"int8": SimpleNamespace(sha256="ab" * 32)},
    )

    def predict_outputs(self, crops):
        answers = np.clip(np.rint(crops.mean(axis=(1, 2)) / 20), 0, 6).astype(int)
        probs = np.full((len(crops), 7), 0.05, np.float32)
        probs[np.arange(len(crops)), answers] = 0.7
        return {"fer": probs, "served": probs}


@pytest.fixture
def models(tmp_path, monkeypatch):
    (tmp_path / "models" / "grey").mkdir(parents=True)
    model_dir = tmp_path / "models" / "grey"
    monkeypatch.setattr("fer_core.evaluation.run.resolve_model_dir", lambda name: model_dir)
    monkeypatch.setattr("fer_core.evaluation.run.load_classifier", lambda *_: GreyModel())
    return tmp_path / "models"


@pytest.fixture
def project(models, tmp_path, monkeypatch):
    """The models come with the project, and FER_DATA_DIR is empty."""
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", models)
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield models
    settings.cache_clear()


@pytest.fixture
def data(tmp_path):
    """train and test with seven classes; one test face of fear reads as happy."""
    root = tmp_path / "my set"
    for split, offset in (("train", 0), ("test", 3)):
        for i, name in enumerate(EMOTIONS):
            grey = np.full((48, 48), 20 * i + offset, np.uint8)
            if split == "test" and name == "fear":
                grey[:] = 20 * 3
            folder = root / split / name
            folder.mkdir(parents=True)
            Image.fromarray(grey).save(folder / "a.png")
    return root


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(cli, "COMMANDS", ("evaluate",))
    return lambda *args: CliRunner().invoke(cli.build_app(), ["evaluate", *map(str, args)])


def test_json_is_one_object_on_stdout(models, data, run):
    result = run("--model", "grey", "--data", data, "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert [key for key in KEYS if key not in report] == []
    assert (report["n"], report["accuracy"]) == (7, 6 / 7)
    assert report["split"] == "private_test"
    low, high = report["accuracy_ci95"]
    assert low < 6 / 7 < high
    assert set(report["per_class"]["fear"]) >= {
        "precision",
        "recall",
        "specificity",
        "f1",
        "accuracy",
        "support",
    }
    assert report["confusion"][2][3] == 1
    assert report["ferplus"] is None
    assert "Scoring 7 faces." in result.stderr
    kept = read_predictions(models / "grey" / "predictions" / "my_set_private_test.parquet")
    assert kept.ids[~kept.is_hit].tolist() == ["test/fear/a.png"]


def test_record_replaces_and_counts(models, data, run):
    for flag in ((), ("--record",), ("--record",)):
        assert run("--data", data, *flag).exit_code == 0
    assert run("--data", data, "--split", "train", "--record").exit_code == 0
    rows = {row["split"]: row for row in read_results(models / "results.csv")}
    assert set(rows) == {"private_test", "train"}
    assert rows["private_test"][COUNT] == "3"
    assert rows["private_test"]["accuracy"] == "0.857143"
    assert rows["train"]["accuracy"] == "1.000000"


def test_what_a_person_scores_leaves_the_projects_models_alone(project, data, run, tmp_path):
    before = sorted(project.rglob("*"))
    for _ in range(2):
        result = run("--data", data)
        assert result.exit_code == 0, result.stderr
    assert sorted(project.rglob("*")) == before
    kept = tmp_path / "data" / "evaluations"
    assert str(kept / "grey" / "predictions" / "my_set_private_test.parquet") in result.stderr
    assert [row[COUNT] for row in read_results(kept / "results.csv")] == ["2"]
    assert list(read_object(kept / "grey" / "metrics.json")["evaluations"]) == [
        "my_set_private_test"
    ]


def test_only_sets_that_the_project_reports_are_recorded_with_it(
    project, data, run, tmp_path, monkeypatch
):
    before = sorted(project.rglob("*"))
    result = run("--data", data, "--record")
    assert result.exit_code == 2
    assert (
        result.stderr.strip()
        .splitlines()[-1]
        .startswith(
            "--record is for the sets that the project reports (fer2013). Received: my_set; leave"
        )
    )
    assert sorted(project.rglob("*")) == before
    report = json.loads(run("--data", data, "--json").stdout)
    monkeypatch.setattr(places, "REPORTED", {report["data_sha256"]: "my_set"})
    assert run("--data", data, "--record").exit_code == 0
    assert (project / "grey" / "predictions" / "my_set_private_test.parquet").is_file()
    (row,) = read_results(project / "results.csv")
    assert row[COUNT] == "2", "scorings that were not recorded count as well"


def test_text_and_robustness(models, data, run):
    result = run("--data", data, "--split", "train", "--robustness")
    assert result.exit_code == 0, result.stderr
    assert "accuracy            100.0 %" in result.stdout
    assert "jpeg_30" in result.stdout
    report = json.loads(run("--data", data, "--robustness", "--json").stdout)
    assert len(report["robustness"]) == 7
    assert report["robustness"]["brightness_0.4"] < report["accuracy"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--data", "nowhere"), "There is no data set at nowhere"),
        (("--data", "{data}", "--split", "public_test"), "has no split 'public_test'"),
        (("--data", "{data}/train/happy"), "no folder named after an emotion"),
        (("--data", "{data}", "--votes", "{data}/v.csv"), "joined by row"),
    ],
)
def test_errors_are_one_sentence(models, data, run, args, said):
    result = run(*(a.format(data=data) for a in args))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.strip().splitlines()[-1].count("Traceback") == 0
    assert result.stdout == ""


def test_unwritable_results_do_not_hide_the_figures(models, data, run, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError("read-only")

    monkeypatch.setattr("fer_core.evaluation.run.update_results", refuse)
    monkeypatch.setattr("fer_core.evaluation.run.write_predictions", refuse)
    result = run("--data", data, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n"] == 7
    assert result.stderr.count("cannot be written") == 2


def test_scoring_needs_no_tensorflow():
    code = (
        "import sys, fer_core.evaluation.run, fer_core.cli.evaluate;"
        "print([m for m in ('tensorflow', 'keras', 'streamlit') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
