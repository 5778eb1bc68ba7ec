"""The models that come with the project lend their features to personal ones."""

import pytest

from fer_core.config import MODELS_DIR
from fer_core.labels import EMOTIONS
from fer_core.training.personal import FEATURES, load_base


@pytest.mark.parametrize("name", ["mien", "mien_faces"])
def test_our_own_models_lend_their_features(name: str) -> None:
    base = load_base(MODELS_DIR / name)
    features = base.network.get_layer(FEATURES).output.shape[-1]
    assert base.start.weights.shape == (features, len(EMOTIONS))
