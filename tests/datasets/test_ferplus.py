"""FER+ votes: joined by row, shared out, and kept away from training where they are test rows."""

import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.datasets.ferplus import VOTE_COLUMNS, emotion_shares, majority
from fer_core.datasets.splits import split_stratified
from fer_core.errors import DataError


def votes(**counts: float) -> list[float]:
    return [counts.get(name, 0) for name in VOTE_COLUMNS]


@pytest.mark.parametrize(
    ("row", "winner"),
    [
        (votes(happy=10), "happy"),
        (votes(happy=6, neutral=4), "happy"),
        (votes(contempt=6, neutral=4), "contempt"),
        (votes(happy=5, neutral=5), None),
        (votes(happy=4, unknown=4, neutral=2), None),
        (votes(unknown=6, happy=4), None),
        (votes(NF=10), None),
        (votes(), None),
    ],
)
def test_majority(row, winner):
    expected = -1 if winner is None else VOTE_COLUMNS.index(winner)
    assert majority(np.asarray([row], np.float32)).tolist() == [expected]


def test_majority_of_shares_and_nan():
    shares = np.full((2, 8), np.nan, np.float32)
    shares[0] = np.eye(8)[3]
    assert majority(shares).tolist() == [3, -1]
    assert majority(np.zeros((0, 10), np.float32)).shape == (0,)


def test_shares_leave_out_unknown_and_no_face():
    table = np.asarray([votes(happy=4, neutral=4, unknown=2), votes(NF=10)], np.float32)
    shares = emotion_shares(table)
    assert shares[0].tolist() == votes(happy=0.5, neutral=0.5)[:8]
    assert np.isnan(shares[1]).all()


def test_joined_by_row_in_every_order(tmp_path, write_parquet, write_votes):
    folder = tmp_path / "fer2013"
    folder.mkdir()
    write_parquet(folder / "set.parquet", list(range(27, -1, -1)))
    write_votes(folder / "fer2013new.csv")
    faces = load_dataset(folder)
    assert majority(faces.votes).tolist() == faces.labels.tolist()
    assert faces.split("train").votes8.shape == (14, 8)
    np.testing.assert_allclose(faces.split("train").votes8.sum(axis=1), 1)


def test_votes_of_test_rows_never_train(tmp_path, csv_text, write_votes):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text())
    faces = load_dataset(path, votes=write_votes(tmp_path / "v.csv"))
    for part in (faces, faces.split("public_test"), faces.split("private_test")):
        with pytest.raises(DataError, match="never train"):
            _ = part.votes8
        assert np.isfinite(part.scoring_votes8()).all()
    # Calling a test row 'train' afterwards does not open its votes.
    again = split_stratified(faces, seed=0, parts=(1, 1, 1)).split("train")
    assert again.held_out.any()
    with pytest.raises(DataError, match="never train"):
        _ = again.votes8


def test_without_votes(tmp_path, csv_text):
    (tmp_path / "fer2013.csv").write_text(csv_text())
    with pytest.raises(DataError, match="has no FER"):
        _ = load_dataset(tmp_path / "fer2013.csv").split("train").votes8


def test_other_number_of_rows(tmp_path, csv_text, write_votes):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text())
    short = write_votes(tmp_path / "fer2013new.csv", rows=20)
    faces = load_dataset(path)
    assert faces.votes is None
    assert "20 rows" in faces.warnings[0]
    with pytest.raises(DataError, match="none for row 20"):
        load_dataset(path, votes=short)


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        ({2: "Training,f.png,1,2"}, "row 2 (line 4) has 4 cells"),
        ({2: "Training,f.png,11" + ",0" * 9}, "Received: '11'"),
        ({2: "Training,f.png,-1" + ",0" * 9}, "Received: '-1'"),
        ({2: "Elsewhere,f.png,1" + ",0" * 9}, "Received: 'Elsewhere'"),
        ({2: "PublicTest,f.png,1" + ",0" * 9}, "do not belong together"),
    ],
)
def test_bad_votes(tmp_path, csv_text, write_votes, replaced, said):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text())
    table = write_votes(tmp_path / "votes.csv", replaced)
    with pytest.raises(DataError) as caught:
        load_dataset(path, votes=table)
    assert said in str(caught.value)
    assert str(table) in str(caught.value)


@pytest.mark.parametrize("content", ["", "Usage,neutral\n", "a,b\n1,2\n"])
def test_no_votes_file(tmp_path, csv_text, content):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text())
    (tmp_path / "votes.csv").write_text(content)
    with pytest.raises(DataError, match="lacks the column"):
        load_dataset(path, votes=tmp_path / "votes.csv")
