"""From a run to a model: made, compared, used live, taken back."""

import time
from pathlib import Path
from typing import Any

from fer_core.classification.registry import DEFAULT_MODEL, live_choice
from fer_core.storage import shared_store
from fer_core.storage.audit import list_entries
from tests.app.pages import texts
from tests.app.training.conftest import MakeRun, keys, open_page


def test_a_model_is_made_compared_used_live_and_taken_back(
    allowed: None, make_run: MakeRun, spawned: list[list[str]], data_dir: Path
) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    app = open_page(view="Runs")
    app.text_input(key="model-name-lenet-1").set_value("mien").run()
    app.button(key="export-run").click().run()
    assert spawned == []
    assert "belongs to the project" in texts(app)
    app.text_input(key="model-name-lenet-1").set_value("mine").run()
    app.button(key="export-run").click().run()
    assert spawned[0][:4] == ["export", str(run.path), "--name", "mine"]

    install_model(data_dir / "models" / "mine")
    run.write_json("export.json", EXPORT)
    app = open_page(view="Runs")
    written = texts(app)
    assert "50.0 % on the 3,589 validation faces (95 % interval 48.4 to 51.6 %)" in written
    assert EXPORT["comparison"]["names"][1] in written
    assert "Neither is ahead." in written
    app.button(key="use-live").click().run()
    assert live_choice() == "mine"
    with shared_store().read() as session:
        noted = [entry.subject for entry, _ in list_entries(session)]
    assert noted[0].startswith(f"live model: {DEFAULT_MODEL} to mine, sha256 ")
    assert "It serves the live page." in texts(app.run()) + str([s.value for s in app.success])
    app.button(key="live-back").click().run()
    assert live_choice() == DEFAULT_MODEL

    (data_dir / "models" / "mine" / "model_int8.tflite").write_bytes(b"damaged")
    app.button(key="use-live").click().run()
    assert live_choice() == DEFAULT_MODEL, "a damaged model never goes live"
    assert app.error


def test_a_worse_model_is_no_big_button_and_asks_first(
    allowed: None, make_run: MakeRun, data_dir: Path
) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    install_model(data_dir / "models" / "mine")
    figures = [
        {"accuracy": 0.142, "ci95": [0.131, 0.154]},
        {"accuracy": 0.702, "ci95": [0.68, 0.72]},
    ]
    comparison = EXPORT["comparison"] | {"figures": figures, "n": 718, "left_out": 2871}
    leaky = {"split": "frame-level 8:1:1, seed 0 (leaky)", "leaky": True}
    run.write_json("export.json", EXPORT | leaky | {"comparison": comparison | {"leaky": True}})
    app = open_page(view="Runs")
    written = texts(app)
    assert "Split: frame-level 8:1:1, seed 0 (leaky)." in written
    assert "2,871 faces are left out, which mien had trained on" in written
    assert sum("leaky" in box.value for box in app.warning) == 2, "figure and comparison"
    assert any("70.2 %" in block.proto.body for block in app.get("html"))
    button = app.button(key="use-live")
    assert button.proto.type == "secondary"
    button.click().run()
    assert live_choice() == DEFAULT_MODEL, "not before the answer"
    asked = texts(app)
    assert "56.0 points fewer" in asked
    assert "no better than guessing" in asked
    app.button(key="use-live-yes").click().run()
    assert live_choice() == "mine"


EXPORT: dict[str, Any] = {
    "state": "finished",
    "model": "mine",
    "accuracy": 0.5,
    "accuracy_ci95": [0.484, 0.516],
    "n": 3589,
    "comparison": {
        "names": ["mine", "mien"],
        "figures": [{"accuracy": 0.5, "ci95": [0.4, 0.6]}, {"accuracy": 0.5, "ci95": [0.4, 0.6]}],
        "n": 3589,
        "words": "Neither is ahead.",
        "same_data": True,
    },
}


def install_model(folder: Path) -> None:
    """A copy of a shipped model, as an export leaves one."""
    import shutil

    from fer_core.classification import resolve_model_dir

    shutil.copytree(resolve_model_dir("lenet"), folder)
    spec = (folder / "spec.json").read_text(encoding="utf-8")
    (folder / "spec.json").write_text(spec.replace('"name": "lenet"', '"name": "mine"'))


def test_an_export_that_was_killed_says_so(allowed: None, make_run: MakeRun) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    told = {"state": "running", "step": "Quantising", "share": 0.4, "model": "mine"}
    run.write_json("export.json", told | {"updated_s": time.time()})
    assert "export-run" not in keys(open_page(view="Runs")), "it may only just have started"
    run.write_json("export.json", told | {"updated_s": time.time() - 1e4})
    app = open_page(view="Runs")
    assert "it was killed" in app.error[0].value
    assert app.button(key="export-run")
