"""What a panel consists of: sentences, charts and tables, shown on the page and in the report."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Final, Literal, ParamSpec

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.catalogues import SOURCE
from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import listing as listing
from fer_core.app.language.spoken import number, speaking, spoken
from fer_core.labels import COLORS
from fer_core.text import csv_cell, csv_mark

P = ParamSpec("P")

#: Distinct lines for models: Okabe and Ito's colours, each with a dash and a marker of its own,
#: so that nothing is told by colour alone.
MODEL_COLORS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS: Final = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or more; ``kind`` says how much it matters."""

    text: str
    kind: Literal["plain", "small", "heading", "info", "warning"] = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A figure. ``name`` is that of its downloads, ``alt`` what a screen reader says."""

    figure: go.Figure
    name: str
    alt: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table. ``formats`` gives the printf format of a column, such as ``%.1f``; ``file`` is what
    its file holds, where that is not what is shown (see ``with_english_file``)."""

    frame: pd.DataFrame
    name: str
    formats: dict[str, str] = field(default_factory=dict)
    file: pd.DataFrame | None = None

    def csv(self) -> bytes:
        """UTF-8, by the rule of all exports (``csv_mark``, ``csv_cell``)."""
        held = self.frame if self.file is None else self.file
        safe = held.map(csv_cell).rename(columns=csv_cell)
        text = str(safe.to_csv(index=False))
        return (csv_mark(text) + text).encode()


def with_english_file(make: Callable[P, Table]) -> Callable[P, Table]:
    """Tables are shown in the visitor's language; a file of one is the same for everybody."""

    @wraps(make)
    def both(*args: P.args, **kwargs: P.kwargs) -> Table:
        table = make(*args, **kwargs)
        if spoken().code == SOURCE:
            return table
        with speaking(language_of(SOURCE)):
            return replace(table, file=make(*args, **kwargs).frame)

    return both


def digits(text: str) -> str:
    """A number as Python writes it, ``1,234.5``, as the visitor does."""
    if spoken().code == SOURCE:
        return text
    point, group = number(0.5, 1)[1], number(1000, grouped=True)[1]
    return text.translate({ord("."): point, ord(","): group})


Block = Text | Chart | Table


@dataclass(frozen=True, slots=True)
class Styling:
    """Colours that depend on the theme: the empty cell of a heatmap, and lines that are no data."""

    background: str = "#F4F4F8"
    ink: str = "#1B1B25"

    @classmethod
    def of(cls, theme: str | None) -> "Styling":
        """The styling for the theme ``dark``, for any other the light one."""
        return cls("#20202B", "#F2F2F7") if theme == "dark" else cls()


def line_style(index: int) -> dict[str, Any]:
    """Line of the model at this place of the selection."""
    color = MODEL_COLORS[index % len(MODEL_COLORS)]
    return {"color": color, "dash": DASHES[index % len(DASHES)], "width": 2}


def emotion_line(name: str, index: int) -> dict[str, Any]:
    """Line of an emotion, in its own colour."""
    return {"color": COLORS.get(name, "#7F7F7F"), "dash": DASHES[index % 3], "width": 2}


def layout(figure: go.Figure, *, height: int = 380, **options: Any) -> go.Figure:
    """What all figures share: margins that leave room on a phone, the legend below."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        legend={"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0},
        hoverlabel={"namelength": -1},
        dragmode=False,
        **options,
    )
    if spoken().code != SOURCE:
        figure.update_layout(separators=digits(".,"))
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure


def chart_config(name: str, image_format: str) -> dict[str, object]:
    """Plotly's buttons: saving as ``name`` alone, in the wanted format, and none without a name;
    the link to its maker is off."""
    if not name:
        return {"displayModeBar": False, "displaylogo": False}
    return {
        "displaylogo": False,
        "displayModeBar": True,
        "responsive": True,
        "modeBarButtonsToRemove": [
            *("zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d"),
            *("autoScale2d", "resetScale2d"),
        ],
        "toImageButtonOptions": {"format": image_format, "filename": f"mien-{name}", "scale": 2},
    }
