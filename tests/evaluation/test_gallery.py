"""The gallery shows mistakes, the surest first, and counts with whom the voters are."""

import numpy as np

from fer_core.datasets.ferplus import VOTE_COLUMNS
from fer_core.evaluation.gallery import surest_mistakes, write_gallery
from fer_core.labels import EMOTIONS
from tests.evaluation.test_report import make


def test_surest_first_and_only_mistakes():
    probs = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [np.nan, np.nan], [0.3, 0.7]])
    rows, margins = surest_mistakes(probs, np.array([0, 0, 0, 1, -1]), 5)
    assert rows.tolist() == [2, 1]
    np.testing.assert_allclose(margins, [0.6, 0.2])
    assert surest_mistakes(probs, np.array([0, 0, 0, 1, -1]), 1)[0].tolist() == [2]


def test_the_page_opens_alone_and_says_with_whom_the_voters_are(tmp_path):
    votes = np.zeros((3, len(VOTE_COLUMNS)), np.float32)
    for row, voted in enumerate(("happy", "sad", "neutral")):
        votes[row, VOTE_COLUMNS.index(voted)] = 8
    faces = make([EMOTIONS.index(name) for name in ("angry", "sad", "fear")], votes=votes)
    probs = np.full((3, 7), 0.05, np.float32)
    probs[:, EMOTIONS.index("happy")] = 0.7
    shown = write_gallery(tmp_path / "g.html", faces, probs, EMOTIONS, model="<b>m</b>")
    assert shown == {
        "mistakes": 3,
        "voted": 3,
        "voters_with_model": 1,
        "voters_with_label": 1,
    }
    page = (tmp_path / "g.html").read_text()
    assert page.count("<img ") == page.count("src=") == page.count("data:image/png;base64,") == 3
    assert "<b>m</b>" not in page
    assert "labelled angry, answered happy" in page
