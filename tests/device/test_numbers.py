"""What the browser is handed: the numbers of the very pipeline that would serve here."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from fer_core.app.device.assets import FRONTEND
from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.classification.registry import choose_live
from fer_core.config import settings
from fer_core.device import device_numbers, model_hindrance, network_files
from fer_core.errors import ConfigError, ModelError
from fer_core.imaging import crop
from fer_core.temporal import LabelRule
from fer_core.tracking import motion


def test_the_numbers_are_plain_and_those_of_the_stages() -> None:
    numbers = json.loads(json.dumps(device_numbers(), allow_nan=False))
    assert numbers["align"]["side_per_unit"] == crop.SIDE_PER_UNIT
    assert numbers["track"]["jitter"] == motion.JITTER
    assert numbers["smooth"]["rule"]["unsure_below"] == LabelRule().unsure_below


def test_the_filter_is_the_one_chosen() -> None:
    assert device_numbers(steady="markov")["smooth"]["filter"]["name"] == "markov"


@pytest.mark.parametrize(("detector", "steady"), [("haar", "plain"), ("short", "recurrent")])
def test_what_a_browser_cannot_run_is_refused(detector: str, steady: str) -> None:
    with pytest.raises(ConfigError, match="on the server only"):
        device_numbers("mien", detector, steady)


@pytest.mark.parametrize("detector", ["short", "full"])
def test_the_networks_are_the_known_files(detector: str) -> None:
    networks = network_files("mien", detector)
    assert set(networks) == {"detector", "mesh", "classifier"}
    for network in networks.values():
        assert hashlib.sha256(network.content).hexdigest() == network.sha256


@pytest.fixture
def own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a model that the owner made and put live: five classes, another size."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    folder = tmp_path / "models" / "mine"
    shutil.copytree(resolve_model_dir("dcnn5"), folder)
    choose_live("mine")
    return folder


def rewrite(folder: Path, content: bytes | None) -> None:
    """Another int8 file with a spec that fits it; None for none."""
    spec: dict[str, Any] = json.loads((folder / "spec.json").read_text("utf-8"))
    if content is None:
        del spec["files"]["int8"]
    else:
        (folder / "model_int8.tflite").write_bytes(content)
        spec["files"]["int8"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "spec.json").write_text(json.dumps(spec), "utf-8")


def with_open_batch(content: bytes) -> bytes:
    """The same network, exported without saying how many pictures it takes at once."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    tensor = graph.tensors[graph.inputs[0]]
    tensor.shapeSignature = [-1, *map(int, tensor.shape[1:])]
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def test_the_model_that_the_owner_put_live_goes_to_the_device(own_model: Path) -> None:
    assert model_hindrance() is None
    classifier = network_files()["classifier"]
    assert classifier.content == (own_model / "model_int8.tflite").read_bytes()
    numbers = device_numbers()["classify"]
    assert (numbers["size"], numbers["outputs"]) == (32, {"fer": 5})


def test_a_model_without_a_fixed_shape_says_so(own_model: Path) -> None:
    rewrite(own_model, with_open_batch((own_model / "model_int8.tflite").read_bytes()))
    load_classifier(own_model)  # the server can
    said = model_hindrance()
    assert said is not None
    assert "no fixed shape (any x 32 x 32 x 1)" in said
    with pytest.raises(ModelError, match="runs on the server only"):
        network_files()


def test_a_model_without_an_int8_file_says_so(own_model: Path) -> None:
    rewrite(own_model, None)
    assert "no int8 file" in str(model_hindrance())
    with pytest.raises(ModelError, match="no int8 file"):
        network_files()


def test_a_damaged_model_is_said_by_whoever_loads_it(own_model: Path) -> None:
    (own_model / "model_int8.tflite").write_bytes(b"damaged")
    assert model_hindrance() is None
    with pytest.raises(ModelError, match=r"is not the one its spec\.json names"):
        network_files()


def test_the_runtime_is_the_one_that_was_fetched() -> None:
    folder = FRONTEND / "vendor" / "litert"
    about = json.loads((folder / "VERSION.json").read_text(encoding="utf-8"))
    assert about["packages"]["@litertjs/core"] == "2.5.3"
    kept = {path.name for path in folder.iterdir()} - {"VERSION.json"}
    assert kept == set(about["sha256"])
    for name, digest in about["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_our_modules_name_no_other_host() -> None:
    for path in (FRONTEND / "device").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//[\w.-]+\.[a-z]{2,}/", text), path
