"""The surest mistakes of a model as one page of pictures, for the person who holds the set."""

import base64
import html
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets import FaceSet
from fer_core.datasets.ferplus import emotion_shares, majority
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS, color_of
from fer_core.types import FloatArray, IntArray

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem;max-width:80rem}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1rem}
figure{margin:0;border:1px solid #8885;border-radius:.6rem;padding:.7rem}
img{width:100%;image-rendering:auto;border-radius:.3rem}
b{border-bottom:3px solid}
"""


def surest_mistakes(
    probs: FloatArray, labels: IntArray, count: int
) -> tuple[IntArray, NDArray[np.float64]]:
    """Rows whose answer is wrong, the surest first, and how sure: p(answer) - p(label).

    Args:
        probs: (N, C) with rows of NaN where there is no answer.
        labels: (N,) columns of ``probs``, -1 where the label is none of them.
    """
    rows = np.flatnonzero((labels >= 0) & np.isfinite(probs).all(axis=1))
    answers = probs[rows].argmax(axis=1)
    margin = probs[rows, answers].astype(float) - probs[rows, labels[rows]]
    wrong = np.flatnonzero(answers != labels[rows])
    order = wrong[np.argsort(-margin[wrong], kind="stable")][:count]
    return np.asarray(rows[order], np.int64), margin[order]


def write_gallery(
    path: Path,
    part: FaceSet,
    probs: FloatArray,
    classes: tuple[str, ...],
    *,
    model: str,
    count: int = 60,
) -> dict[str, int]:
    """Write the gallery and return what it shows: ``mistakes`` on the page, how many of them have
    FER+ votes (``voted``), and in how many of these the majority of voters is with the model
    (``voters_with_model``) or with the label (``voters_with_label``).

    The page holds pictures of the set: it stays with whoever holds the set.

    Args:
        part: N faces (not pictures) that ``probs`` (N, C) over ``classes`` answers.
    """
    rows, margins = surest_mistakes(probs, part.labels_in(classes), count)
    top = None if part.votes is None else majority(part.votes)
    shown = {"mistakes": len(rows), "voted": 0, "voters_with_model": 0, "voters_with_label": 0}
    figures = []
    for row, margin in zip(rows, margins, strict=True):
        answer, label = classes[int(probs[row].argmax())], part.label_names[part.labels[row]]
        votes = ""
        if part.votes is not None and top is not None and top[row] >= 0:
            voted = FERPLUS_EMOTIONS[int(top[row])]
            shown["voted"] += 1
            shown["voters_with_model"] += voted == answer
            shown["voters_with_label"] += voted == label
            shares = emotion_shares(part.votes[row : row + 1])[0]
            order = np.argsort(-shares, kind="stable")[:3]
            votes = "FER+: " + ", ".join(
                f"{FERPLUS_EMOTIONS[i]} {shares[i]:.0%}" for i in order if shares[i] > 0
            )
        figures.append(_figure(part, int(row), answer, label, float(margin), votes))
    title = f"The {len(rows)} surest mistakes of {html.escape(model)}"
    summary = (
        f"{shown['voted']} of them have a majority of FER+ voters: it is with the model in "
        f"{shown['voters_with_model']}, with the FER-2013 label in {shown['voters_with_label']}."
        if shown["voted"]
        else "The set has no FER+ votes."
    )
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><style>'
        f"{_STYLE}</style><h1>{title}</h1><p>{summary} Set: {html.escape(part.name)}. "
        "These are pictures of the set: keep this page where the set is.</p>"
        f"<main>{''.join(figures)}</main></html>\n",
        encoding="utf-8",
    )
    return shown


def _figure(part: FaceSet, row: int, answer: str, label: str, margin: float, votes: str) -> str:
    assert part.images is not None  # pictures that need a detector are refused before
    _, data = cv2.imencode(".png", part.images[row])
    source = base64.b64encode(data.tobytes()).decode("ascii")
    name = html.escape(str(part.ids[row]))
    return (
        f'<figure><img alt="row {name}: labelled {label}, answered {answer}" '
        f'src="data:image/png;base64,{source}"><figcaption>{_marked("model", answer)}<br>'
        f"{_marked('label', label)}<br>{votes}<br>margin {margin:.2f}, row {name}"
        "</figcaption></figure>"
    )


def _marked(what: str, emotion: str) -> str:
    color = color_of(emotion) if emotion in EMOTIONS else "#888888"
    return f'{what}: <b style="border-color:{color}">{emotion}</b>'
