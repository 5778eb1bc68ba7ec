"""A new model beside the live one: two bars, and what would be lost where it is worse."""

import html
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.words import interval
from fer_core.app.training.charts import LEAKY_ICON
from fer_core.labels import EMOTIONS
from fer_core.text import markdown_sentence

_STYLE = """<style>
.mien-verdict { display: grid; grid-template-columns: minmax(4rem, auto) 1fr auto;
  gap: 0.4rem 0.75rem; align-items: center; font-variant-numeric: tabular-nums; }
.mien-verdict b { font-weight: 600; overflow-wrap: anywhere; }
.mien-verdict i { display: block; height: 0.9rem; border-radius: 0.45rem;
  background: rgba(127, 127, 127, 0.22); overflow: hidden; }
.mien-verdict i::before { content: ""; display: block; height: 100%; width: var(--share);
  background: var(--bar); }
</style>"""
#: Okabe and Ito's blue for the new one, grey for what serves now; the names say which is which.
_BARS = ("#0072B2", "#7F7F7F")


@dataclass(frozen=True, slots=True)
class ModelVerdict:
    """Two models on the same faces, the new one first.

    Attributes:
        names, accuracies, intervals: of the new one and of the one that was live.
        n: faces that both saw, none of which the live one had trained on.
        left_out: faces that the live one had trained on.
        is_leaky: the faces show people that the new one was trained on.
        same_data: neither has the advantage of faces like those it learned from.
        words: of McNemar's test.
    """

    names: tuple[str, str]
    accuracies: tuple[float, float]
    intervals: tuple[tuple[float, float], tuple[float, float]]
    n: int
    left_out: int
    is_leaky: bool
    same_data: bool
    words: str

    @property
    def is_worse(self) -> bool:
        """Whether the new one is right less often."""
        return self.accuracies[0] < self.accuracies[1]

    def loss(self) -> str:
        """What taking it would cost, as Markdown."""
        new, live = self.accuracies
        chance = ""
        if self.intervals[0][0] <= 1 / len(EMOTIONS):
            chance = tr("That is no better than guessing one of {n}.").format(
                n=number(len(EMOTIONS))
            )
        less = tr(
            "**{new}** is right on {share} of {n} faces, **{live}** on {live_share}: {points} "
            "points fewer."
        ).format(
            new=markdown_sentence(self.names[0]),
            share=percent(new),
            n=number(self.n, grouped=True),
            live=markdown_sentence(self.names[1]),
            live_share=percent(live),
            points=number((live - new) * 100, 1),
        )
        everybody = tr("Everybody who opens the live page gets it.")
        return " ".join(part for part in (less, chance, everybody) if part)


def read_verdict(value: object) -> ModelVerdict | None:
    """From the ``comparison`` of an ``export.json``; None where it says nothing usable."""
    if not isinstance(value, dict):
        return None
    try:
        (new, live), (first, second) = value["names"], value["figures"]
        return ModelVerdict(
            names=(str(new), str(live)),
            accuracies=(float(first["accuracy"]), float(second["accuracy"])),
            intervals=(_pair(first["ci95"]), _pair(second["ci95"])),
            n=int(value["n"]),
            left_out=int(value.get("left_out", 0)),
            is_leaky=bool(value.get("leaky", False)),
            same_data=bool(value["same_data"]),
            words=str(value["words"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _pair(value: Any) -> tuple[float, float]:
    low, high = value
    return float(low), float(high)


def show_verdict(verdict: ModelVerdict) -> None:
    """Draw the bars and the test in words."""
    st.html(_STYLE + verdict_bars(verdict))
    st.caption(
        tr("As the live page would show {n} faces; in brackets the 95 % interval.").format(
            n=number(verdict.n, grouped=True)
        )
        + f" {markdown_sentence(verdict.words)}"
    )
    if verdict.left_out:
        st.caption(
            tr("{n} faces are left out, which {model} had trained on.").format(
                n=number(verdict.left_out, grouped=True), model=markdown_sentence(verdict.names[1])
            )
        )
    if verdict.is_leaky:
        st.warning(
            tr("The bars flatter {model}: its split is leaky, so it has seen these people.").format(
                model=markdown_sentence(verdict.names[0])
            ),
            icon=LEAKY_ICON,
        )
    elif not verdict.same_data:
        st.caption(
            tr(
                "The two learned from different data: each has an advantage on faces like those it "
                "was trained on."
            )
        )


def verdict_bars(verdict: ModelVerdict) -> str:
    """HTML: a row each with name, bar, accuracy and interval."""
    rows, live = [], tr("live")
    for place, color in enumerate(_BARS):
        role = "" if place == 0 else f" ({live})"
        share = verdict.accuracies[place]
        rows.append(
            f"<b>{html.escape(verdict.names[place])}{role}</b>"
            f'<i style="--share:{share * 100:.1f}%;--bar:{color}"></i>'
            f"<span>{percent(share)} ({interval(*verdict.intervals[place])})</span>"
        )
    return f'<div class="mien-verdict">{"".join(rows)}</div>'
