"""The LiteRT classifier: crops in, calibrated probabilities out. No TensorFlow."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fer_core.classification.embedding import expose_embedding
from fer_core.classification.preprocess import normalize
from fer_core.classification.spec import ModelSpec, Variant, read_spec
from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS, NUM_EMOTIONS
from fer_core.types import FloatArray, ImageArray


def softmax(logits: FloatArray, temperature: float = 1.0) -> FloatArray:
    """Rows that sum to 1; ``temperature`` > 1 makes them less sure (Guo et al. 2017)."""
    z = logits / np.float32(temperature)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)


class Classifier:
    """One interpreter of one model. Not for two threads at once: make one per stream.

    Args:
        spec: of the model.
        variant: which of its files.
        content: of that file.
        embed: also give the embedding, with ``predict_embedded``.

    Raises:
        ModelError: the file does not fit its spec.
    """

    def __init__(
        self, spec: ModelSpec, variant: Variant, content: bytes, *, embed: bool = False
    ) -> None:
        self._embedding: int | None = None
        self._scale, self._zero = 0.0, 0
        if embed:
            content, self._embedding = expose_embedding(content)
        self.spec = spec
        self.variant = variant
        self._file = spec.files[variant]
        self._content = content  # the interpreter reads from this memory
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model {spec.name!r} cannot be loaded: {error}.") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        expected = [1, spec.input.size, spec.input.size, spec.input.channels]
        received = list(self._interpreter.get_input_details()[0]["shape"])
        if received != expected:
            raise ModelError(
                f"The model {spec.name!r} must take {expected} images. Received: {received}."
            )
        # Outputs are told apart by their number of classes: 8 is FER+, fewer is FER.
        self._outputs: dict[str, int] = {}
        classes: dict[str, int] = {}
        for detail in self._interpreter.get_output_details():
            if detail["index"] == self._embedding:
                self._scale, self._zero = detail["quantization"]
                continue
            count = int(detail["shape"][-1])
            name = "ferplus" if count == len(FERPLUS_EMOTIONS) else "fer"
            self._outputs[name], classes[name] = detail["index"], count
        wanted = {name: len(spec.classes_of(name)) for name in spec.outputs}
        if classes != wanted:
            raise ModelError(
                f"The model {spec.name!r} must have the outputs {wanted} (classes of each). "
                f"Received: {classes}."
            )
        self._columns = [EMOTIONS.index(label) for label in spec.labels]

    def predict_logits(self, crops: ImageArray) -> dict[str, FloatArray]:
        """Raw outputs of crops (N, size, size) uint8 luma: name -> (N, classes) float32."""
        return self._predict(crops)[0]

    def _predict(self, crops: ImageArray) -> tuple[dict[str, FloatArray], FloatArray]:
        size = self.spec.input.size
        if crops.ndim != 3 or crops.shape[1:] != (size, size) or crops.dtype != np.uint8:
            raise ValueError(
                f"crops must be (N, {size}, {size}) uint8. Received: {crops.shape} {crops.dtype}."
            )
        logits = {
            name: np.empty((len(crops), len(self.spec.classes_of(name))), np.float32)
            for name in self._outputs
        }
        rows: list[Any] = []
        for row, image in enumerate(normalize(crops, self.spec.input.normalize)):
            self._interpreter.set_tensor(self._input, image[None])
            self._interpreter.invoke()
            for name, index in self._outputs.items():
                logits[name][row] = self._interpreter.get_tensor(index)[0]
            if self._embedding is not None:
                # One row, or two: the face and its mirror image, where the file looks at both.
                seen = self._interpreter.get_tensor(self._embedding)
                rows.append(np.mean(seen, axis=0, dtype=np.float32))
        return logits, self._dequantized(rows)

    def _dequantized(self, rows: list[Any]) -> FloatArray:
        raw = np.asarray(rows, np.float32)
        return (raw - np.float32(self._zero)) * np.float32(self._scale) if self._scale else raw

    def predict_outputs(self, crops: ImageArray) -> dict[str, FloatArray]:
        """Calibrated probabilities: ``fer`` (N, classes), ``ferplus`` (N, 8), ``served`` (N, 7)."""
        return self._calibrated(self.predict_logits(crops))

    def _calibrated(self, logits: dict[str, FloatArray]) -> dict[str, FloatArray]:
        temperatures = self._file.temperatures
        outputs = {
            name: softmax(value, temperatures.get(name, 1.0)) for name, value in logits.items()
        }
        return outputs | {"served": self._serve(outputs)}

    def _serve(self, outputs: dict[str, FloatArray]) -> FloatArray:
        served = np.zeros((len(outputs["fer"]), NUM_EMOTIONS), np.float32)
        for name, weight in self.spec.served.items():
            if name == "fer":
                served[:, self._columns] += np.float32(weight) * outputs["fer"]
            else:
                seven = outputs["ferplus"][:, :NUM_EMOTIONS]
                served += np.float32(weight) * seven / seven.sum(axis=1, keepdims=True)
        return served

    def predict_proba(self, crops: ImageArray) -> FloatArray:
        """(N, 7) float32, calibrated, rows sum to 1, order ``labels.EMOTIONS``.

        A class the model does not know has probability 0.
        """
        if len(crops) == 0:
            return np.zeros((0, NUM_EMOTIONS), np.float32)
        return self.predict_outputs(crops)["served"]

    def predict_embedded(self, crops: ImageArray) -> tuple[FloatArray, FloatArray]:
        """``predict_proba``'s (N, 7), and the network's embedding (N, D) float32.

        Raises:
            ValueError: the classifier was made without ``embed``.
        """
        if self._embedding is None:
            raise ValueError("This classifier was made without its embedding.")
        if len(crops) == 0:
            return np.zeros((0, NUM_EMOTIONS), np.float32), np.zeros((0, 0), np.float32)
        logits, embeddings = self._predict(crops)
        return self._calibrated(logits)["served"], embeddings


def load_classifier(
    model_dir: Path, variant: Variant = "int8", *, embed: bool = False
) -> Classifier:
    """Load a model whose file is the one its spec names, by sha256.

    Args:
        model_dir: its folder.
        variant: which of its files.
        embed: see ``Classifier``.

    Raises:
        ModelError: spec or file missing, damaged or not belonging together.
    """
    spec = read_spec(model_dir)
    if variant not in spec.files:
        raise ModelError(f"The model {spec.name!r} has no {variant} file. Export the run again.")
    path = model_dir / spec.files[variant].file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read. Export the run again.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != spec.files[variant].sha256:
        raise ModelError(
            f"The model file {path} is not the one its spec.json names (sha256 {digest[:12]}... "
            f"instead of {spec.files[variant].sha256[:12]}...). Export the run again."
        )
    return Classifier(spec, variant, content, embed=embed)
