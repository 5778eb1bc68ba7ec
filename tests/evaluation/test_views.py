"""Averaging over views, and how far they agree."""

import numpy as np
import pytest

from fer_core.evaluation.report import evaluate_model
from fer_core.evaluation.views import score_views, views_of
from tests.evaluation.test_report import PixelModel, make


class LeftModel(PixelModel):
    """Reads its answer off the left edge only, so that a mirrored face gets another one."""

    def predict_outputs(self, crops):
        return super().predict_outputs(np.repeat(crops[:, :, :1], crops.shape[2], axis=2))


def two_sided(left, right):
    faces = make(left).images.copy()
    for face, answer in zip(faces, right, strict=True):
        face[:, 24:] = 20 * answer
    return faces


def test_views_have_the_shape_of_the_faces():
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    plain, mirrored = views_of(faces, "flip")
    np.testing.assert_array_equal(plain, faces)
    np.testing.assert_array_equal(mirrored[:, :, ::-1], faces)
    ten = views_of(faces, "ten_crop")
    assert len(ten) == 10
    assert {view.shape for view in ten} == {faces.shape}
    for view, mirrored in zip(ten[::2], ten[1::2], strict=True):
        np.testing.assert_array_equal(view[:, :, ::-1], mirrored)


@pytest.mark.parametrize(
    ("right", "agreement"), [([0, 1, 2, 3], 1.0), ([0, 1, 5, 6], 0.5), ([3, 4, 5, 6], 0.0)]
)
def test_agreement_is_the_share_of_equal_answers(right, agreement):
    left = np.arange(4)
    figures = score_views(LeftModel(), two_sided(left, right), left, None, "flip")
    assert figures["agreement"] == agreement
    assert figures["ferplus_accuracy"] is None


def test_a_surer_view_outweighs_the_other():
    faces = two_sided([0, 1], [0, 4])
    probs = LeftModel().predict_outputs(views_of(faces, "flip")[1])["fer"]
    assert probs.argmax(axis=1).tolist() == [0, 4]
    # Equal votes of both views for two classes: the first of them is named.
    figures = score_views(LeftModel(), faces, np.array([0, 1]), None, "flip")
    assert figures["accuracy"] == 1.0


def test_the_report_shows_views_apart():
    figures = evaluate_model(PixelModel(), make([0, 1, 2]), tta=True).figures
    assert figures["tta"]["flip"]["accuracy"] == 1.0
    assert figures["tta"]["ten_crop"]["agreement"] == 1.0
