"""``python -m fer_core.analysis.decoder``: opens strangers' files, one request after another.

A request is a line of JSON on stdin: ``{"do", ...}``. Answers on stdout: any number of
``{"progress"}``, then ``{"error", "kind"}``, or ``{"result", "bytes"}`` and as many bytes. Ends
with stdin, and where nobody has asked for long. ``decoding.py`` is the other side.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fer_core.analysis.compare import compare_filters
from fer_core.analysis.markup import Markup
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Task
from fer_core.analysis.rework import rework_video
from fer_core.errors import FerError, LimitError
from fer_core.imaging.decode import read_image
from fer_core.imaging.frame import ArrayFrame
from fer_core.text import printable_name
from fer_core.types import ImageArray
from fer_core.video import VideoReader, read_frame

IDLE_S: Final = 60.0
#: Below the live streams.
_NICENESS: Final = 5

_Tell = Callable[[float], None]
_Answer = tuple[dict[str, Any], bytes]


def _with_pixels(bgr: ImageArray, **values: Any) -> _Answer:
    return {"shape": list(bgr.shape), **values}, bgr.tobytes()


def open_picture(request: dict[str, Any], _: _Tell) -> _Answer:
    """A picture, scaled to ``max_side``."""
    return _with_pixels(ArrayFrame(read_image(request["file"])).bgr(request["max_side"]))


def open_frame(request: dict[str, Any], _: _Tell) -> _Answer:
    """The frame of a video shown at ``time_s``, scaled to ``max_side``."""
    frame = read_frame(request["file"], request["time_s"], turns=request["turns"])
    bgr = frame.bgr(request["max_side"])
    return _with_pixels(bgr, width=frame.width, height=frame.height, time_s=frame.time_s)


def measure_video(request: dict[str, Any], _: _Tell) -> _Answer:
    """Codec, pixel format and length of a video, read up to ``most_s``."""
    with VideoReader(request["file"], threads=1) as reader:
        last_s = 0.0
        for frame in reader:
            last_s = frame.time_s
            if last_s > request["most_s"]:
                break
        length_s = max(last_s + 1 / (reader.fps or 25.0), 0.1)
        found = {"codec": reader.codec, "pixel_format": reader.pixel_format, "length_s": length_s}
    return found, b""


def compare(request: dict[str, Any], tell: _Tell) -> _Answer:
    """``compare.compare_filters``."""
    courses = compare_filters(
        request["file"],
        Path(request["table"]),
        request["track_id"],
        AnalysisOptions.from_dict(request["options"]),
        start_s=request["start_s"],
        end_s=request["end_s"],
        tell=tell,
    )
    made = {
        name: {"time_s": one.time_s.tolist(), "probs": one.probs.tolist(), "labels": one.labels}
        for name, one in courses.items()
    }
    return made, b""


def rework(request: dict[str, Any], _: _Tell) -> _Answer:
    """``rework.rework_video``."""
    task, markup = Task(**request["task"]), Markup.from_dict(request["markup"])
    return rework_video(task, Path(request["out"]), markup).to_dict(), b""


_DOES: Final[dict[str, Callable[[dict[str, Any], _Tell], _Answer]]] = {
    "picture": open_picture,
    "frame": open_frame,
    "measure": measure_video,
    "compare": compare,
    "rework": rework,
}


def main() -> None:
    """Serve until stdin ends, or for ``IDLE_S`` nothing came."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries may print what they like
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    idle = _IdleClock()

    def answer(message: dict[str, Any], content: bytes = b"") -> None:
        answers.write(json.dumps(message).encode() + b"\n" + content)
        answers.flush()

    for line in sys.stdin:
        idle.stop()
        request = json.loads(line)
        try:
            result, content = _DOES[request["do"]](
                request, lambda share: answer({"progress": share})
            )
            answer({"result": result, "bytes": len(content)}, content)
        except FerError as error:
            answer({"error": str(error), "kind": type(error).__name__})
        except MemoryError:
            name = printable_name(request["file"])
            text = f"{name} takes more memory than FER_WORKER_MB allows; scale it down."
            answer({"error": text, "kind": LimitError.__name__})
        idle.begin()


class _IdleClock:
    """Ends the process when it has waited for too long."""

    def __init__(self) -> None:
        self._since_s: float | None = time.monotonic()
        threading.Thread(target=self._watch, daemon=True).start()

    def begin(self) -> None:
        self._since_s = time.monotonic()

    def stop(self) -> None:
        self._since_s = None

    def _watch(self) -> None:
        while True:
            time.sleep(1.0)
            since_s = self._since_s
            if since_s is not None and time.monotonic() - since_s > IDLE_S:
                os._exit(0)


if __name__ == "__main__":
    main()
