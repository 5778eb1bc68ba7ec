"""From labelled video files to a folder of faces, cut and listed as the studio does."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from fer_core.datasets.build import REPORT_NAME, BuildReport, read_clip_labels
from fer_core.datasets.manifest import COLUMNS, MANIFEST_NAME
from fer_core.datasets.typed import write_typed
from fer_core.errors import DataError, DecodeError
from fer_core.files import whole_folder
from fer_core.studio.cutting import Detector, drop_near
from fer_core.studio.names import encode_png
from fer_core.studio.videos import SAMPLE_HZ, VideoCutter

#: What is known of a face beside the columns of every manifest.
MORE: tuple[str, ...] = ("detector", "box", "quality", "hints")


def build_from_videos(
    videos: Sequence[Path],
    out: Path,
    *,
    labels: Path | None = None,
    detector: Detector = "short",
    sample_hz: float = SAMPLE_HZ,
    report: Callable[[str], None] = print,
) -> tuple[BuildReport, int]:
    """Sample, cut, drop near-duplicates, list; the folder appears whole or not at all.

    Returns:
        What became of the frames, and how many faces were dropped as nearly equal to another.

    Raises:
        DataError: the list is wrong, a video cannot be decoded, no face was found, or ``out``
            exists.
    """
    if out.exists():
        raise DataError(f"{out} exists already. Name a folder that does not.")
    clips = read_clip_labels(videos, labels)
    cutter = VideoCutter(detector, sample_hz=sample_hz)
    total, dropped = BuildReport(), 0
    with whole_folder(out, private=True) as target:
        lines: list[tuple[str, ...]] = [(*COLUMNS, *MORE)]
        for clip in clips:
            try:
                got = cutter.cut(clip.path)
            except DecodeError as error:
                raise DataError(str(error)) from error
            (target / clip.name).mkdir(mode=0o700)
            images = [face.image for face in got.faces]
            kept = drop_near(np.stack(images), np.stack(images)[:0]) if images else []
            for index in kept:
                face = got.faces[index]
                file = f"{clip.name}/{index:05d}.png"
                (target / file).write_bytes(encode_png(face.image))
                (target / file).chmod(0o600)
                where = " ".join(map(str, face.box))
                quality = f"{face.quality.score:.3f}"
                lines.append(
                    (file, clip.participant, clip.name, clip.emotion, f"{face.time_s:.3f}")
                    + (detector, where, quality, " ".join(face.quality.hints))
                )
            total.add(clip, got.frames, len(kept))
            dropped += len(got.faces) - len(kept)
            report(f"{clip.name}: {len(kept)} faces in {got.frames} frames looked at")
        if not total.faces:
            raise DataError(f"No face was found in {total.frames} frames of {len(clips)} videos.")
        write_typed(target / MANIFEST_NAME, lines)
        values = asdict(total) | {"dropped": dropped, "detector": detector, "sample_hz": sample_hz}
        text = json.dumps(values, indent=2) + "\n"
        (target / REPORT_NAME).write_text(text, encoding="utf-8")
    return total, dropped
