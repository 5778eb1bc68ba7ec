"""The server's side of ``bench live``, in a process of its own, which measures its own CPU.

It does what streamlit-webrtc does with a visitor's stream: receive, decode, relay, run the
callback, relay, encode, send. Pass-through is the same way with a callback that gives the frame
back as it is.
"""

import asyncio
import time
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from bench.tracks import send_back
from fer_core.streaming import LiveSession


@dataclass
class Switch:
    """Which way frames go now, and how many went."""

    session: LiveSession
    analysed: bool = False
    frames: int = 0

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        self.frames += 1
        return self.session.callback(frame) if self.analysed else frame


def find(name: str) -> Any:
    """The object that ``module:attribute`` names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


async def _measure(
    switch: Switch, analysed: bool, settle_s: float, seconds: float
) -> dict[str, Any]:
    """CPU and frames of one block, after it has settled."""
    switch.analysed = analysed
    await asyncio.sleep(settle_s)
    before = switch.session.snapshot()
    cpu_s, wall_s, frames = time.process_time(), time.perf_counter(), switch.frames
    await asyncio.sleep(seconds)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    after = switch.session.snapshot()
    return {
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "frames": switch.frames - frames,
        "analysed": after.analysed - before.analysed,
        "dropped": after.dropped - before.dropped,
        "analysis_ms": after.analysis_ms,
        "callback_ms": after.callback_ms,
        "faces": len(after.track_ids),
        "errors": dict(after.errors),
    }


async def _serve(pipe: Connection, pipeline: str, options: dict[str, Any]) -> None:
    loop, relay = asyncio.get_running_loop(), MediaRelay()
    session = LiveSession(find(pipeline), **options)
    while not (snapshot := session.snapshot()).ready:
        if snapshot.problem:
            raise SystemExit(snapshot.problem)
        await asyncio.sleep(0.05)
    switch, peers = Switch(session), []
    pipe.send("ready")
    while (message := await loop.run_in_executor(None, pipe.recv)) is not None:
        if "offer" in message:
            for old in peers:
                await old.close()
            peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            peers = [peer]
            send_back(peer, relay, switch)
            await peer.setRemoteDescription(RTCSessionDescription(message["offer"], "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
            pipe.send(peer.localDescription.sdp)
        else:
            pipe.send(await _measure(switch, **message))
    for peer in peers:
        await peer.close()
    session.close(5.0)


def serve(pipe: Connection, pipeline: str, options: dict[str, Any]) -> None:
    """Run until None arrives; messages are offers and blocks to measure."""
    import cv2

    cv2.setNumThreads(1)  # as the app does: several streams share the cores
    asyncio.run(_serve(pipe, pipeline, options))
