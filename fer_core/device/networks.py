"""The network files of a pipeline that runs in a browser: the same bytes that serve here."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fer_core.classification import resolve_model_dir
from fer_core.classification.spec import read_spec
from fer_core.detection.blazeface import VARIANTS
from fer_core.errors import ConfigError, ModelError
from fer_core.landmarks.mesh import WEIGHTS as MESH_WEIGHTS
from fer_core.mediapipe import KNOWN_FILES, make_interpreter, read_weights
from fer_core.text import Sentence, mark

#: Detectors that run in a browser: the two that are networks for LiteRT.
DEVICE_DETECTORS: Final[tuple[str, ...]] = tuple(VARIANTS)
#: Filters that need nothing but the probabilities.
DEVICE_FILTERS: Final[tuple[str, ...]] = ("plain", "markov")


@dataclass(frozen=True, slots=True)
class Network:
    """A file for the browser.

    Attributes:
        sha256: of its content.
        content: a LiteRT flatbuffer with static shapes.
    """

    sha256: str
    content: bytes


def network_files(model: str = "default", detector: str = "short") -> dict[str, Network]:
    """The networks of a pipeline: ``detector``, ``mesh`` and ``classifier``.

    Raises:
        ConfigError: the detector runs on the server only.
        ModelError: a file is missing or not the one its spec names, or no browser can run it.
    """
    check_detector(detector)
    return {
        "detector": _weights(VARIANTS[detector].file_name),
        "mesh": _weights(MESH_WEIGHTS),
        "classifier": _classifier(model),
    }


def check_detector(detector: str) -> None:
    """Raise where a browser cannot run it.

    Raises:
        ConfigError: it cannot.
    """
    if detector not in DEVICE_DETECTORS:
        raise ConfigError(
            f"The detector {detector!r} runs on the server only. On this device choose one of: "
            f"{', '.join(DEVICE_DETECTORS)}."
        )


def _weights(file_name: str) -> Network:
    return Network(KNOWN_FILES[file_name], read_weights(file_name))


def model_hindrance(model: str = "default") -> str | None:
    """Why no browser can run a model that serves here, one sentence; None where it can.

    A model that cannot be served at all hinders no browser: whoever loads it says what is wrong.
    """
    try:
        folder = resolve_model_dir(model)
        spec = read_spec(folder)
        file = spec.files.get("int8")
        if file is None:
            return Sentence(
                mark(
                    "The model {name} has no int8 file, which a browser needs: export its run "
                    "again."
                ),
                name=repr(spec.name),
            )
        return _content_hindrance(folder / file.file, spec.name, file.sha256)
    except (ModelError, OSError, ValueError, RuntimeError):
        return None


@lru_cache(maxsize=32)
def _content_hindrance(path: Path, name: str, _sha256: str) -> str | None:
    """Looked at once for each file; its hash tells the files of one place apart."""
    details = make_interpreter(path.read_bytes()).get_input_details()
    shape = [int(side) for side in details[0]["shape_signature"]]
    if all(side > 0 for side in shape):
        return None
    sides = " x ".join("any" if side < 0 else str(side) for side in shape)
    return Sentence(
        mark(
            "The model {name} runs on the server only, since its input has no fixed shape "
            "({sides}): export its run again, or choose another model."
        ),
        name=repr(name),
        sides=sides,
    )


def _classifier(model: str) -> Network:
    folder = resolve_model_dir(model)
    spec = read_spec(folder)
    if problem := model_hindrance(model):
        raise ModelError(problem)
    file = spec.files["int8"]
    try:
        content = (folder / file.file).read_bytes()
    except OSError as error:
        raise ModelError(
            f"The model file {folder / file.file} cannot be read. Export the run again."
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ModelError(
            f"The model file {folder / file.file} is not the one its spec.json names. "
            "Export the run again."
        )
    return Network(file.sha256, content)
