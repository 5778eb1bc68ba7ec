import numpy as np
import pytest

from fer_core.detection import create_detector
from fer_core.errors import ConfigError
from tests.detection.scenes import FACE_CENTER, scene


@pytest.mark.parametrize(
    ("width", "height", "face"), [(640, 480, (320, 200, 130)), (1600, 1200, (900, 500, 420))]
)
def test_face_at_a_known_place(width, height, face):
    picture, placed = scene(width, height, [face])
    faces = create_detector("haar").detect(picture)
    assert len(faces) == 1
    box = faces.boxes[0]
    np.testing.assert_allclose(
        (box[:2] + box[2:]) / 2, placed[0].map(FACE_CENTER), atol=0.25 * face[2]
    )
    assert 0.8 * face[2] < faces.sizes[0] < 1.4 * face[2]
    assert np.isnan(faces.keypoints).all()


def test_small_faces():
    picture, _ = scene(640, 480, [(300, 200, 40)])
    assert len(create_detector("haar").detect(picture)) == 0
    assert len(create_detector("haar", small_faces=True).detect(picture)) == 1


@pytest.mark.parametrize("size", [(1, 1), (23, 300), (3000, 10), (24, 24), (25, 2000)])
def test_any_size(size):
    assert len(create_detector("haar").detect(np.zeros((size[1], size[0], 3), np.uint8))) == 0


@pytest.mark.parametrize(
    "options", [{"scale_factor": 1.0}, {"min_neighbors": -1}, {"min_share": 2}]
)
def test_impossible_options(options):
    with pytest.raises(ConfigError, match="Haar needs"):
        create_detector("haar", **options)
