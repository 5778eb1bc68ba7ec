"""``train`` and ``export``: what goes wrong before any training."""

import json
import os

import pytest
from typer.testing import CliRunner

from fer_core import cli
from fer_core.config import settings
from fer_core.errors import BusyError, ConfigError, InputError
from fer_core.training.recipe import load_recipe
from fer_core.training.run import RunFolder, check_resumable, last_run


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "COMMANDS", ("train", "export"))
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield lambda *args: CliRunner().invoke(cli.build_app(), [*map(str, args)])
    settings.cache_clear()


def folder(path, **config):
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"data": {"sha256": "aa"}} | config))
    return RunFolder(path)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("train", "nosuch"), "There is no recipe 'nosuch'"),
        (("train", "lenet", "--data", "{tmp}/none"), "There is no data set at"),
        (("train", "mobilenet", "--data", "{tmp}", "--weights", "{tmp}/w.h5"), "--weights-sha256"),
        (("train", "lenet", "--data", "{tmp}", "--seed", "-1"), "at seed"),
        (("train", "lenet", "--resume", "--run", "{tmp}/broken"), "config.json of"),
        (("export", "{tmp}/broken"), "config.json of"),
        (("export", "{tmp}/broken", "--name", "../up"), "name of a model"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_no_run(run, tmp_path, args, says):
    folder(tmp_path / "broken")
    result = run(*(a.format(tmp=tmp_path) for a in args))
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert not (tmp_path / "data" / "runs").exists()


def test_a_run_that_names_no_set_is_exported_with_data_only(run, tmp_path):
    made = folder(tmp_path / "lenet-1", recipe=load_recipe("lenet").model_dump())
    result = run("export", made.path, "--name", "mine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give it with --data" in result.stderr


def test_a_run_of_a_longer_name_is_another_recipe_s(tmp_path):
    folder(tmp_path / "first-20260101-000000")
    later = folder(tmp_path / "first-long-20260102-000000")
    os.utime(later.path / "config.json", (4e9, 4e9))
    assert last_run(tmp_path, "first").path.name == "first-20260101-000000"


def test_other_data_are_no_way_on(tmp_path):
    here = folder(tmp_path / "r")
    check_resumable(here, "aa")
    with pytest.raises(ConfigError, match="other data"):
        check_resumable(here, "bb")


def test_a_run_that_goes_on_elsewhere_is_left_alone(tmp_path):
    here = folder(tmp_path / "r")
    here.set_status("running")
    check_resumable(here, "aa")  # this process's own
    status = here.read_json("status.json")
    here.write_json("status.json", status | {"pid": os.getppid()})
    with pytest.raises(BusyError, match="still being trained"):
        check_resumable(here, "aa")
    here.write_json("status.json", status | {"pid": os.getppid(), "updated_s": 0})
    check_resumable(here, "aa")  # the number went to another process since
    here.write_json("status.json", status | {"pid": os.getppid(), "state": "stopped"})
    check_resumable(here, "aa")


def test_overrides_are_validated():
    with pytest.raises(ConfigError, match="at seed"):
        load_recipe("lenet", seed=-1)


def test_export_replaces_models_only(tmp_path):
    from fer_core.training.model_folder import check_target

    check_target(tmp_path / "new")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "spec.json").write_text("{}")
    check_target(tmp_path / "model")
    (tmp_path / "diary").mkdir()
    (tmp_path / "diary" / "monday.txt").write_text("rain")
    with pytest.raises(InputError, match="is no model"):
        check_target(tmp_path / "diary")


def test_a_spec_names_backbone_weights_without_their_folder():
    from fer_core.training.model_folder import without_paths

    recipe = {"network": {"architecture": "resnet", "weights": "/home/me/w.h5"}, "epochs": 3}
    assert without_paths(recipe)["network"]["weights"] == "w.h5"
    assert without_paths({"network": {"weights": None}}) == {"network": {"weights": None}}
    assert recipe["network"]["weights"] == "/home/me/w.h5"
