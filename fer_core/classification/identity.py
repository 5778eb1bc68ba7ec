"""Which model it was: what pages and exports say, since a name alone may mean another one later."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from fer_core.classification.registry import resolve_model_dir
from fer_core.classification.spec import ModelSpec, read_spec
from fer_core.errors import ModelError
from fer_core.text import Sentence, mark

#: Digits of a hash that are shown; documents hold all of them.
SHORT = 12


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """A model that was used: ``sha256`` is that of its int8 file, in hex."""

    name: str
    version: int
    sha256: str

    @classmethod
    def of_spec(cls, name: str, spec: ModelSpec) -> Self:
        """The identity of a model, by its folder's name and what its ``spec.json`` says."""
        return cls(name, spec.version, spec.files["int8"].sha256)

    @property
    def text(self) -> str:
        """``mien, version 1, b9c7d395ba67``."""
        return Sentence(
            mark("{name}, version {version}, {hash}"),
            name=self.name,
            version=self.version,
            hash=self.sha256[:SHORT],
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def identity_or_none(name: str = "default") -> ModelIdentity | None:
    """The same, or None where there is none: loading it will say what is wrong."""
    try:
        return identify_model(name)
    except ModelError:
        return None


def identify_model(name: str = "default") -> ModelIdentity:
    """The model that a name means now.

    Raises:
        ModelError: there is none, or its spec can't be read.
    """
    folder = resolve_model_dir(name)
    return ModelIdentity.of_spec(folder.name, read_spec(folder))
