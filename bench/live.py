"""What a live stream costs the server: CPU seconds per second of video, beside a pass-through.

    python -m bench.live [--json] [--fps 15 30] [--blocks 4] [--seconds 4]

One aiortc peer sends a clip that was encoded before; another, in a process of its own, serves it
as the app does and measures its own CPU. Blocks with analysis and blocks of pure pass-through
take turns within one connection (A B B A ...), and each block holds the whole clip, so that both
ways see the same pictures, the same bit rate and the same neighbours on the machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaBlackhole
from aiortc.mediastreams import MediaStreamError

from bench.clip import SIZE, read_packets, write_clip
from bench.live_server import serve
from fer_core.streaming.session import ANALYSIS_HZ

PIPELINE = "fer_core.pipeline:build_pipeline"
SETTLE_S = 1.0


class ClipTrack(MediaStreamTrack):
    """Sends encoded frames in real time, over and over."""

    kind = "video"

    def __init__(self, packets: list[bytes], fps: int) -> None:
        super().__init__()
        self._packets = packets
        self._fps = fps
        self._count = 0
        self._start_s: float | None = None

    async def recv(self) -> av.Packet:
        if self.readyState != "live":
            raise MediaStreamError
        now_s = time.monotonic()
        self._start_s = now_s if self._start_s is None else self._start_s
        await asyncio.sleep(max(0.0, self._start_s + self._count / self._fps - now_s))
        packet = av.Packet(self._packets[self._count % len(self._packets)])
        packet.pts, packet.time_base = self._count, Fraction(1, self._fps)
        self._count += 1
        return packet


async def _ask(pipe: Connection, message: dict[str, Any]) -> Any:
    pipe.send(message)
    return await asyncio.get_running_loop().run_in_executor(None, pipe.recv)


async def _bench_rate(pipe: Connection, fps: int, blocks: int, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.webm"
        write_clip(clip, fps, seconds)
        packets = read_packets(clip)
    peer, sink = RTCPeerConnection(RTCConfiguration(iceServers=[])), MediaBlackhole()
    peer.on("track", sink.addTrack)
    peer.addTrack(ClipTrack(packets, fps))
    await peer.setLocalDescription(await peer.createOffer())
    answer = await _ask(pipe, {"offer": peer.localDescription.sdp})
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await sink.start()
    await asyncio.sleep(3.0)  # until the encoder's bit rate has settled
    measured: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for n in range(blocks):
        for analysed in ((False, True), (True, False))[n % 2]:
            block = {"analysed": analysed, "settle_s": SETTLE_S, "seconds": seconds}
            measured[analysed].append(await _ask(pipe, block))
    await sink.stop()
    await peer.close()
    return _summary(fps, measured[False], measured[True])


def _summary(
    fps: int, passed: list[dict[str, Any]], analysed: list[dict[str, Any]]
) -> dict[str, Any]:
    def cost(blocks: list[dict[str, Any]]) -> float:
        return sum(b["cpu_s"] for b in blocks) / sum(b["frames"] for b in blocks) * fps

    def rate(blocks: list[dict[str, Any]], key: str) -> float:
        return float(sum(b[key] for b in blocks) / sum(b["wall_s"] for b in blocks))

    pairs = [cost([a]) / cost([p]) for a, p in zip(analysed, passed, strict=True)]
    last = analysed[-1]
    return {
        "fps": fps,
        "pass_through_cpu_s": round(cost(passed), 4),
        "analysis_cpu_s": round(cost(analysed), 4),
        "ratio": round(cost(analysed) / cost(passed), 3),
        "ratio_median_of_pairs": round(statistics.median(pairs), 3),
        "ratio_range": [round(min(pairs), 3), round(max(pairs), 3)],
        "pass_through_fps": round(rate(passed, "frames"), 2),
        "analysis_out_fps": round(rate(analysed, "frames"), 2),
        "analyses_per_s": round(rate(analysed, "analysed"), 2),
        "dropped": sum(b["dropped"] for b in analysed),
        "analysis_ms": round(last["analysis_ms"] or float("nan"), 3),
        "callback_ms": round(last["callback_ms"] or float("nan"), 3),
        "faces": last["faces"],
        "errors": last["errors"],
    }


def run_live_bench(
    rates: tuple[int, ...] = (15, 30),
    *,
    blocks: int = 4,
    seconds: float = 4.0,
    pipeline: str = PIPELINE,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Measure; one dictionary of plain values, as ``--json`` prints it.

    Args:
        rates: frames a second of the clips.
        blocks: pairs of blocks for each rate.
        seconds: length of a block and of the clip.
        pipeline: ``module:attribute`` of what makes the pipeline.
        options: keyword arguments of ``LiveSession``.
    """
    context = multiprocessing.get_context("spawn")  # a server that inherits nothing from here
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there, pipeline, options or {}))
    server.start()
    there.close()
    try:
        here.recv()
        results = [asyncio.run(_bench_rate(here, fps, blocks, seconds)) for fps in rates]
        here.send(None)
        server.join(10.0)
    finally:
        if server.is_alive():
            server.terminate()
            server.join()
    return {
        "video": f"{SIZE[0]}x{SIZE[1]} VP8",
        "seconds_per_block": seconds,
        "blocks": blocks,
        "results": results,
    }


def print_live_bench(report: dict[str, Any]) -> None:
    """The report as lines for a person."""
    print(f"Server CPU seconds per second of {report['video']} video:")
    for row in report["results"]:
        low, high = row["ratio_range"]
        print(
            f"  {row['fps']:>2} fps: with analysis {row['analysis_cpu_s']:.3f}, pass-through "
            f"{row['pass_through_cpu_s']:.3f}, ratio {row['ratio']:.2f} ({low:.2f} to {high:.2f}); "
            f"{row['analyses_per_s']:.1f} analyses/s of {row['analysis_ms']:.1f} ms, "
            f"{row['analysis_out_fps']:.1f} fps out"
        )


def main(as_json: bool = False, **options: Any) -> None:
    """Measure with ``run_live_bench(**options)`` and print."""
    report = run_live_bench(**options)
    print(json.dumps(report)) if as_json else print_live_bench(report)


def _run(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.live", description=str(__doc__).split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--fps", type=int, nargs="+", default=[15, 30])
    parser.add_argument("--blocks", type=int, default=4, help="pairs of blocks for each rate")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a block")
    parser.add_argument("--pipeline", default=PIPELINE, help="module:attribute that makes it")
    parser.add_argument("--analysis-hz", type=float, default=ANALYSIS_HZ)
    args = parser.parse_args(argv)
    main(
        args.json,
        rates=tuple(args.fps),
        blocks=args.blocks,
        seconds=args.seconds,
        pipeline=args.pipeline,
        options={"analysis_hz": args.analysis_hz},
    )


if __name__ == "__main__":
    _run()
