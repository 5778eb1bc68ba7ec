"""Every architecture builds, trains a step, saves, reloads and exports with equal outputs."""

import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from keras.src.applications import mobilenet_v2, resnet

from fer_core.classification.preprocess import normalize
from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.training.batches import one_hot
from fer_core.training.model import TrainingModel, make_optimizer, set_weights, weights_of
from fer_core.training.model_folder import convert
from fer_core.training.recipe import DataPart, NetworkPart, OptimizerPart, Recipe
from fer_core.training.trained import network_for
from fer_core.zoo import ARCHITECTURES, build_network
from fer_core.zoo.backbones import check_weights

# As small as each allows: the test is about the way through, not about the width.
OPTIONS: dict[str, dict[str, Any]] = {
    "mien": {"widths": [8, 8], "depths": [1, 3], "residual": True, "attention": True},
    "lenet": {},
    "fer2013_cnn": {"dense": 8},
    "dcnn5": {"classes": 5},
    "mini_xception": {},
    "mobilenet": {"enlarge": 1, "alpha": 0.35},
    "resnet": {},
    "dlib_face": {"width": 0.25, "blocks": 8},
}
SIZE = 32


def recipe_for(name: str) -> Recipe:
    ferplus = 0.5 if name in ("mien", "dlib_face") else 0.0
    classes = OPTIONS[name].get("classes", 7)
    return Recipe(
        name="tiny",
        about="For a test.",
        epochs=1,
        precision="float32",
        network=NetworkPart(architecture=name, options=OPTIONS[name]),
        data=DataPart(size=SIZE, labels=EMOTIONS[:classes]),
        optimizer=OptimizerPart(learning_rate=1e-2, warmup_epochs=0, ferplus_weight=ferplus),
    )


def run_lite(content: bytes, images: np.ndarray) -> dict[str, np.ndarray]:
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    (entry,) = interpreter.get_input_details()
    assert list(entry["shape_signature"]) == [1, SIZE, SIZE, 1]
    assert entry["dtype"] == np.float32
    rows: dict[str, list[np.ndarray]] = {}
    for image in images:
        interpreter.set_tensor(entry["index"], image[None])
        interpreter.invoke()
        for out in interpreter.get_output_details():
            assert out["dtype"] == np.float32
            name = "ferplus" if out["shape"][-1] == 8 else "fer"
            rows.setdefault(name, []).append(interpreter.get_tensor(out["index"])[0].copy())
    return {name: np.stack(value) for name, value in rows.items()}


@pytest.fixture
def short_backbones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras' large backbones with one block of each kind, as narrow as they may be.

    Whole, ResNet-50 and MobileNetV2 take minutes to trace and convert, of layers that repeat.
    """
    stack, block = resnet.stack_residual_blocks_v1, mobilenet_v2._inverted_res_block

    def one_block(x: Any, filters: int, blocks: int, **how: Any) -> Any:
        return stack(x, filters // 16, 1, **how)

    def needed_block(inputs: Any, **how: Any) -> Any:
        is_needed = how["stride"] == 2 or how["block_id"] in (0, 2)
        return block(inputs, **how) if is_needed else inputs

    monkeypatch.setattr(resnet, "stack_residual_blocks_v1", one_block)
    monkeypatch.setattr(mobilenet_v2, "_inverted_res_block", needed_block)


@pytest.mark.usefixtures("short_backbones")
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_builds_trains_saves_reloads_and_exports(name: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(3)
    recipe = recipe_for(name)
    classes = len(recipe.data.labels)
    rng = np.random.default_rng(1)
    faces = rng.integers(0, 256, (12, SIZE, SIZE), np.uint8)
    labels = rng.integers(0, classes, 12)

    fast = network_for(recipe, fast=True)
    before = weights_of(fast)
    model = TrainingModel(fast, recipe)
    # Step by step: to trace a graph of a hundred layers takes longer than all the rest, and what
    # graphs add is tested where trainings run.
    optimizer = make_optimizer(recipe.optimizer, epochs=1, steps_per_epoch=4)
    model.compile(optimizer, jit_compile=False, run_eagerly=True)
    targets = {"fer": one_hot(labels, classes), "ferplus": one_hot(labels, 8)}
    wanted = {key: targets[key] for key in model(faces[:1, ..., None].astype("float32"))}
    losses = [
        float(model.train_on_batch(faces[..., None].astype("float32"), wanted)) for _ in range(2)
    ]
    assert np.isfinite(losses).all()
    moved = [not np.array_equal(a, b) for a, b in zip(before, weights_of(fast), strict=True)]
    assert all(moved), "a weight was not trained"

    plain = network_for(recipe, fast=False)
    set_weights(plain, weights_of(fast))
    images = normalize(faces, recipe.data.normalize)
    expected = {k: np.asarray(v) for k, v in plain(images, training=False).items()}
    assert expected["fer"].shape == (12, classes)

    plain.save(tmp_path / "model.keras")
    config = zipfile.ZipFile(tmp_path / "model.keras").read("config.json").decode()
    assert "Lambda" not in config
    assert "FastBatchNormalization" not in config
    assert not json.loads(config).get("compile_config")
    reloaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    for key, value in reloaded(images, training=False).items():
        np.testing.assert_allclose(np.asarray(value), expected[key], atol=1e-5)

    lite = run_lite(convert(plain, SIZE, None), images)
    small = run_lite(convert(plain, SIZE, images), images)
    assert set(lite) == set(small) == set(expected)
    for key, value in expected.items():
        scale = float(np.abs(value).max())
        np.testing.assert_allclose(lite[key], value, atol=1e-4 * max(1.0, scale))
        assert np.abs(small[key] - value).mean() < 0.1 * scale


@pytest.mark.parametrize(("name", "millions"), [("mobilenet", 2.3), ("resnet", 23.6)])
def test_the_large_backbones_are_whole(name: str, millions: float) -> None:
    network = build_network(name, size=SIZE, enlarge=1)
    assert network.count_params() / 1e6 == pytest.approx(millions, abs=0.1)
    answer = network(np.zeros((1, SIZE, SIZE, 1), np.float32), training=False)
    assert answer["fer"].shape == (1, 7)


def test_the_published_networks_stay_small() -> None:
    for name in ("lenet", "fer2013_cnn", "dcnn5", "mini_xception"):
        assert build_network(name).count_params() <= 500_000, name


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("vgg19", {}, "no architecture 'vgg19'"),
        ("lenet", {"depth": 3}, "'lenet' cannot be built"),
    ],
)
def test_a_wrong_architecture_is_a_sentence(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        build_network(name, **options)


def test_backbone_weights_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "w.h5"
    file.write_bytes(b"not weights")
    digest = "f6ce4eab5e6ce3c0e4ae0fbbdf1ce5c8" * 2
    for path, sha256, says in (
        (tmp_path / "missing.h5", digest, "existing .h5 file"),
        (file, None, "need their sha256"),
        (file, digest, "wrong file"),
    ):
        with pytest.raises(ConfigError, match=says):
            check_weights(path, sha256)
    import hashlib

    right = hashlib.sha256(b"not weights").hexdigest()
    assert check_weights(file, right) == file
    with pytest.raises(ConfigError, match="do not fit mobilenet"):
        build_network("mobilenet", enlarge=1, alpha=0.35, weights=file, weights_sha256=right)
