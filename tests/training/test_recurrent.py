"""The recurrent head: it learns what it must, is exported as one step, and serves."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.sequences import run_sequences_bench
from fer_core.classification import has_head, load_classifier, load_head, resolve_model_dir
from fer_core.classification.recurrent import HeadSpec, RecurrentHead
from fer_core.cli import app
from fer_core.config import settings
from fer_core.errors import ConfigError, ModelError
from fer_core.evaluation.sequences import EmbeddedSequence, score_filter
from fer_core.pipeline import build_pipeline
from fer_core.temporal import PlainFilter, RecurrentFilter
from fer_core.training.recurrent import fit_recurrent_head
from fer_core.training.recurrent_network import HeadRecipe, load_head_recipe

SMALL = "units = 8\nframes = 24\nsequences = 4\ncheck_sequences = 4\nepochs = 1\n"


def made(count: int, seed: int) -> list[EmbeddedSequence]:
    """The embedding tells the expression, the probabilities do not."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        labels = np.repeat(rng.integers(0, 7, 4), 6)
        embeddings = rng.normal(0, 0.3, (24, 10)).astype(np.float32)
        embeddings[np.arange(24), labels] += 2
        probs = rng.dirichlet(np.ones(7), 24).astype(np.float32)
        found.append(EmbeddedSequence(probs, embeddings, np.arange(24) / 10, labels))
    return found


def test_it_learns_from_the_embedding_and_its_step_is_what_was_trained() -> None:
    recipe = HeadRecipe(units=16, frames=24, epochs=12, learning_rate=2e-2, dropout=0.0)
    lines: list[str] = []
    content, told = fit_recurrent_head(recipe, made(60, 1), made(20, 2), lines.append)
    assert len(lines) == 12
    assert 1 <= told["best_epoch"] <= 12
    spec = HeadSpec(model_sha256="", embedding=10, units=16, sha256="", recipe={}, data={})
    head = RecurrentHead(spec, content)
    shapes = {d["name"].split("_")[-1]: d["shape"] for d in head._interpreter.get_input_details()}
    assert all((shape > 0).all() and shape[0] == 1 for shape in shapes.values())
    held = made(20, 3)
    recurrent, plain = (score_filter(f, held) for f in (RecurrentFilter(head), PlainFilter()))
    assert recurrent["accuracy"] > 0.8 > 0.4 > plain["accuracy"]
    state = head.start()
    before = state.copy()
    _, after = head.step(state, held[0].probs[0], held[0].embeddings[0], 0.0)
    assert np.array_equal(state, before), "the state that went in stays as it was"
    assert not np.array_equal(after, before)


@pytest.fixture
def own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's model among the operator's own, without a head."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    folder = tmp_path / "data" / "models" / "own"
    shutil.copytree(
        resolve_model_dir("mien"), folder, ignore=shutil.ignore_patterns("recurrent", "*.keras")
    )
    return folder


def test_the_command_trains_measures_and_serves(
    own_model: Path, tiny_csv: Path, tmp_path: Path, portrait: Path
) -> None:
    recipe = tmp_path / "small.toml"
    recipe.write_text(SMALL)
    with pytest.raises(ModelError, match="train-recurrent --model own"):
        build_pipeline("own", steady="recurrent")
    command = ["train-recurrent", "--model", "own", "--data", str(tiny_csv)]
    done = CliRunner().invoke(app, [*command, "--recipe", str(recipe)])
    assert done.exit_code == 0, (done.exception, done.output)
    assert "held_out_public  recurrent: accuracy" in done.output
    spec = json.loads((own_model / "recurrent" / "spec.json").read_text())
    assert spec["data"]["sources"]["train"] > 20
    assert spec["embedding"] == load_head(resolve_model_dir("mien")).spec.embedding
    assert run_sequences_bench(tiny_csv, "own") == spec["figures"]

    import cv2

    from fer_core.imaging.frame import ArrayFrame

    pipeline = build_pipeline("own", steady="recurrent")
    picture = cv2.imread(str(portrait))
    results = [pipeline.process(ArrayFrame(picture, t / 10)) for t in range(3)]
    assert all(len(result.faces) == 1 for result in results)
    plain = build_pipeline("own").process(ArrayFrame(picture))
    np.testing.assert_allclose(results[0].probs, plain.probs, atol=1e-6)
    assert not np.allclose(results[2].smoothed, results[2].probs, atol=1e-3)

    text = (own_model / "spec.json").read_text()
    sha = json.loads(text)["files"]["int8"]["sha256"]
    (own_model / "spec.json").write_text(text.replace(sha, "0" * 64))
    assert not has_head(own_model)
    with pytest.raises(ModelError, match="belongs to an earlier file"):
        load_head(own_model)


def test_recorded_sequences_alone(own_model: Path, tmp_path: Path) -> None:
    import cv2

    from tests.tiny_set import draw_faces

    folder = tmp_path / "recorded"
    folder.mkdir()
    rows = ["file,participant,clip,emotion,time_s"]
    names = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
    for person in range(3):
        for frame, face in enumerate(draw_faces(np.arange(7), person)):
            file = f"{person}-{frame}.png"
            cv2.imwrite(str(folder / file), face)
            rows.append(f"{file},p{person},c{person},{names[frame]},{frame / 10}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    recipe = tmp_path / "small.toml"
    recipe.write_text(SMALL)
    command = ["train-recurrent", "--model", "own", "--only-recorded", "--recipe", str(recipe)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "two participants at least" in done.output
    done = CliRunner().invoke(app, [*command, "--recorded", str(folder)])
    assert done.exit_code == 0, (done.exception, done.output)
    assert load_head(own_model).spec.data["recorded_clips"] == 2


def test_the_embedding_changes_nothing_else() -> None:
    folder = resolve_model_dir("mien")
    crops = np.random.default_rng(0).integers(0, 255, (5, 48, 48), np.uint8)
    plain, embedded = load_classifier(folder), load_classifier(folder, embed=True)
    probs, embeddings = embedded.predict_embedded(crops)
    assert np.array_equal(probs, plain.predict_proba(crops))
    assert embeddings.shape == (5, load_head(folder).spec.embedding)
    assert len(np.unique(embeddings.round(3), axis=0)) == 5
    with pytest.raises(ValueError, match="without its embedding"):
        plain.predict_embedded(crops)


@pytest.mark.parametrize("text", ["units = 500", "units = 'x'", "unknown = 1", "units ="])
def test_impossible_recipes(text: str, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="recipe"):
        load_head_recipe(path)


def test_the_recipe_that_comes_with_the_project_is_small() -> None:
    assert load_head_recipe().units <= 64
