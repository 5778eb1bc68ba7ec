"""The two calls most people need; ``fer_core`` hands them on as its own.

They give what the command line gives: ``analyze`` what ``mien predict`` writes, ``watch`` what
``mien analyze`` does.
"""

from collections.abc import Iterator
from pathlib import Path

from fer_core.analysis.following import due_frames
from fer_core.analysis.options import AnalysisOptions
from fer_core.config import settings
from fer_core.imaging.decode import read_image
from fer_core.imaging.frame import ArrayFrame
from fer_core.pipeline import FacePipeline, build_pipeline
from fer_core.records import FrameRecord
from fer_core.video import VideoReader


def analyze(
    picture: str | Path | bytes,
    *,
    model: str | None = None,
    detector: str | None = None,
    pipeline: FacePipeline | None = None,
) -> FrameRecord:
    """The faces of a picture and what they show; small faces are looked for too.

    Args:
        picture: a file's path, or its content.
        model, detector: by name; the settings FER_MODEL and FER_DETECTOR where None.
        pipeline: one to use again for many pictures, of ``build_pipeline(live=False,
            small_faces=True)``; model and detector are then its own.

    Raises:
        InputError: no picture that can be read, or a larger one than the limits allow.
        ModelError: no such model, or its files do not fit together.
        ConfigError: no such detector.
    """
    if pipeline is None:
        pipeline = build_pipeline(
            model or settings().model,
            detector or settings().detector,
            live=False,
            small_faces=True,
        )
    return FrameRecord.from_result(pipeline.process(ArrayFrame(read_image(picture))))


def watch(
    video: str | Path,
    *,
    every_s: float | None = None,
    small_faces: bool = False,
    measures: bool = False,
    smooth_s: float = 0.3,
    steady: str = "plain",
    model: str | None = None,
    detector: str | None = None,
) -> Iterator[FrameRecord]:
    """The frames of a video, one after the other: faces are followed, and steadied over time.

    Memory does not grow with the video's length. What is impossible is refused by the call; what
    is wrong with the video itself when its frames are asked for.

    Args:
        video: a file's path.
        every_s: seconds between frames that are analysed; None takes every frame.
        small_faces: look for small faces too; slower.
        measures: also measure each face (``types.MEASURES``); slower.
        smooth_s: time constant of plain smoothing in seconds; 0 takes every frame by itself.
        steady: key of ``temporal.FILTERS``, what steadies a face over time.
        model, detector: by name; the settings FER_MODEL and FER_DETECTOR where None.

    Raises:
        InputError: no video that can be read, or a larger one than the limits allow.
        ModelError: no such model, its files do not fit together, or it has no recurrent head.
        ConfigError: no such detector or filter, or an impossible number of seconds.
    """
    options = AnalysisOptions(
        model=model or settings().model,
        detector=detector or settings().detector,
        every_s=every_s,
        small_faces=small_faces,
        smooth_s=smooth_s,
        filter=steady,
    )
    pipeline = build_pipeline(
        options.model,
        options.detector,
        mesh=measures,
        small_faces=options.small_faces,
        steady=options.filter,
        smooth_s=options.smooth_s,
        expiry_s=options.expiry_s,
    )
    return _follow(video, pipeline, options)


def _follow(
    video: str | Path, pipeline: FacePipeline, options: AnalysisOptions
) -> Iterator[FrameRecord]:
    with VideoReader(video) as reader:
        for frame, is_due in due_frames(reader, options.every_s):
            if is_due:
                yield FrameRecord.from_result(pipeline.process(frame))
