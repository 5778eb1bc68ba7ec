"""The report of a model that reads its answer off the first pixels of a face."""

from types import SimpleNamespace

import numpy as np
import pytest

from fer_core.datasets import FaceSet
from fer_core.datasets.ferplus import VOTE_COLUMNS
from fer_core.errors import DataError
from fer_core.evaluation.crops import CutFaces
from fer_core.evaluation.ferplus import score_ferplus
from fer_core.evaluation.report import choose_split, evaluate_model
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS, FIVE_EMOTIONS


class PixelModel:
    """The grey level of a face, divided by 20, is the index of the answer in EMOTIONS."""

    def __init__(self, labels=EMOTIONS, size=48, ferplus=False, sure=0.9):
        self.spec = SimpleNamespace(labels=labels, input=SimpleNamespace(size=size))
        self.ferplus, self.sure = ferplus, sure

    def _probs(self, answers, names):
        probs = np.full((len(answers), len(names)), (1 - self.sure) / (len(names) - 1), np.float32)
        for row, answer in enumerate(answers):
            name = FERPLUS_EMOTIONS[answer]
            probs[row, names.index(name) if name in names else 0] = self.sure
        return probs

    def predict_outputs(self, crops):
        assert crops.shape[1:] == (self.spec.input.size,) * 2
        answers = np.clip(np.rint(crops[:, 10:-10, 10:-10].mean(axis=(1, 2)) / 20), 0, 7)
        answers = answers.astype(int)
        outputs = {
            "fer": self._probs(answers, self.spec.labels),
            "served": self._probs(answers, EMOTIONS),
        }
        if self.ferplus:
            outputs["ferplus"] = self._probs(answers, FERPLUS_EMOTIONS)
        return outputs


def make(labels, answers=None, splits="public_test", names=EMOTIONS, **columns):
    n = len(labels)
    answers = labels if answers is None else answers
    images = np.stack([np.full((48, 48), 20 * a, np.uint8) for a in answers])
    images[:, 0, 0] = np.arange(n)  # no two faces are equal, whatever their answer
    return FaceSet(
        "made", np.asarray(labels), names, np.full(n, splits), np.arange(n), images, **columns
    )


def test_figures_by_hand():
    figures = evaluate_model(PixelModel(), make([0, 1, 2, 3, 4, 5, 6, 6], [0, 1, 2, 3, 4, 5, 6, 3]))
    f = figures.figures
    assert f["n"] == 8
    assert f["accuracy"] == 7 / 8
    assert f["balanced_accuracy"] == pytest.approx((6 + 0.5) / 7)
    assert f["confusion"][6] == [0, 0, 0, 1, 0, 0, 1]
    assert f["per_class"]["happy"]["precision"] == 0.5
    assert f["per_class"]["neutral"]["recall"] == 0.5
    assert f["ece"] == pytest.approx(0.9 - 7 / 8, abs=1e-6)
    assert f["restricted_accuracy"] == 7 / 8
    assert f["ferplus"] is None
    assert f["accuracy_without_duplicates"] is None
    assert figures.warnings == ()


def test_set_with_classes_the_model_lacks():
    result = evaluate_model(PixelModel(FIVE_EMOTIONS, size=32), make([0, 1, 2, 3, 3]))
    assert result.figures["n"] == 3
    assert result.figures["labels"] == list(FIVE_EMOTIONS)
    assert result.figures["accuracy"] == 1.0
    assert result.scored.tolist() == [True, False, False, True, True]
    assert "disgust, fear: 2 of 5" in result.warnings[0]


def test_contempt_is_left_out():
    names = ("happy", "contempt")
    result = evaluate_model(PixelModel(), make([0, 1], [3, 3], names=names))
    assert result.figures["n"] == 1
    assert "contempt" in result.warnings[0]


def test_set_that_lacks_classes_of_the_model():
    # The face of row 1 reads 'neutral', which the set does not have.
    result = evaluate_model(PixelModel(sure=0.4), make([0, 0, 3], [0, 6, 3]))
    assert result.figures["accuracy"] == pytest.approx(2 / 3)
    assert result.figures["restricted_accuracy"] == 1.0  # angry comes before happy at a tie
    assert "neutral" in result.warnings[0]


def test_duplicates_of_train():
    train = make([0, 1], splits="train")
    part = make([0, 1, 2, 3], [0, 1, 2, 5])
    result = evaluate_model(PixelModel(), part, train=train)
    assert result.figures["duplicates_of_train"]["exact"] == 2
    assert result.figures["accuracy"] == 0.75
    assert result.figures["accuracy_without_duplicates"] == 0.5


def votes(*rows):
    return np.asarray([[row.get(n, 0) for n in VOTE_COLUMNS] for row in rows], np.float32)


VOTES = votes(
    {"angry": 10},
    {"contempt": 8, "sad": 2},
    {"fear": 5, "sad": 5},
    {"NF": 10},
    {"sad": 6, "fear": 4},
)


@pytest.mark.parametrize(
    ("has_ferplus", "accuracy", "accuracy7"), [(True, 1.0, 1.0), (False, 2 / 3, 1.0)]
)
def test_ferplus(has_ferplus, accuracy, accuracy7):
    part = make([0, 6, 2, 3, 4], [0, 7, 2, 3, 4], votes=VOTES)
    figures = evaluate_model(PixelModel(ferplus=has_ferplus), part).figures["ferplus"]
    assert (figures["n"], figures["n7"]) == (3, 2)
    assert figures["accuracy"] == pytest.approx(accuracy)
    assert figures["accuracy7"] == pytest.approx(accuracy7)
    assert figures["kl"] > 0


def test_ferplus_kl_by_hand():
    probs = np.full((1, 8), 0.125)
    figures = score_ferplus(votes({"angry": 5, "sad": 3, "unknown": 2}), probs, FERPLUS_EMOTIONS)
    p = np.array([5, 3]) / 8
    assert figures.kl == pytest.approx(float((p * np.log(p / 0.125)).sum()), rel=1e-6)
    assert score_ferplus(votes({"NF": 10}), probs, FERPLUS_EMOTIONS) is None


def test_pictures_without_a_face_are_left_out():
    part = make([0, 3, 6])
    cut = CutFaces(part.faces()[[0, 2]], np.array([True, False, True]))
    result = evaluate_model(PixelModel(), part, cut=cut, robustness=True)
    assert (result.figures["n"], result.figures["faces_missed"]) == (2, 1)
    assert np.isnan(result.probs[1]).all()
    assert "1 of 3 pictures" in result.warnings[0]
    assert result.figures["robustness"]["shift_5px"] == 1.0
    assert result.figures["robustness"]["brightness_0.4"] == 0.5  # neutral 120 -> 48 reads 'fear'


@pytest.mark.parametrize(
    ("part", "cut"),
    [
        (make([0, 0], [0, 0], names=("contempt",)), None),
        (make([0]), CutFaces(np.zeros((0, 48, 48), np.uint8), np.array([False]))),
    ],
)
def test_nothing_to_score(part, cut):
    with pytest.raises(DataError, match="nothing to score"):
        evaluate_model(PixelModel(), part, cut=cut)


@pytest.mark.parametrize(
    ("splits", "wanted", "name", "n"),
    [
        (["train", "public_test", "private_test"], None, "public_test", 1),
        (["train", "private_test", "private_test"], None, "private_test", 2),
        (["all", "all", "all"], None, "all", 3),
        (["train", "train", "train"], None, "all", 3),
        (["train", "public_test", "private_test"], "PrivateTest", "private_test", 1),
        (["train", "public_test", "private_test"], "all", "all", 3),
    ],
)
def test_choice_of_split(splits, wanted, name, n):
    faces = make([0, 1, 2]).with_splits(np.asarray(splits), note="given")
    chosen, part = choose_split(faces, wanted)
    assert (chosen, len(part)) == (name, n)


def test_split_that_is_not_there():
    with pytest.raises(DataError, match="has no split 'private_test'"):
        choose_split(make([0]), "private_test")


class TwoMinded(PixelModel):
    """Its output ``fer`` always says angry; what it serves is right."""

    def predict_outputs(self, crops):
        outputs = super().predict_outputs(crops)
        outputs["fer"] = self._probs(np.zeros(len(crops), int), self.spec.labels)
        return outputs


@pytest.mark.parametrize(
    ("has_fer_labels", "output", "accuracy"), [(True, "fer", 0.25), (False, "served", 1.0)]
)
def test_fer_labels_are_scored_with_fer_and_others_as_served(has_fer_labels, output, accuracy):
    part = make([0, 3, 4, 6], has_fer_labels=has_fer_labels)
    result = evaluate_model(TwoMinded(), part, robustness=True)
    assert result.figures["output"] == output
    assert result.figures["accuracy"] == accuracy
    assert result.figures["robustness"]["jpeg_30"] == accuracy
    assert result.figures["served_accuracy"] == 1.0
    assert (result.probs.argmax(1) == [0, 3, 4, 6]).mean() == accuracy


def test_served_probabilities_of_a_five_class_model_sum_to_one():
    part = make([0, 1, 3], [0, 3, 4])
    result = evaluate_model(PixelModel(FIVE_EMOTIONS), part)
    assert result.figures["output"] == "served"
    np.testing.assert_allclose(result.probs.sum(axis=1), 1, atol=1e-6)
