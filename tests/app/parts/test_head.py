"""Words for a head and its eyes."""

import numpy as np
import pytest

from fer_core.app.parts.head import head_text
from fer_core.types import Faces


@pytest.mark.parametrize(
    ("pose", "openness", "text"),
    [
        ((0, 0, 0), (0.9, 0.8), "Facing the camera · eyes open"),
        ((32.4, 5, 0), (0.1, 0.2), "Turned 32° to their left · eyes closed"),
        ((-40, -30, 0), (0.9, 0.9), "Turned 40° to their right, down 30° · eyes open"),
        ((0, 26, 0), (np.nan, np.nan), "Up 26°"),
        ((np.nan, np.nan, np.nan), (np.nan, np.nan), ""),
    ],
)
def test_head_text(pose: tuple[float, ...], openness: tuple[float, ...], text: str) -> None:
    faces = Faces(
        np.array([[0, 0, 90, 90]]),
        np.ones(1),
        poses=np.array([pose], np.float32),
        eye_openness=np.array([openness], np.float32),
    )
    assert head_text(faces, 0) == text
