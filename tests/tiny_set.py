"""A set that a tiny network learns in seconds, and a recipe for it; without Keras."""

from pathlib import Path

import numpy as np
import pytest

RECIPE = """
about = "A tiny network for tests."
epochs = {epochs}
batch_size = 16
precision = "float32"
seed = 5

[network]
architecture = "mien"
[network.options]
widths = [4, 8]
depths = [1, 1]
dropout = 0.0
ferplus = false

[optimizer]
learning_rate = 1e-2
warmup_epochs = 0
ema = 0.9
"""


def draw_faces(labels: np.ndarray, seed: int) -> np.ndarray:
    """(N, 48, 48) uint8: a bright bar whose place tells the class, and noise."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 120, (len(labels), 48, 48), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[6 * label : 6 * label + 8, 8:40] += 110
    return images


@pytest.fixture(scope="session")
def tiny_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``fer2013.csv`` with 7 x 12 training, 7 x 4 public and 7 x 4 private rows."""
    path = tmp_path_factory.mktemp("set") / "fer2013.csv"
    lines = ["emotion,pixels,Usage"]
    for usage, each, seed in (("Training", 12, 1), ("PublicTest", 4, 2), ("PrivateTest", 4, 3)):
        labels = np.repeat(np.arange(7), each)
        for label, image in zip(labels, draw_faces(labels, seed), strict=True):
            lines.append(f"{label},{' '.join(map(str, image.ravel()))},{usage}")
    path.write_text("\n".join(lines) + "\n")
    return path
