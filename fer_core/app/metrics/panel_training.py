"""Training curves: loss and accuracy, training and validation, the kept epoch marked."""

import math

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Table,
    Text,
    layout,
    line_style,
    listing,
    with_english_file,
)
from fer_core.evaluation.catalog import Entry
from fer_core.text import mark

#: (title, training column, validation column, axis, what a screen reader says)
_CURVES = (
    (
        mark("Loss"),
        "loss",
        "val_loss",
        mark("loss"),
        mark("Loss by epoch of {models}, training faint."),
    ),
    (
        mark("Accuracy"),
        "accuracy",
        "val_accuracy",
        mark("accuracy (%)"),
        mark("Accuracy by epoch of {models}, training faint."),
    ),
)
#: Measured of a sample of training pictures just as of the validation pictures, in newer runs:
#: column while training -> that one.
_ALIKE = {"loss": "train_loss", "accuracy": "train_accuracy"}

#: What the columns of the files are called on the page; shares are shown in percent.
_TITLES = {
    "model": mark("model"),
    "epoch": mark("epoch"),
    "epochs": mark("epochs"),
    "stage": mark("stage"),
    "role": mark("role"),
    "learning_rate": mark("learning rate"),
    "loss": mark("loss while training"),
    "accuracy": mark("accuracy while training (%)"),
    "train_loss": mark("training loss"),
    "train_accuracy": mark("training accuracy (%)"),
    "val_loss": mark("validation loss"),
    "val_accuracy": mark("validation accuracy (%)"),
    "val_ferplus_accuracy": mark("validation accuracy against FER+ (%)"),
    "seconds": mark("time (s)"),
}
#: Columns that are shares.
_SHARES = ("accuracy", "train_accuracy", "val_accuracy", "val_ferplus_accuracy")
_ROLES = {"line": mark("line"), "teacher": mark("teacher")}


def make_training(view: View) -> list[Block]:
    """Curves of every chosen model and run that has a history."""
    shown = [entry for entry in view.chosen if entry.history is not None]
    blocks: list[Block] = [
        Text(entry.problems["history"], "info")
        for entry in view.chosen
        if "history" in entry.problems
    ]
    if not shown:
        return blocks
    for title, train, val, axis, alt in _CURVES:
        figure = go.Figure()
        for entry in shown:
            _add_curves(figure, entry, view.place(entry), training_column(entry, train), val)
            _mark_stages(figure, entry)
        layout(figure, title=tr(title), hovermode="x unified")
        figure.update_xaxes(title=tr("epoch"))
        figure.update_yaxes(title=tr(axis))
        names = listing([entry.name for entry in shown])
        blocks.append(Chart(figure, f"training-{train}", tr(alt).format(models=names)))
    alike = [entry.name for entry in shown if training_column(entry, "loss") == "train_loss"]
    if alike:
        blocks.append(
            Text(
                tr(
                    "Of {models} training is measured as validation is: the same weights, the same "
                    "loss, plain pictures, as many of them."
                ).format(models=listing(alike)),
                "small",
            )
        )
    others = [entry.name for entry in shown if not training_column(entry, "loss")]
    if others:
        blocks.append(
            Text(
                tr(
                    "Of {models} the training loss is another function than the validation loss "
                    "(teachers, FER+ votes, mixed or smoothed targets), so it is not drawn beside "
                    "it; it is in the table. Training accuracy is of changed and mixed pictures."
                ).format(models=listing(others)),
                "small",
            )
        )
    blocks += make_line(shown, {entry.name: view.color(entry) for entry in shown})
    one = tr("{model}: epoch {n}")
    kept = [
        one.format(model=e.name, n=number(e.best_epoch)) for e in shown if e.best_epoch is not None
    ]
    if kept:
        words = tr("Star: the epoch that was kept. {models}.")
        blocks.append(Text(words.format(models="; ".join(kept)), "small"))
    for entry in shown:
        if entry.spec is not None and entry.spec.data.get("leaky"):
            words = tr("{model} was validated on a leaky split: {split}.")
            sentence = words.format(model=entry.name, split=entry.spec.data["split"])
            blocks.append(Text(sentence, "warning"))
    blocks.append(make_history_table(shown))
    return blocks


def training_column(entry: Entry, column: str) -> str:
    """The column that says of training what ``val_...`` says of validation; empty: none does."""
    alike = _ALIKE[column]
    if entry.history is not None and alike in entry.history.columns:
        return alike
    return column if column != "loss" or has_same_loss(entry) else ""


def knew_words(entry: Entry) -> str:
    """Whose weights the line of a model begins with; empty: it began from scratch."""
    knew = entry.spec.data.get("knows_faces") if entry.spec is not None else None
    return listing([str(name) for name in knew]) if knew else ""


def stages_of(entry: Entry) -> list[float]:
    """Where the stages of a line begin behind the first, in epochs; empty: the curves are one."""
    columns = entry.history.columns if entry.history is not None else {}
    marks = columns.get("stage", ())
    epochs = columns.get("epoch", ())
    changed = zip(marks[1:], marks[:-1], epochs[:-1], strict=True) if marks else ()
    return [epoch + 0.5 for after, before, epoch in changed if after != before]


def _mark_stages(figure: go.Figure, entry: Entry) -> None:
    for at in stages_of(entry):
        figure.add_vline(x=at, line={"color": REST_COLOR, "dash": "dot", "width": 1})


def has_same_loss(entry: Entry) -> bool:
    """Whether training minimised what validation measures: cross-entropy of the plain labels."""
    if entry.spec is None:
        return True
    recipe = entry.spec.recipe
    optimizer, augment = recipe.get("optimizer", {}), recipe.get("augment", {})
    changed = ("teacher_share", "ferplus_weight", "label_smoothing")
    mixed = ("mixup", "cutmix")
    return not any(optimizer.get(n) for n in changed) and not any(augment.get(n) for n in mixed)


def make_line(entries: list[Entry], colors: dict[str, str]) -> list[Block]:
    """The stages that led to a model, from its start to its last fine-tuning, its teachers beside.

    Of a model whose folder has a ``line.csv``: stage, role (``line`` or ``teacher``), epochs,
    validation accuracy and that against the FER+ majority, as they were logged; drawn where the
    curves show the last stage alone. ``colors`` are those of the models, by name.
    """
    blocks: list[Block] = []
    for entry in entries:
        path = entry.folder / "line.csv"
        if not path.is_file():
            continue
        frame = pd.read_csv(path)
        line = frame[frame["role"] == "line"]
        knew = knew_words(entry)
        if stages_of(entry):
            names = listing([str(name) for name in line["stage"]])
            words = (
                tr("{model} learned from the weights of {knew}, in stages: {names}.")
                if knew
                else tr("{model} learned from scratch, in stages: {names}.")
            )
            said = words.format(model=entry.name, knew=knew, names=names)
            blocks.append(Text(said, "small"))
            blocks.append(_line_table(frame, f"line-{entry.name}"))
            continue
        ends = line["epochs"].cumsum()
        figure = go.Figure(
            go.Scatter(
                x=[0, *ends],
                y=[None, *(line["val_accuracy"] * 100)],
                mode="lines+markers+text",
                text=["", *line["stage"]],
                textposition="bottom center",
                name=entry.name,
                line={"color": colors[entry.name], "width": 2},
                hovertemplate="%{text}: %{y:.2f} %<extra></extra>",
            )
        )
        teachers = frame[frame["role"] == "teacher"]
        pairs = zip(teachers["stage"].tolist(), teachers["val_accuracy"].tolist(), strict=True)
        for index, (stage, accuracy) in enumerate(pairs, 1):
            figure.add_hline(
                y=100 * float(accuracy),
                line={"color": REST_COLOR, "dash": line_style(index)["dash"], "width": 1},
                annotation_text=tr("teacher {name}").format(name=stage),
                annotation_position="bottom left",  # where the line is not
            )
        layout(figure, title=tr("The whole line of {model}").format(model=entry.name))
        axis = (
            tr("epochs from the weights of {knew} on, all stages").format(knew=knew)
            if knew
            else tr("epochs from scratch on, all stages")
        )
        figure.update_xaxes(title=axis, rangemode="tozero")
        figure.update_yaxes(title=tr("validation accuracy (%)"))
        total = int(line["epochs"].sum())
        names = listing([str(name) for name in line["stage"]])
        alt = tr("Stages of {model}: {names}.").format(model=entry.name, names=names)
        blocks.append(Chart(figure, f"line-{entry.name}", alt))
        blocks.append(
            Text(
                tr(
                    "{model} is {n} epochs in {stages} stages; the curves above are the last one. "
                    "Of the earlier ones what was logged is the epoch that was kept."
                ).format(model=entry.name, n=number(total), stages=number(len(line))),
                "small",
            )
        )
        blocks.append(_line_table(frame, f"line-{entry.name}"))
    return blocks


@with_english_file
def _line_table(frame: pd.DataFrame, name: str) -> Table:
    shares = {c: tr(title) for c, title in _TITLES.items() if c in frame and c in _SHARES}
    shown = frame.assign(**{column: frame[column] * 100 for column in shares})
    if "role" in shown:
        shown["role"] = [tr(_ROLES.get(role, role)) for role in shown["role"]]
    return Table(_titled(shown), name, dict.fromkeys(shares.values(), "%.2f"))


def _titled(frame: pd.DataFrame) -> pd.DataFrame:
    """With what the columns are called in the visitor's language."""
    return frame.rename(columns={column: tr(title) for column, title in _TITLES.items()})


def _scaled(values: tuple[float, ...], column: str) -> list[float | None]:
    factor = 100 if "accuracy" in column else 1
    return [None if math.isnan(value) else value * factor for value in values]


def _add_curves(figure: go.Figure, entry: Entry, place: int, train: str, val: str) -> None:
    assert entry.history is not None
    columns = entry.history.columns
    style = line_style(place)
    curves = (
        (train, tr("{model}, training"), 0.45),
        (val, tr("{model}, validation"), 1.0),
    )
    for column, what, opacity in curves:
        if column in columns:
            dash = "dot" if column == train else "solid"
            figure.add_scatter(
                x=columns["epoch"],
                y=_scaled(columns[column], column),
                mode="lines",
                name=what.format(model=entry.name),
                line={**style, "dash": dash},
                opacity=opacity,
                hovertemplate="%{y:.2f}",
            )
    if val in columns and entry.best_epoch in columns["epoch"]:
        at = columns["epoch"].index(entry.best_epoch)
        figure.add_scatter(
            x=[entry.best_epoch],
            y=[_scaled(columns[val], val)[at]],
            mode="markers",
            marker={"symbol": "star", "size": 14, "color": style["color"]},
            name=tr("{model}, epoch kept").format(model=entry.name),
            showlegend=False,
            hovertemplate=tr("epoch kept"),
        )


@with_english_file
def make_history_table(entries: list[Entry]) -> Table:
    """All epochs of all shown models, one row each."""
    frames = []
    for entry in entries:
        assert entry.history is not None
        frame = pd.DataFrame(entry.history.columns)
        frame.insert(0, "model", entry.name)
        frame["epoch"] = frame["epoch"].astype(int)
        frames.append(frame)
    joined = pd.concat(frames, ignore_index=True)
    shares = {c: tr(title) for c, title in _TITLES.items() if c in joined and c in _SHARES}
    joined = joined.assign(**{column: joined[column] * 100 for column in shares})
    formats = dict.fromkeys(shares.values(), "%.2f")
    formats[tr(_TITLES["learning_rate"])] = "%.2e"
    formats |= {tr(title): "%.4f" for column, title in _TITLES.items() if "loss" in column}
    formats[tr(_TITLES["seconds"])] = "%.0f"
    return Table(_titled(joined), "training-history", formats)
