"""Which curves the Metrics page draws beside each other."""

from dataclasses import replace

from fer_core.app.metrics.panel_training import (
    has_same_loss,
    make_line,
    stages_of,
    training_column,
)
from fer_core.evaluation.catalog import read_catalog
from fer_core.evaluation.history import History


def test_losses_of_two_kinds_are_not_drawn_beside_each_other() -> None:
    entries = {entry.name: entry for entry in read_catalog()}
    assert not has_same_loss(entries["mien"]), "teachers and votes are in its training loss"
    assert has_same_loss(entries["lenet"])
    _chart, text, table = make_line([entries["mien"]], {"mien": "#0072B2"})
    assert "50 epochs in 3 stages" in text.text  # type: ignore[union-attr]
    assert list(table.frame["stage"])[:3] == ["halving", "halved", "halved2"]  # type: ignore[union-attr]
    assert make_line([entries["lenet"]], {}) == []


def test_what_was_measured_alike_is_drawn_beside_validation() -> None:
    entry = {entry.name: entry for entry in read_catalog()}["mien"]
    assert [training_column(entry, name) for name in ("loss", "accuracy")] == ["", "accuracy"]
    assert entry.history is not None
    columns = entry.history.columns
    alike = {"train_loss": columns["val_loss"], "train_accuracy": columns["val_accuracy"]}
    newer = replace(entry, history=History(columns | alike))
    assert [training_column(newer, n) for n in ("loss", "accuracy")] == list(alike)


def test_curves_of_a_whole_line_need_no_second_picture() -> None:
    entry = {entry.name: entry for entry in read_catalog()}["mien"]
    assert stages_of(entry) == [], "its history is the last stage alone"
    columns = {"epoch": (1.0, 2.0, 3.0, 4.0), "stage": (1.0, 1.0, 1.0, 2.0)}
    whole = replace(entry, history=History(columns))
    assert stages_of(whole) == [3.5]
    assert entry.spec is not None
    spec = entry.spec.model_copy(update={"data": entry.spec.data | {"knows_faces": ["dlib_face"]}})
    text, _table = make_line([replace(whole, spec=spec)], {})
    assert "from the weights of dlib_face, in stages" in text.text  # type: ignore[union-attr]
