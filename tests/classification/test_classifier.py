"""The served model: loaded only if it is the one its spec names, probabilities that are ones."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_core.classification import load_classifier, model_names, read_spec, resolve_model_dir
from fer_core.classification import registry as registry_module
from fer_core.classification.classifier import softmax
from fer_core.classification.preprocess import normalize
from fer_core.config import Settings
from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS


@pytest.fixture(scope="module")
def default_dir() -> Path:
    return resolve_model_dir("default")


@pytest.fixture
def copy_of_model(default_dir: Path, tmp_path: Path) -> Path:
    target = tmp_path / "mien"
    target.mkdir()
    for name in ("spec.json", "model_int8.tflite"):
        shutil.copy(default_dir / name, target / name)
    return target


def crops(n: int, size: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, size, size)).astype(np.uint8)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_probabilities_of_every_face(default_dir: Path, n: int) -> None:
    classifier = load_classifier(default_dir)
    probs = classifier.predict_proba(crops(n, classifier.spec.input.size))
    assert probs.shape == (n, 7)
    assert probs.dtype == np.float32
    assert probs.sum(axis=1) == pytest.approx(np.ones(n), abs=1e-5)


def test_faces_do_not_influence_each_other(default_dir: Path) -> None:
    classifier = load_classifier(default_dir)
    batch = crops(4, classifier.spec.input.size)
    together = classifier.predict_proba(batch)
    alone = np.concatenate([classifier.predict_proba(crop[None]) for crop in batch])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("factor", [0.5, 1.0])
def test_light_does_not_matter_where_the_spec_normalizes_it(
    default_dir: Path, factor: float
) -> None:
    classifier = load_classifier(default_dir)
    size = classifier.spec.input.size
    base = np.tile(np.linspace(20, 220, size).astype(np.uint8), (1, size, 1))
    darker = (base * factor + 10).astype(np.uint8)
    change = classifier.predict_proba(base) - classifier.predict_proba(darker)
    assert np.abs(change).max() < 0.1


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((1, 47, 48), np.uint8),
        np.zeros((48, 48), np.uint8),
        np.zeros((1, 48, 48), np.float32),
    ],
)
def test_other_crops_are_refused(default_dir: Path, batch: np.ndarray) -> None:
    with pytest.raises(ValueError, match="crops must be"):
        load_classifier(default_dir).predict_proba(batch)


def _edit(folder: Path, **changes: object) -> None:
    spec = json.loads((folder / "spec.json").read_text())
    (folder / "spec.json").write_text(json.dumps(spec | changes))


def _damage_weights(folder: Path) -> None:
    path = folder / "model_int8.tflite"
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_damage_weights, "is not the one its spec.json names"),
        (lambda d: (d / "model_int8.tflite").unlink(), "cannot be read"),
        (lambda d: (d / "spec.json").unlink(), "no readable spec.json"),
        (lambda d: (d / "spec.json").write_text("{"), "is not a valid spec"),
        (lambda d: _edit(d, labels=["angry", "hungry"]), "labels must be emotions"),
        (lambda d: _edit(d, labels=["angry", "angry"]), "labels must be emotions, each once"),
        (lambda d: _edit(d, labels=["angry", "happy"]), r"must have the outputs \{'fer': 2"),
        (lambda d: _edit(d, served={"fer": 0.3}), "served must sum to 1"),
        (lambda d: _edit(d, served={"other": 1.0}), "does not fit the outputs"),
        (lambda d: _edit(d, surprise=1), "is not a valid spec"),
        (lambda d: _edit(d, input={"size": 32, "normalize": "unit"}), "must take"),
        (lambda d: _edit(d, files={}), "has no int8 file"),
    ],
)
def test_damaged_models_are_one_sentence(copy_of_model: Path, damage: object, words: str) -> None:
    damage(copy_of_model)  # type: ignore[operator]
    with pytest.raises(ModelError, match=words) as caught:
        load_classifier(copy_of_model)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["nothing", "../mien", "/etc", "mien/", "", "models/mien", "MIEN", "a" * 99]
)
def test_models_are_named_never_given_as_paths(name: str) -> None:
    with pytest.raises(ModelError, match="There is no model"):
        resolve_model_dir(name)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ('{"model": "mine"}', "mine"),
        ('{"model": "gone"}', registry_module.DEFAULT_MODEL),
        ('{"model": 3}', registry_module.DEFAULT_MODEL),
        ("[]", registry_module.DEFAULT_MODEL),
        ("not json", registry_module.DEFAULT_MODEL),
    ],
)
def test_owner_chooses_the_live_model(
    copy_of_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    chosen: str,
) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "models").mkdir(parents=True)
    shutil.copytree(copy_of_model, data_dir / "models" / "mine")
    (data_dir / "live.json").write_text(text)
    monkeypatch.setattr(registry_module, "settings", lambda: Settings(data_dir=data_dir))
    assert registry_module.live_choice() == chosen
    assert resolve_model_dir("default").name == chosen


@pytest.mark.parametrize("name", model_names())
def test_every_model_that_comes_with_the_project_serves(name: str) -> None:
    spec = read_spec(resolve_model_dir(name))
    classifier = load_classifier(resolve_model_dir(name))
    batch = crops(2, spec.input.size)
    outputs = classifier.predict_outputs(batch)
    for output in spec.outputs:
        assert outputs[output].shape == (2, len(spec.classes_of(output)))
    unknown = [i for i, emotion in enumerate(EMOTIONS) if emotion not in spec.labels]
    if spec.served == {"fer": 1.0}:
        assert np.all(outputs["served"][:, unknown] == 0)


@settings(max_examples=50)
@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.just(16), st.just(16))),
    st.sampled_from(["image", "unit", "signed"]),
)
def test_normalized_input_is_finite_and_bounded(batch: np.ndarray, mode: str) -> None:
    x = normalize(batch, mode)
    assert x.shape == (*batch.shape, 1)
    assert np.isfinite(x).all()
    if mode == "image":
        assert np.abs(x.mean(axis=(1, 2, 3))).max() < 1e-3
    else:
        assert x.min() >= (0 if mode == "unit" else -1)
        assert x.max() <= 1


@given(
    hnp.arrays(np.float32, (3, 7), elements=st.floats(-50, 50, width=32)),
    st.floats(0.25, 4),
)
def test_temperature_never_changes_the_order(logits: np.ndarray, temperature: float) -> None:
    probs = softmax(logits, temperature)
    assert probs.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    top = probs[np.arange(3), logits.argmax(axis=1)]
    assert np.all(top == probs.max(axis=1))
