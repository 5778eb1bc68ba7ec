"""Recipes: those shipped are valid, and a wrong one is a sentence that says where."""

from pathlib import Path

import pytest

from fer_core.errors import ConfigError
from fer_core.training.recipe import load_recipe, recipe_names
from fer_core.zoo import ARCHITECTURES

GOOD = 'about = "x"\nepochs = 2\n[network]\narchitecture = "lenet"\n'


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_is_valid(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.network.architecture in ARCHITECTURES
    assert recipe.about.endswith(".")


def test_the_published_systems_have_recipes() -> None:
    assert {"lenet", "fer2013_cnn", "dcnn5", "mini_xception"} <= set(recipe_names())
    second, third = load_recipe("fer2013_cnn"), load_recipe("dcnn5")
    assert (second.epochs, second.batch_size, second.optimizer.name) == (20, 64, "adam")
    assert (third.epochs, third.optimizer.name, third.optimizer.learning_rate) == (11, "adam", 0.01)
    assert (third.data.size, third.data.subset, len(third.data.labels)) == (32, 2550, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epochs = ", "no valid TOML"),
        ("\xff", "no valid TOML"),
        (GOOD.replace("epochs = 2", "epochs = 0"), "at epochs"),
        (GOOD.replace("epochs = 2", 'epochs = "many"'), "'many'"),
        (GOOD.replace("epochs = 2\n", ""), "at epochs"),
        (GOOD + "depth = 3\n", "at network.depth"),
        (GOOD + "[augment]\nshift = 0.9\n", "at augment.shift"),
        (GOOD + "[optimizer]\nlearning_rate = -1\n", "at optimizer.learning_rate"),
        (GOOD + "[optimizer]\nearly_rate = 0\n", "at optimizer.early_rate"),
        (GOOD + "[optimizer]\ntemperature = 2\n", "teacher_views"),
        (GOOD + '[optimizer]\nname = "lion"\n', "at optimizer.name"),
        (GOOD + "[optimizer]\nlabel_smoothing = 1.0\n", "label_smoothing"),
        (GOOD + '[data]\nlabels = ["angry", "bored"]\n', "unknown emotion 'bored'"),
        (GOOD + "[data]\nlabels = []\n", "data.labels"),
        (GOOD + '[data]\nlabels = ["sad", "sad"]\n', "data.labels"),
        (GOOD + "[data]\nsize = 8\n", "at data.size"),
        (GOOD + '[data]\nsplit = "random"\n', "at data.split"),
        (GOOD + 'weights = "w.h5"\n', "weights_sha256"),
        (GOOD.replace("lenet", "vgg"), "network.architecture"),
    ],
)
def test_a_wrong_recipe_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=says) as caught:
        load_recipe(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_recipe_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'vgg'.*lenet"):
        load_recipe("vgg")


def test_overrides_replace_values_and_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert load_recipe(path).name == "mine"
    assert load_recipe(path, epochs=7, seed=None).epochs == 7
    with pytest.raises(ConfigError, match="at epochs"):
        load_recipe(path, epochs=0)
