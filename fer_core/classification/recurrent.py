"""The recurrent head of a model: embeddings of one face over time in, probabilities out."""

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from fer_core.classification.spec import ModelSpec, read_spec
from fer_core.errors import ModelError
from fer_core.labels import NUM_EMOTIONS

#: Folder of the head in its model's folder.
FOLDER: Final = "recurrent"
FILE: Final = "step.tflite"
#: Longer pauses than this tell no more.
MAX_STEP_S: Final = 1.0


class HeadSpec(BaseModel):
    """What a head is and what it belongs to, as data beside its weights.

    Attributes:
        model_sha256: of the model's int8 file, whose embedding it was trained on.
        embedding: numbers in the embedding.
        units: numbers in the state.
        sha256: of the head's file.
        recipe: how it was trained; ``data``: on what.
        figures: measured on held-out generated sequences: set -> filter -> measure -> value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    model_sha256: str
    embedding: int
    units: int
    sha256: str
    recipe: dict[str, Any]
    data: dict[str, Any]
    figures: dict[str, dict[str, dict[str, float]]] = {}


class RecurrentHead:
    """One step of the recurrent network: state in, state out. Not for two threads at once."""

    def __init__(self, spec: HeadSpec, content: bytes) -> None:
        self.spec = spec
        self._content = content  # the interpreter reads from this memory
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
            self._run = self._interpreter.get_signature_runner()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The recurrent head cannot be loaded: {error}.") from error

    def start(self) -> NDArray[np.float32]:
        """(units,) float32: the state of a face not yet seen."""
        return np.zeros(self.spec.units, np.float32)

    def step(
        self,
        state: NDArray[np.float32],
        probs: NDArray[np.floating],
        embedding: NDArray[np.float32],
        passed_s: float,
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Take in one frame of one face.

        Args:
            state: (units,) after the frame before.
            probs: (7,) of this frame alone.
            embedding: (embedding,) of this frame.
            passed_s: seconds since the frame before; 0 for the first.

        Returns:
            (7,) float64 probabilities that sum to 1, and the new state.
        """
        answer = self._run(
            embedding=np.asarray(embedding, np.float32)[None],
            probs=np.asarray(probs, np.float32)[None],
            passed=np.array([[min(max(passed_s, 0.0), MAX_STEP_S)]], np.float32),
            state=state[None],
        )
        found = np.asarray(answer["probs"][0], np.float64)
        return found / found.sum(), np.array(answer["state"][0])


def read_head_spec(model_dir: Path) -> HeadSpec:
    """The spec of a model's head.

    Raises:
        ModelError: the model has none, or one that belongs to another file of it.
    """
    name = model_dir.name
    path = model_dir / FOLDER / "spec.json"
    try:
        spec = HeadSpec.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"The model {name!r} has no recurrent head: choose another filter, or train one with "
            f"python -m fer_core train-recurrent --model {name}."
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is not a valid spec. Train the head again.") from error
    if spec.model_sha256 != _int8_sha256(read_spec(model_dir)):
        raise ModelError(
            f"The recurrent head of {name!r} belongs to an earlier file of that model: train it "
            f"again with python -m fer_core train-recurrent --model {name}."
        )
    return spec


def _int8_sha256(spec: ModelSpec) -> str:
    return spec.files["int8"].sha256 if "int8" in spec.files else ""


def has_head(model_dir: Path) -> bool:
    """Whether a model has a head that fits."""
    try:
        read_head_spec(model_dir)
    except ModelError:
        return False
    return True


def load_head(model_dir: Path) -> RecurrentHead:
    """Load the head of a model.

    Raises:
        ModelError: there is none, or its files do not belong together.
    """
    spec = read_head_spec(model_dir)
    path = model_dir / FOLDER / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The file {path} cannot be read. Train the head again.") from error
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise ModelError(f"The file {path} is not the one its spec names. Train the head again.")
    head = RecurrentHead(spec, content)
    probs, _ = head.step(
        head.start(), np.full(NUM_EMOTIONS, 1 / NUM_EMOTIONS), np.zeros(spec.embedding, "f4"), 0.0
    )
    if probs.shape != (NUM_EMOTIONS,):
        raise ModelError(f"The file {path} does not fit its spec. Train the head again.")
    return head
