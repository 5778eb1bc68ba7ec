"""``python -m fer_core.service.worker``: a process that analyses one picture after another.

stdin: a line of JSON with the options; then for each picture its length, 8 bytes big-endian, and
its bytes. stdout: a line ``{"ready"}`` or ``{"error", "kind"}``, then one line per picture: the
record, or ``{"error", "kind"}``. A process of its own, so that a picture that kills the decoder
takes nothing else along, and pictures stay in memory.
"""

import json
import os
import sys
from typing import Any, Final

LENGTH_BYTES: Final = 8


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries may print what they like

    def answer(message: dict[str, Any]) -> None:
        print(json.dumps(message, allow_nan=False), file=answers, flush=True)

    import cv2

    from fer_core.errors import FerError
    from fer_core.imaging.decode import read_picture
    from fer_core.imaging.frame import ArrayFrame
    from fer_core.pipeline import build_pipeline
    from fer_core.records import FrameRecord

    options = json.loads(sys.stdin.buffer.readline())
    cv2.setNumThreads(1)  # as many processes as cores, and the same sums in each
    try:
        pipeline = build_pipeline(
            options["model"], options["detector"], live=False, small_faces=True
        )
        pipeline.warm_up()
    except FerError as error:
        answer({"error": str(error), "kind": type(error).__name__})
        return
    answer({"ready": True})
    while head := sys.stdin.buffer.read(LENGTH_BYTES):
        data = sys.stdin.buffer.read(int.from_bytes(head, "big"))
        try:
            picture = read_picture(data)
            result = pipeline.process(ArrayFrame(picture.bgr))
            note = {"note": picture.note} if picture.note else {}
            answer(FrameRecord.from_result(result).to_dict() | note)
        except FerError as error:
            answer({"error": str(error), "kind": type(error).__name__})
        except Exception as error:  # whatever damage brings out of a library
            said = f"The picture could not be analysed ({type(error).__name__}); convert it."
            answer({"error": said, "kind": "InputError"})


if __name__ == "__main__":
    main()
