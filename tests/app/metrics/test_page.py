"""The Metrics page over models that were made for the test, and over the project's own."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.metrics import cells, state
from fer_core.app.metrics.panels import ONE_MODEL, PANELS
from fer_core.classification import read_spec, resolve_model_dir
from fer_core.config import settings
from fer_core.evaluation.keep import keep_figures
from fer_core.evaluation.origins import SCRATCH, TAUGHT, origin_of
from fer_core.processes import Ended
from tests.evaluation.made import DATA_SHA, KEY, make_model, sha_of

PAGE = Path(__file__).parents[3] / "pages" / "metrics.py"
SCRIPT = "from fer_core.app.metrics.page import show_metrics_page\nshow_metrics_page()\n"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    for name in ("one", "other"):
        make_model(folder, name)
    report = {"data": "fer2013", "split": "private_test", "accuracy": 0.5}
    report |= {"model_sha256": sha_of("one"), "data_sha256": DATA_SHA}
    keep_figures(folder / "one", report | {"robustness": {"jpeg_30": 0.4, "shift_5px": 0.45}})
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", folder)
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FER_DATA_ROOTS", "")
    return folder


def open_page(**address: str | list[str]) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=90)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_page_file_calls_the_page() -> None:
    assert "show_metrics_page()" in PAGE.read_text()
    router = PAGE.parents[1] / "streamlit_app.py"
    assert '"pages/metrics.py"' in router.read_text()


def test_what_a_person_scored_is_shown_as_theirs(models: Path, tmp_path: Path) -> None:
    mine = tmp_path / "data" / "evaluations"
    make_model(mine, "one", key="mine_all")
    report = {"data": "mine", "split": "all", "accuracy": 0.5}
    report |= {"model_sha256": sha_of("one"), "data_sha256": DATA_SHA}
    keep_figures(mine / "one", report)
    note = "measured on this server, not among what the project reports"
    app = open_page()
    assert note not in texts(app)
    app.selectbox(key="data").select("mine_all").run()
    assert note in texts(app)


def test_figures_carry_intervals_and_honesty(models: Path) -> None:
    app = open_page()
    accuracy = app.metric[0]
    assert accuracy.label == "Accuracy"
    assert accuracy.value.endswith(" %")
    low, high = accuracy.delta.split(" to ")
    assert float(low) < float(accuracy.value[:-2]) < float(high)
    for words in ("70 images of fer2013 · PrivateTest", "honest split", "test split scored once"):
        assert words in texts(app)


#: panel -> charts, tables, and words that must be there with both models chosen
EXPECTED = {
    "Training": (2, 1, "one: epoch 2; other: epoch 2"),
    "Confusion": (1, 1, "The likeliest mistake"),
    "Classes": (1, 1, "flatters"),
    "Thresholds": (2, 1, "another probability"),
    "Calibration": (1, 1, "after temperature scaling (T = 1.50"),
    "Labels": (2, 2, "label and voters agree on"),
    "Robustness": (1, 1, "The costliest change: one loses 10.0 points on faces JPEG, quality 30"),
    "Compare": (3, 3, "exact McNemar test"),
    "Published systems": (0, 4, "Why they differ"),
}


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_shows_its_charts_and_tables(models: Path, panel: str) -> None:
    app = open_page(view=panel, models=["one", "other"])
    charts, tables, words = EXPECTED[panel]
    assert len(app.get("plotly_chart")) == charts
    assert len(app.dataframe) == tables + 1, "and the headline"
    csvs = [b for b in app.get("download_button") if b.proto.label == "CSV"]
    assert len(csvs) == tables + 1, "every table has its CSV"
    assert words in texts(app)
    assert any(box.key == "shown" for box in app.selectbox) == (panel in ONE_MODEL)


def test_the_address_carries_the_selection(models: Path) -> None:
    app = open_page(view="Calibration", models=["other", "one"], data=KEY, shown="one")
    assert app.multiselect(key="models").value == ["other", "one"]
    assert app.selectbox(key="shown").value == "one"
    odd = open_page(view="Nothing", models="gone", data="gone", labelled="bored", shown="gone")
    assert odd.multiselect(key="models").value == ["one"], "what is not there is left out"


def test_a_cell_is_chosen_by_two_boxes(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()
    app = open_page(view="Confusion")
    app.selectbox(key="labelled").select("fear").run()
    app.selectbox(key="answered").select("fear").run()
    assert not app.exception
    assert "fear faces" in texts(app)
    assert "rightly read as fear" in texts(app)
    assert "FER_DATA_ROOTS" in texts(app), "the pictures are not here"
    shared = open_page(view="Confusion", labelled="fear", answered="fear")
    assert "rightly read as fear" in texts(shared)


@pytest.mark.parametrize(
    ("points", "chosen"),
    [
        ([{"curve_number": 1, "point_index": 9}], ("disgust", "fear")),
        ([{"curve_number": 0, "point_index": 9}], (None, None)),
        ([{"curve_number": 1, "point_index": 99}], (None, None)),
        ([], (None, None)),
    ],
)
def test_a_click_fills_the_boxes(
    monkeypatch: pytest.MonkeyPatch, points: list[dict[str, int]], chosen: tuple[str, str]
) -> None:
    classes = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    session = {
        "confusion-chart": SimpleNamespace(selection={"points": points}),
        "confusion-classes": classes,
    }
    monkeypatch.setattr(cells.st, "session_state", session)
    cells._take_click()
    assert (session.get("labelled"), session.get("answered")) == chosen


def test_pictures_behind_a_cell(models: Path, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    lines = ["emotion,pixels,Usage"] + ["0," + "7 " * 2303 + "7,Training"] * 1000
    lines += [f"{i % 7}," + f"{i} " * 2303 + f"{i},PrivateTest" for i in range(70)]
    (tmp_path / "fer2013.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("FER_DATA_ROOTS", str(tmp_path))
    app = open_page(view="Confusion", labelled="happy", answered="happy")
    assert not app.get("image"), "a mere visitor sees none"
    assert "shown to those who may train models here" in texts(app)
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()
    app = open_page(view="Confusion", labelled="happy", answered="happy")
    (images,) = app.get("image")
    captions = [image.caption for image in images.proto.imgs]
    assert f"{len(captions)} of 10 happy faces" in texts(app)
    assert all("%" in caption for caption in captions)
    assert "the FER+ voters' first choice" in texts(app)
    other = tmp_path / "fer2013.csv"
    other.write_text(other.read_text().replace("\n3,", "\n4,"))
    app = open_page(view="Confusion", labelled="happy", answered="happy")
    assert "labelled otherwise" in texts(app), "another set is not shown for this one"


DAMAGES = [
    ("one/history.csv", "epoch\nx\n", "Training", "no number"),
    ("one/metrics.json", "{", "Compare", "Accuracy and cost"),
    ("one/metrics.json", '{"export": {"bytes": {"int8": "much"}}}', "Compare", "is damaged"),
    (f"one/predictions/{KEY}.parquet", "x", "Confusion", "holds no predictions"),
    ("one/spec.json", "{", "Calibration", "not a valid spec"),
    ("results.csv", "a\n1\n", "Classes", "lacks the column"),
]


@pytest.mark.parametrize(("file", "content", "panel", "words"), DAMAGES)
def test_damage_costs_a_sentence(
    models: Path, file: str, content: str, panel: str, words: str
) -> None:
    (models / file).write_text(content)
    app = open_page(view=panel, models=["one", "other"])
    assert words in texts(app)
    assert "other: 70 images" in texts(app), "and the other model is there"


def test_predictions_of_an_earlier_file_are_not_shown(models: Path) -> None:
    spec = json.loads((models / "one" / "spec.json").read_text())
    spec["files"]["int8"]["sha256"] = "e" * 64
    (models / "one" / "spec.json").write_text(json.dumps(spec))
    app = open_page()
    assert "those of an earlier file" in texts(app)
    assert len(app.metric) == 0


def test_nothing_chosen_and_nothing_there(models: Path, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    app = open_page()
    app.multiselect(key="models").set_value([]).run()
    assert "Choose a model above." in texts(app)
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", tmp_path / "none")
    assert "There is no model yet" in texts(open_page())


def test_a_changed_file_is_read_again(models: Path) -> None:
    app = open_page(view="Training")
    (models / "one" / "history.csv").write_text("epoch,loss\n1,2\n")
    app.run()
    assert len(app.dataframe[0].value) == 1


def test_twenty_models_with_every_picture_in_a_second(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """35,887 predictions of each of 20 models: after the first load, the page asks for none."""
    names = [f"model{i:02}" for i in range(20)]
    for name in names:
        make_model(models, name, n=70)
    big = make_model(models, "big", n=35_887)
    reads = []
    real = state.read_predictions
    monkeypatch.setattr(state, "read_predictions", lambda p: reads.append(p) or real(p))
    app = open_page(view="Compare", models=[*names[:19], "big"])
    assert {p.parents[1].name for p in reads} >= {*names[:19], big.name}
    count, best = len(reads), 9.0
    for _ in range(3):
        start = time.process_time()
        app.run()
        best = min(best, time.process_time() - start)
    assert len(reads) == count
    assert not app.exception
    assert best < 1.0, f"{best:.2f} s of processor time"


def test_the_live_page_never_pays_for_charts() -> None:
    """Streamlit itself loads the shell of plotly; the rest waits for this page."""
    heavy = {"pandas", "plotly.offline", "fer_core.app.metrics", "fer_core.evaluation"}
    script = f"import sys, fer_core.app.live.page; print({heavy} & set(sys.modules) or 'none')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PAGE.parents[1], capture_output=True, text=True
    )
    assert done.stdout.strip() == "none", done.stderr


@pytest.mark.parametrize(
    ("network", "data", "origin"),
    [({}, {}, SCRATCH), ({"weights": "dlib.npz"}, {}, TAUGHT), ({}, {"knows_faces": True}, TAUGHT)],
)
def test_where_a_model_learned_is_told(
    network: dict[str, object], data: dict[str, object], origin: str
) -> None:
    spec = read_spec(resolve_model_dir("mien"))
    changes = {"recipe": spec.recipe | {"network": network}, "data": spec.data | data}
    assert origin_of(spec.model_copy(update=changes)) == origin


def test_two_models_differ_cell_by_cell(models: Path) -> None:
    app = open_page(view="Confusion", models=["one", "other"], unit="Difference")
    words = next(one.value for one in app.markdown if "Largest" in one.value)
    assert "Blue: one answers so more often than other" in words
    table = app.dataframe[-1].value
    assert list(table["labelled"]) == list(table.columns[1:])
    assert abs(table.iloc[:, 1:].to_numpy().sum(axis=1)).max() < 1e-9, "what one gains, one loses"
    alone = open_page(view="Confusion", unit="Difference")
    assert alone.get("plotly_chart"), "one model has its own matrix"
    assert not any("Largest" in one.value for one in alone.markdown)


def test_what_is_not_known_is_measured_by_a_press(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def fake(command: list[str], *, timeout_s: float) -> Ended:
        asked.append(command)
        return Ended(2, "", "The set has no such split.")

    monkeypatch.setattr("fer_core.app.metrics.measure.start", fake)
    monkeypatch.setattr("fer_core.app.metrics.measure.find_set", lambda name: tmp_path / name)
    key = "measure-robustness-third"
    public = KEY.replace("private", "public")
    make_model(models, "third", key=public)
    app = open_page(view="Robustness", models=["third"], data=public)
    assert not any(button.key == key for button in app.button), "visitors only look"
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()
    app = open_page(view="Robustness", models=["third"], data=public)
    app.button(key=key).click().run()
    place = str(tmp_path / "fer2013")
    assert asked == [
        ["evaluate", "--model", "third", "--data", place, "--split", "public_test", "--robustness"]
    ]
    assert [one.value for one in app.error] == ["The set has no such split."]
    assert "python -m" not in texts(app)
