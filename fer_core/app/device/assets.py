"""What the browser loads for it, and under which address.

Folders are served by Streamlit's own route for components, which is there under ``serve`` and under
plain ``streamlit run``, below a sub-path too. Their content's hash is part of the address, so that
``fer_core.app.door`` can let browsers keep them for good. Nothing comes from another host.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import fer_core.app
from fer_core.device import network_files
from fer_core.files import write_whole
from fer_core.scratch import Scratch

FRONTEND: Final = Path(fer_core.app.__file__).parent / "frontend"
PARTS: Final = Path(fer_core.app.__file__).parent / "parts" / "frontend"
#: LiteRT's build that needs no more than SIMD.
BUILD: Final = "litert_wasm_compat_internal"
#: First part of the addresses below which nothing ever changes.
IMMUTABLE: Final = f"component/{__name__}."


def places() -> dict[str, str]:
    """Addresses of the code, relative to the app's own; while a page is drawn only."""
    code = _serve("code", FRONTEND)
    return {
        "folder": f"{code}device/",
        "parts": _serve("parts", PARTS),
        "runtime": f"{code}vendor/litert/",
        "build": BUILD,
    }


def network_places(model: str, detector: str) -> dict[str, str]:
    """Addresses of a pipeline's networks, relative to the app's own; while a page is drawn only.

    Raises:
        ConfigError: the detector runs on the server only.
        ModelError: a file is missing or not the one its spec names.
        FerError: no temporary folder can be made.
    """
    folder = _network_folder().path
    found = {}
    for name, network in network_files(model, detector).items():
        path = folder / f"{network.sha256}.tflite"
        if not path.exists():
            write_whole(path, network.content)
        found[name] = f"{_declare('networks', folder)}{path.name}"
    return found


def _serve(name: str, folder: Path) -> str:
    return _declare(f"{name}_{digest_of(folder)}", folder)


def _declare(name: str, folder: Path) -> str:
    # Every time: Streamlit takes it in only while a page is drawn.
    from streamlit.components.v1 import declare_component

    component: Any = declare_component(name, path=folder)
    return f"component/{component.name}/"


@lru_cache(maxsize=4)
def digest_of(folder: Path) -> str:
    """16 hex digits of the names and the content of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def _network_folder() -> Scratch:
    return Scratch()
