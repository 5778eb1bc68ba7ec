"""Training curves: loss and accuracy, training and validation, the kept epoch marked."""

import math

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.metrics.view import REST_COLOR, View
from fer_core.app.parts.blocks import Block, Chart, Table, Text, layout, line_style, listing
from fer_core.evaluation.catalog import Entry

#: (title, training column, validation column, axis)
_CURVES = (
    ("Loss", "loss", "val_loss", "loss"),
    ("Accuracy", "accuracy", "val_accuracy", "accuracy (%)"),
)
#: Measured of a sample of training pictures just as of the validation pictures, in newer runs:
#: column while training -> that one.
_ALIKE = {"loss": "train_loss", "accuracy": "train_accuracy"}

#: What the columns of the files are called on the page; shares are shown in percent.
_TITLES = {
    "learning_rate": "learning rate",
    "loss": "loss while training",
    "accuracy": "accuracy while training (%)",
    "train_loss": "training loss",
    "train_accuracy": "training accuracy (%)",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy (%)",
    "val_ferplus_accuracy": "validation accuracy against FER+ (%)",
    "seconds": "time (s)",
}


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
    for title, train, val, axis in _CURVES:
        figure = go.Figure()
        for entry in shown:
            _add_curves(figure, entry, view.place(entry), training_column(entry, train), val)
            _mark_stages(figure, entry)
        layout(figure, title=title, hovermode="x unified")
        figure.update_xaxes(title="epoch")
        figure.update_yaxes(title=axis)
        names = listing([entry.name for entry in shown])
        blocks.append(
            Chart(figure, f"training-{train}", f"{title} by epoch of {names}, training faint.")
        )
    alike = [entry.name for entry in shown if training_column(entry, "loss") == "train_loss"]
    if alike:
        blocks.append(
            Text(
                f"Of {listing(alike)} training is measured as validation is: the same weights, "
                "the same loss, plain pictures, as many of them.",
                "small",
            )
        )
    others = [entry.name for entry in shown if not training_column(entry, "loss")]
    if others:
        blocks.append(
            Text(
                f"Of {listing(others)} the training loss is another function than the validation "
                "loss (teachers, FER+ votes, mixed or smoothed targets), so it is not drawn beside "
                "it; it is in the table. Training accuracy is of changed and mixed pictures.",
                "small",
            )
        )
    blocks += make_line(shown, {entry.name: view.color(entry) for entry in shown})
    kept = [f"{e.name}: epoch {e.best_epoch}" for e in shown if e.best_epoch is not None]
    if kept:
        blocks.append(Text("Star: the epoch that was kept. " + "; ".join(kept) + ".", "small"))
    for entry in shown:
        if entry.spec is not None and entry.spec.data.get("leaky"):
            sentence = f"{entry.name} was validated on a leaky split: {entry.spec.data['split']}."
            blocks.append(Text(sentence, "warning"))
    blocks.append(make_history_table(shown))
    return blocks


def training_column(entry: Entry, column: str) -> str:
    """The column that says of training what ``val_...`` says of validation; empty: none does."""
    alike = _ALIKE[column]
    if entry.history is not None and alike in entry.history.columns:
        return alike
    return column if column != "loss" or has_same_loss(entry) else ""


def origin_words(entry: Entry) -> str:
    """``from scratch``, or whose weights the line of a model begins with."""
    knew = entry.spec.data.get("knows_faces") if entry.spec is not None else None
    return (
        f"from the weights of {listing([str(name) for name in knew])}" if knew else "from scratch"
    )


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
        origin = origin_words(entry)
        if stages_of(entry):
            names = listing([str(name) for name in line["stage"]])
            blocks.append(Text(f"{entry.name} learned {origin}, in stages: {names}.", "small"))
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
                annotation_text=f"teacher {stage}",
                annotation_position="bottom left",  # where the line is not
            )
        layout(figure, title=f"The whole line of {entry.name}")
        figure.update_xaxes(title=f"epochs {origin} on, all stages", rangemode="tozero")
        figure.update_yaxes(title="validation accuracy (%)")
        total = int(line["epochs"].sum())
        names = listing([str(name) for name in line["stage"]])
        blocks.append(Chart(figure, f"line-{entry.name}", f"Stages of {entry.name}: {names}."))
        blocks.append(
            Text(
                f"{entry.name} is {total} epochs in {len(line)} stages; the curves above are the "
                "last one. Of the earlier ones what was logged is the epoch that was kept.",
                "small",
            )
        )
        blocks.append(_line_table(frame, f"line-{entry.name}"))
    return blocks


def _line_table(frame: pd.DataFrame, name: str) -> Table:
    shares = {c: title for c, title in _TITLES.items() if c in frame and title.endswith("(%)")}
    shown = frame.assign(**{column: frame[column] * 100 for column in shares})
    return Table(shown.rename(columns=_TITLES), name, dict.fromkeys(shares.values(), "%.2f"))


def _scaled(values: tuple[float, ...], column: str) -> list[float | None]:
    factor = 100 if "accuracy" in column else 1
    return [None if math.isnan(value) else value * factor for value in values]


def _add_curves(figure: go.Figure, entry: Entry, place: int, train: str, val: str) -> None:
    assert entry.history is not None
    columns = entry.history.columns
    style = line_style(place)
    for column, what, opacity in ((train, "training", 0.45), (val, "validation", 1.0)):
        if column in columns:
            dash = "dot" if column == train else "solid"
            figure.add_scatter(
                x=columns["epoch"],
                y=_scaled(columns[column], column),
                mode="lines",
                name=f"{entry.name}, {what}",
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
            name=f"{entry.name}, epoch kept",
            showlegend=False,
            hovertemplate="epoch kept",
        )


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
    shares = {c: title for c, title in _TITLES.items() if c in joined and title.endswith("(%)")}
    joined = joined.assign(**{column: joined[column] * 100 for column in shares})
    formats = dict.fromkeys(shares.values(), "%.2f") | {"learning rate": "%.2e"}
    formats |= {title: "%.4f" for title in _TITLES.values() if "loss" in title}
    formats["time (s)"] = "%.0f"
    return Table(joined.rename(columns=_TITLES), "training-history", formats)
