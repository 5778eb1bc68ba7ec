"""What the server does with a visitor's video, as streamlit-webrtc does it."""

from collections.abc import Callable

import av
from aiortc import MediaStreamTrack, RTCPeerConnection
from aiortc.contrib.media import MediaRelay


class CallbackTrack(MediaStreamTrack):
    """Runs frames through a callback on the event loop.

    Args:
        track: where they come from.
        callback: gives the frame to send back for each; never raises.
    """

    kind = "video"

    def __init__(
        self, track: MediaStreamTrack, callback: Callable[[av.VideoFrame], av.VideoFrame]
    ) -> None:
        super().__init__()
        self._track = track
        self._callback = callback

    async def recv(self) -> av.VideoFrame:
        frame = await self._track.recv()
        assert isinstance(frame, av.VideoFrame)
        out = self._callback(frame)
        out.pts, out.time_base = frame.pts, frame.time_base
        return out


def send_back(
    peer: RTCPeerConnection,
    relay: MediaRelay,
    callback: Callable[[av.VideoFrame], av.VideoFrame],
) -> None:
    """Have ``peer`` send every video that it gets back through ``callback``."""

    @peer.on("track")
    def on_track(track: MediaStreamTrack) -> None:
        peer.addTrack(relay.subscribe(CallbackTrack(relay.subscribe(track), callback)))
