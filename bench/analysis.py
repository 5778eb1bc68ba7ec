"""How fast a long video is analysed on one core, and whether memory grows with its length.

The video is a clip of one moving face, 640x480 at 25 fps, whose encoded frames are repeated; it
is analysed with the command's default settings (every frame, tables as CSV, no annotated copy).
Speed is seconds of video per second of processor time of all threads, which a busy machine
disturbs less than time on the wall. Memory is the process's peak.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from bench.clip import PORTRAIT, SIZE, draw_frames
from fer_core.analysis import AnalysisOptions, Engine, Progress, Task

FPS = 25
CLIP_S = 20
#: By then everything is loaded and warm.
EARLY = 0.1


def write_video(path: Path, seconds: float) -> None:
    """H.264 in MP4: one clip encoded once, its packets repeated to the length."""
    portrait = np.asarray(cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR), np.uint8)
    clip = path.with_suffix(".clip.mp4")
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "23", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for bgr in draw_frames(portrait, FPS * CLIP_S):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, format="bgr24")))
        container.mux(stream.encode(None))
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        out = target.add_stream_from_template(source.streams.video[0])
        packets = [(bytes(p), p.is_keyframe) for p in source.demux(video=0) if p.size]
        for number in range(round(FPS * seconds)):
            data, is_key = packets[number % len(packets)]
            packet = av.Packet(data)
            packet.stream, packet.is_keyframe = out, is_key
            packet.pts = packet.dts = number
            packet.duration, packet.time_base = 1, Fraction(1, FPS)
            target.mux(packet)
    clip.unlink()


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def run_analysis_bench(minutes: float) -> dict[str, Any]:
    """Measure one video of that length; plain values, as ``--json`` prints them."""
    early_mb: list[float] = []

    def tell(progress: Progress) -> None:
        if not early_mb and progress.time_s >= EARLY * 60 * minutes:
            early_mb.append(_peak_mb())

    with tempfile.TemporaryDirectory() as folder:
        video, out = Path(folder) / "long.mp4", Path(folder) / "out"
        write_video(video, 60 * minutes)
        out.mkdir()
        engine = Engine(AnalysisOptions(), out)
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        outcome = engine.analyze(Task(str(video), "video", "long"), tell)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    seconds = outcome.duration_s + 1 / FPS
    return {
        "video": f"{SIZE[0]}x{SIZE[1]} H.264, {FPS} fps, {seconds:.0f} s",
        "status": outcome.status,
        "frames": outcome.frames,
        "faces": outcome.faces,
        "cpu_s": round(cpu_s, 1),
        "wall_s": round(wall_s, 1),
        "times_real_time_cpu": round(seconds / cpu_s, 1),
        "times_real_time_wall": round(seconds / wall_s, 1),
        "ms_per_frame_cpu": round(1000 * cpu_s / max(1, outcome.frames), 2),
        "peak_mb_early": round(early_mb[0], 1) if early_mb else None,
        "peak_mb": round(_peak_mb(), 1),
    }


def main(minutes: float = 5.0, *, as_json: bool = False) -> None:
    """Measure and print."""
    report = run_analysis_bench(minutes)
    if as_json:
        print(json.dumps(report))
        return
    early = f", {report['peak_mb_early']} MB at a tenth of it" if report["peak_mb_early"] else ""
    print(
        f"{report['video']}: {report['frames']} frames, {report['faces']} faces; "
        f"{report['ms_per_frame_cpu']} ms of processor time a frame, "
        f"{report['times_real_time_cpu']} times real time on one core "
        f"({report['times_real_time_wall']} by the clock on the wall); "
        f"peak memory {report['peak_mb']} MB{early}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.analysis", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=5.0)
    arguments = parser.parse_args()
    main(arguments.minutes, as_json=arguments.json)
