"""What a training is told: recipe, data, teachers, start; kept in a run so that it can go on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_core.datasets import load_dataset
from fer_core.errors import ConfigError
from fer_core.training.recipe import NetworkPart, Recipe, load_recipe
from fer_core.training.run import RunFolder, check_free, check_resumable, last_run

if TYPE_CHECKING:
    from fer_core.training.data import TrainingData


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained on what.

    Attributes:
        recipe: with the command's changes.
        source: the data set.
        choice: what its class folders mean, and which are left out.
        teachers: runs that teach.
        start: the run whose best weights it begins with.
    """

    recipe: Recipe
    source: Path
    choice: dict[str, Any]
    teachers: list[Path]
    start: Path | None

    @property
    def chosen(self) -> dict[str, Any]:
        """The choice of classes without what was not given."""
        return {name: value for name, value in self.choice.items() if value}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a run's ``config.json``, from which it can be resumed."""
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "data": {"path": str(self.source.resolve()), **self.chosen},
            "teachers": [str(path.resolve()) for path in self.teachers],
            "start": str(self.start.resolve()) if self.start is not None else None,
        }

    def prepare(self) -> "TrainingData":
        """The arrays to train on.

        Raises:
            FerError: the data cannot be read, or do not fit the recipe.
        """
        faces = load_dataset(self.source, **self.choice)
        # Keras takes seconds to load: what can be wrong before has been found by now.
        from fer_core.training.data import prepare_data

        prepared = prepare_data(self.recipe, faces)
        prepared.description.update({"path": str(self.source.resolve()), **self.chosen})
        return prepared

    def train(
        self,
        folder: RunFolder,
        ready: "TrainingData | None",
        *,
        resume: bool,
        threads: int | None,
        report: Callable[[str], None],
    ) -> None:
        """Train in ``folder``, on what is ``ready`` or is loaded now."""
        prepared = self.prepare() if ready is None else ready
        if resume:
            check_resumable(folder, prepared.description["sha256"])
        from fer_core.training.trainer import train as train_recipe

        train_recipe(
            self.recipe,
            prepared,
            folder,
            resume=resume,
            teachers=[RunFolder.open(path) for path in self.teachers],
            start=RunFolder.open(self.start) if self.start is not None else None,
            threads=threads,
            report=report,
        )


def resumed(
    runs: Path, recipe: str, *, run: Path | None, data: Path | None, epochs: int | None
) -> tuple[RunFolder, Order]:
    """A run's folder and what it was told to train, with what may be changed of it.

    Args:
        runs: the folder of runs.
        recipe: the name of a recipe, whose last run goes on, or its file.
        run: the run's folder instead.
        data: the data set instead of the run's own; the same faces, in another place.
        epochs: instead of the run's own.

    Raises:
        FerError: there is no such run, it cannot be read, or it is being trained now.
    """
    is_file = recipe.endswith(".toml") and run is None
    name = load_recipe(recipe).name if is_file else Path(recipe).stem
    folder = RunFolder.open(run) if run is not None else last_run(runs, name)
    config = folder.read_config()
    chosen = Recipe.model_validate(config["recipe"])
    if epochs is not None:
        chosen = chosen.model_copy(update={"epochs": epochs})
    kept = config["data"]
    order = Order(
        chosen,
        data or Path(kept["path"]),
        {"classes": kept.get("classes", {}), "ignore": kept.get("ignore", [])},
        [Path(path) for path in config.get("teachers", [])],
        Path(config["start"]) if config.get("start") else None,
    )
    check_free(folder)
    return folder, order


def with_weights(recipe: Recipe, weights: Path | None, sha256: str | None) -> Recipe:
    """The recipe with a backbone's weights from a file.

    Raises:
        ConfigError: the file's hash was not given.
    """
    if weights is None:
        return recipe
    if sha256 is None:
        raise ConfigError(
            f"The weights {weights} need --weights-sha256, so that no other file is taken."
        )
    part = recipe.network.model_dump() | {"weights": weights.resolve(), "weights_sha256": sha256}
    return recipe.model_copy(update={"network": NetworkPart.model_validate(part)})
