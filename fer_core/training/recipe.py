"""A recipe: everything that decides how a network is trained, in one validated TOML file."""

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.zoo import ARCHITECTURES

RECIPES_DIR = Path(__file__).parent / "recipes"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkPart(_Part):
    """Which architecture, with which options."""

    architecture: str
    options: dict[str, Any] = {}
    weights: Path | None = None
    weights_sha256: str | None = None


class DataPart(_Part):
    """What the network sees."""

    size: int = Field(48, ge=16, le=256)
    labels: tuple[str, ...] = Field(EMOTIONS, min_length=2)
    #: ``image``: zero mean and unit deviation per image; ``unit``: 0..1; ``signed``: -1..1.
    normalize: Literal["image", "unit", "signed"] = "image"
    #: ``official``: the data set's own, and ``split_for_training`` where it has none to validate
    #: on; ``stratified``: 8:1:1 by class; ``participant``: by
    #: group; ``frames``: by image whoever it shows (leaky).
    split: Literal["official", "stratified", "participant", "frames"] = "official"
    #: Balanced subset of this many images in all, drawn with the seed; None: all.
    subset: int | None = Field(None, ge=10)


class AugmentPart(_Part):
    """Random changes of training images; 0 switches one off."""

    flip: bool = False
    rotation_deg: float = Field(0.0, ge=0, le=180)
    shift: float = Field(0.0, ge=0, le=0.5)
    zoom: float = Field(0.0, ge=0, le=0.5)
    gamma: float = Field(0.0, ge=0, le=1)
    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, le=1)
    blur: float = Field(0.0, ge=0, le=1)
    noise: float = Field(0.0, ge=0, le=64)
    #: Share of the images that lose what JPEG of quality 10 to 90 loses.
    jpeg: float = Field(0.0, ge=0, le=1)
    erase: float = Field(0.0, ge=0, le=1)
    #: Parameters of the Beta distributions of mixing pairs of images, whole or by a rectangle;
    #: with both, each batch draws which.
    mixup: float = Field(0.0, ge=0, le=1)
    cutmix: float = Field(0.0, ge=0, le=1)


class OptimizerPart(_Part):
    """Optimiser, schedule and losses."""

    name: Literal["adam", "adamw", "sgd"] = "adamw"
    learning_rate: float = Field(1e-3, gt=0)
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup_epochs: float = Field(1.0, ge=0)
    weight_decay: float = Field(0.0, ge=0)
    clip_norm: float | None = Field(None, gt=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    ferplus_weight: float = Field(0.0, ge=0)
    #: How much of the targets is what the teachers (``train --teacher``) say.
    teacher_share: float = Field(0.0, ge=0, le=1)
    #: ``fixed``: the teachers are asked once, about each image as it is; ``same``: at each step,
    #: about the very view (changed, mixed) that the student sees.
    teacher_views: Literal["fixed", "same"] = "fixed"
    #: With ``same``: what logits are divided by before student and teachers are compared.
    temperature: float = Field(1.0, gt=0, le=20)
    class_weight: Literal["none", "sqrt", "balanced"] = "none"
    #: Learning rate of the first layer, as a share of the heads'; in between it grows from layer
    #: to layer by the same factor. For a network that comes with weights; 1: equal rates.
    early_rate: float = Field(1.0, gt=0, le=1)
    #: Epochs in which the heads alone learn; the others then warm up as long again.
    head_epochs: float = Field(0.0, ge=0)
    #: Decay per step of the averaged weights that are validated and kept; 0: none.
    ema: float = Field(0.0, ge=0, lt=1)


class Recipe(_Part):
    """A whole recipe."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")
    #: What people call it; its ``name`` where there is none.
    title: str = ""
    about: str
    epochs: int = Field(ge=1)
    batch_size: int = Field(64, ge=1)
    seed: int = Field(0, ge=0)
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    #: What decides which epoch is kept, measured on the validation split.
    monitor: Literal["accuracy", "loss", "last"] = "accuracy"
    network: NetworkPart
    data: DataPart = Field(default_factory=DataPart)
    augment: AugmentPart = Field(default_factory=AugmentPart)
    optimizer: OptimizerPart = Field(default_factory=OptimizerPart)

    @model_validator(mode="after")
    def _check(self) -> Self:
        unknown = [name for name in self.data.labels if name not in EMOTIONS]
        if unknown:
            raise ValueError(f"unknown emotion {unknown[0]!r} in data.labels")
        if len(set(self.data.labels)) != len(self.data.labels):
            raise ValueError("data.labels names an emotion twice")
        if self.network.architecture not in ARCHITECTURES:
            known = ", ".join(ARCHITECTURES)
            raise ValueError(f"network.architecture must be one of: {known}")
        if self.augment.jpeg and self.data.size % 8:
            raise ValueError("augment.jpeg needs a data.size that is a multiple of 8")
        if self.optimizer.temperature != 1 and self.optimizer.teacher_views != "same":
            raise ValueError('optimizer.temperature needs optimizer.teacher_views = "same"')
        if self.network.weights is not None and self.network.weights_sha256 is None:
            raise ValueError("network.weights needs network.weights_sha256")
        return self


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that come with the project."""
    return tuple(sorted(path.stem for path in RECIPES_DIR.glob("*.toml")))


def load_recipe(name_or_path: str | Path, **overrides: Any) -> Recipe:
    """Read a recipe by name or file; ``overrides`` replace its top-level values.

    Raises:
        ConfigError: no such recipe, no TOML, or a value that is not allowed.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES_DIR / f"{name_or_path}.toml"
    if not path.is_file():
        raise ConfigError(
            f"There is no recipe {str(name_or_path)!r}. "
            f"Give a .toml file or one of: {', '.join(recipe_names())}."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        given = {key: value for key, value in overrides.items() if value is not None}
        return Recipe.model_validate({"name": path.stem} | values | given)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The recipe {path} is no valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise ConfigError(
            f"The recipe {path} has an impossible value at {where}: {first['msg']}. "
            f"Received: {first.get('input')!r}."
        ) from error
