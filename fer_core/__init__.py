"""Mien: facial expression recognition, live in a browser, on files and from the command line.

The floors of the house. A room imports from the lines below its own and from no other: neither
upwards nor from a room beside it. ``tests/test_house.py`` reads this picture and every import::

    cli
    app
    retention
    studio
    runs
    training   reactions   api   service
    analysis   evaluation   classroom   device   outlets
    pipeline   streaming   datasets   access   wellbeing
    detection   landmarks   classification   video   storage   hosting
    imaging   tracking   temporal   zoo   workers
    files   scratch   processes   records
    locks   types   mediapipe   text   config   affect
    errors   labels

Streamlit is known to ``app`` alone; Keras and TensorFlow to ``training`` and ``zoo`` alone, so
that serving never loads them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fer_core.api import analyze, watch
    from fer_core.errors import (
        AccessError,
        BusyError,
        ConfigError,
        DataError,
        DecodeError,
        FerError,
        InputError,
        LimitError,
        ModelError,
        StorageError,
    )
    from fer_core.imaging.frame import ArrayFrame, Frame, VideoFrame
    from fer_core.labels import EMOTIONS, UNSURE
    from fer_core.pipeline import FacePipeline, build_pipeline
    from fer_core.records import FaceRecord, FrameRecord
    from fer_core.types import Faces, FrameResult

__version__ = "0.1.0"

__all__ = [
    "EMOTIONS",
    "UNSURE",
    "AccessError",
    "ArrayFrame",
    "BusyError",
    "ConfigError",
    "DataError",
    "DecodeError",
    "FacePipeline",
    "FaceRecord",
    "Faces",
    "FerError",
    "Frame",
    "FrameRecord",
    "FrameResult",
    "InputError",
    "LimitError",
    "ModelError",
    "StorageError",
    "VideoFrame",
    "analyze",
    "build_pipeline",
    "watch",
]

#: Module -> its names of ``__all__``: loaded when first asked for, since NumPy, OpenCV and the
#: networks' runtime take over a second.
_HOMES = {
    "api": "analyze watch",
    "errors": "AccessError BusyError ConfigError DataError DecodeError FerError InputError"
    " LimitError ModelError StorageError",
    "imaging.frame": "ArrayFrame Frame VideoFrame",
    "labels": "EMOTIONS UNSURE",
    "pipeline": "FacePipeline build_pipeline",
    "records": "FaceRecord FrameRecord",
    "types": "Faces FrameResult",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
