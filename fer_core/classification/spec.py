"""``spec.json``: what a model needs and what it is, as data beside its weights."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS

Normalize = Literal["image", "unit", "signed"]
Variant = Literal["int8", "float"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSpec(_Part):
    """How a crop is made into the network's input."""

    size: int = Field(ge=16, le=256)
    channels: Literal[1] = 1
    normalize: Normalize


class FileSpec(_Part):
    """One exported file and the temperatures fitted on its own outputs."""

    file: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int
    temperatures: dict[str, float]

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if any(not value > 0 for value in self.temperatures.values()):
            raise ValueError(f"temperatures must be positive, got {self.temperatures}")
        return self


class ModelSpec(_Part):
    """A model that can be served.

    Attributes:
        labels: classes of the output ``fer``, in its order.
        outputs: names of the outputs: ``fer`` and, where it has it, ``ferplus``.
        served: weight of each output in the seven probabilities shown; they sum to 1.
        mirrored: the files answer with the mean over a face and its mirror image, which they make
            themselves.
    """

    name: str
    version: int = 1
    architecture: str
    parameters: int
    labels: tuple[str, ...]
    outputs: tuple[str, ...]
    served: dict[str, float]
    mirrored: bool = False
    input: InputSpec
    files: dict[Variant, FileSpec]
    data: dict[str, Any]
    recipe: dict[str, Any]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not set(self.labels) <= set(EMOTIONS) or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels must be emotions, each once, got {self.labels}")
        if not set(self.served) <= set(self.outputs) or not set(self.outputs) <= {"fer", "ferplus"}:
            raise ValueError(f"served {self.served} does not fit the outputs {self.outputs}")
        if abs(sum(self.served.values()) - 1.0) > 1e-6:
            raise ValueError(f"served must sum to 1, got {self.served}")
        return self

    def classes_of(self, output: str) -> tuple[str, ...]:
        """Names of the columns of an output."""
        return self.labels if output == "fer" else FERPLUS_EMOTIONS


def read_spec(model_dir: Path) -> ModelSpec:
    """The spec of a model's folder.

    Raises:
        ModelError: it is missing or does not say what it must.
    """
    path = model_dir / "spec.json"
    try:
        return ModelSpec.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"The model folder {model_dir} has no readable spec.json. Export the run again."
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        detail = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ModelError(f"{path} is not a valid spec: {detail}. Export the run again.") from error
