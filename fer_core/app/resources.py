"""What the process shares between visitors: slots, leases, the warmed models, the example."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st

import fer_core
from fer_core.app.language.lettering import spoken_lettering
from fer_core.classification import resolve_model_dir
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.hosting.draining import shared_drain
from fer_core.imaging.decode import read_image
from fer_core.imaging.draw import ENGLISH, Lettering, annotate_bgr
from fer_core.imaging.frame import ArrayFrame
from fer_core.pipeline import FacePipeline, build_pipeline
from fer_core.streaming import Admission
from fer_core.types import FrameResult, ImageArray

#: A slot is free again this long after its last sign of life. Frames and the page's own refresh
#: both are signs, so that a slow start or a hidden tab keeps its slot, and a killed browser not.
SILENCE_S = 20.0

#: The upper part of the portrait, in the 4:3 of a camera.
PORTRAIT_ROWS = 384
ICON = Path(__file__).parent / "parts" / "frontend" / "icon.svg"
PORTRAIT = Path(fer_core.__file__).parent / "assets" / "astronaut.png"


@st.cache_resource(show_spinner=False)
def shared_admission() -> Admission:
    """The slots of this process."""
    made = Admission(settings().max_streams, silence_s=SILENCE_S)
    shared_drain().watch(kind="streams", count=lambda: made.in_use, refuse=made.refuse)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """The portrait as the real pipeline sees it.

    Attributes:
        picture: (h, w, 3) uint8 RGB with boxes and labels.
        result: what was found.
    """

    picture: ImageArray
    result: FrameResult


#: Which file of which model, so that a model that is made anew or chosen live is loaded anew.
_Stamp = tuple[str, int]
_WARM: set[tuple[str, str, _Stamp]] = set()
_WARM_LOCK = threading.Lock()


def _stamp(model: str) -> _Stamp:
    try:
        spec = resolve_model_dir(model) / "spec.json"
        return str(spec), spec.stat().st_mtime_ns
    except (FerError, OSError):
        return "", 0  # loading it says what is wrong


def is_warm(model: str, detector: str) -> bool:
    """Whether ``warm_example`` of these returns at once."""
    return (model, detector, _stamp(model)) in _WARM


def warm_example(model: str, detector: str) -> Example:
    """Load model and detector once, so that Start does not wait for it, and show what they find.

    Raises:
        FerError: the model or the detector cannot be loaded.
    """
    example = _warm_example(model, detector, _stamp(model))
    lettering = spoken_lettering()
    if lettering is ENGLISH:
        return example
    return _relabelled(example, lettering)


@lru_cache(maxsize=32)
def _relabelled(example: Example, lettering: Lettering) -> Example:
    return Example(_drawn(example.result, lettering), example.result)


def _drawn(result: FrameResult, lettering: Lettering = ENGLISH) -> ImageArray:
    bgr = annotate_bgr(read_image(PORTRAIT)[:PORTRAIT_ROWS], result, lettering)
    return np.ascontiguousarray(bgr[..., ::-1])


@st.cache_resource(show_spinner=False, max_entries=32)
def _warm_example(model: str, detector: str, stamp: _Stamp) -> Example:
    bgr = read_image(PORTRAIT)[:PORTRAIT_ROWS]
    pipeline = build_pipeline(model, detector, live=False)
    pipeline.warm_up()
    still = pipeline.process(ArrayFrame(bgr))
    with _WARM_LOCK:
        _WARM.add((model, detector, stamp))
    return Example(_drawn(still), still)


def make_live_pipeline(model: str, detector: str, steady: str = "plain") -> FacePipeline:
    """A fresh pipeline for one stream.

    Raises:
        FerError: the model, its recurrent head or the detector cannot be loaded.
    """
    return build_pipeline(model, detector, live=True, steady=steady)
