"""Every reach into a part of streamlit-webrtc that is not public; see ``private``.

| what | why | about it |
|---|---|---|
| ``WebRtcStreamerContext`` | an answer to an older offer of the browser must not be sent | whitphx/streamlit-webrtc#2540 |
| ``WebRtcWorker.stop``, ``AsyncMediaProcessTrack.stop`` | on the event loop they wait for threads, one of which waits for the loop | read in 0.79.0 |
"""  # noqa: E501

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Self

import streamlit as st

from fer_core.app.private import optional

PACKAGE: Final = "streamlit-webrtc"
#: A page waits so long for the event loop to answer an offer. [s]
ANSWER_S: Final = 30.0
#: What a connection may be given besides, and is not.
_UNUSED: Final = (
    *("source_video_track", "source_audio_track", "sink_video_track", "sink_audio_track"),
    *("player_factory", "in_recorder_factory", "out_recorder_factory"),
    *("audio_frame_callback", "queued_video_frames_callback", "queued_audio_frames_callback"),
    *("on_video_ended", "on_audio_ended", "video_processor_factory", "audio_processor_factory"),
)


@optional("the end of a video holds up nobody else", default=None, package=PACKAGE)
def end_beside_the_loop() -> None:
    """Have connections end without the event loop waiting; to be called any number of times.

    Every page and every video is served by one event loop. Where a visitor leaves, a thread has the
    loop close the connection and waits for it; the loop, told that it is closed, waits for that
    thread in turn, until one second is over. A video that ends also has the loop wait for the frame
    that is being worked on.
    """
    from streamlit_webrtc.process import AsyncMediaProcessTrack
    from streamlit_webrtc.webrtc import WebRtcWorker

    end: Callable[..., Any] = WebRtcWorker.stop
    end_track: Callable[..., Any] = AsyncMediaProcessTrack.stop
    if hasattr(end, "__wrapped__"):
        return

    @wraps(end)
    def stop(worker: Any, *args: Any, **kwargs: Any) -> None:
        if not _is_loop():
            end(worker, *args, **kwargs)
            return
        beside = threading.Thread(
            target=end, args=(worker, *args), kwargs=kwargs, name="video-end", daemon=True
        )
        beside.start()

    @wraps(end_track)
    def stop_track(track: Any) -> None:
        if _is_loop():
            track.stop_timeout = 0
        end_track(track)

    worker_class: Any = WebRtcWorker
    track_class: Any = AsyncMediaProcessTrack
    worker_class.stop, track_class.stop = stop, stop_track


def _is_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class ServerHalf:
    """What the server holds of a connection, and what the browser said of it last.

    Attributes:
        context: ``WebRtcStreamerContext`` of the stream.
        report: ``playing``, ``sdpOffer``; None before the browser said anything.
    """

    context: Any
    report: Any

    @classmethod
    def of(cls, key: str) -> Self | None:
        """That of the stream with this key; None before its first run."""
        from streamlit_webrtc.component import generate_frontend_component_key

        context = st.session_state.get(key)
        if context is None:
            return None
        return cls(context, st.session_state.get(generate_frontend_component_key(key)))

    @property
    def is_idle(self) -> bool:
        """Whether the browser neither plays nor is connecting, as far as the server knows."""
        return not self.context.state.playing and not self.context.state.signalling

    @property
    def is_playing(self) -> bool:
        """Whether the browser said last that it is connected."""
        return isinstance(self.report, Mapping) and self.report.get("playing") is True

    @property
    def is_connected(self) -> bool:
        """Whether the server's end is connected, the exchange of keys included."""
        worker = self.context._get_worker()
        return worker is not None and bool(worker.pc.connectionState == "connected")

    @property
    def is_offer_open(self) -> bool:
        """Whether the browser waits for an answer that nobody has made."""
        return self.newest_offer is not None and not self.has_peer and self.answer is None

    @property
    def answer(self) -> str | None:
        """The answer to an offer, as JSON; None where there is none."""
        found: str | None = self.context._sdp_answer_json
        return found

    @property
    def is_answer_waiting(self) -> bool:
        """Whether there is an answer that has not been sent."""
        return self.answer is not None and not self.context._is_sdp_answer_sent

    @property
    def has_peer(self) -> bool:
        """Whether the server's end of the connection is there."""
        return self.context._get_worker() is not None

    @property
    def connection(self) -> str:
        """State of the server's end as ``RTCPeerConnection.iceConnectionState`` has it; ``none``
        where it is not there yet."""
        worker = self.context._get_worker()
        return "none" if worker is None else str(worker.pc.iceConnectionState)

    @property
    def answered_offer(self) -> str | None:
        """The offer (SDP) that the server's end answered; None where it did not yet."""
        worker = self.context._get_worker()
        offer = None if worker is None else worker.pc.remoteDescription
        return None if offer is None else str(offer.sdp)

    @property
    def newest_offer(self) -> str | None:
        """The offer (SDP) that the browser made last; None where it makes none."""
        offer = self.report.get("sdpOffer") if isinstance(self.report, Mapping) else None
        return str(offer.get("sdp")) if isinstance(offer, Mapping) else None

    def remember_report(self) -> None:
        """Have streamlit-webrtc keep to what the browser said.

        A run that ended before it came to the stream makes it forget: it would answer, take the
        answer for a leftover, and so on without end.
        """
        from streamlit_webrtc.component import compile_state

        if isinstance(self.report, Mapping):
            self.context._set_state(compile_state(self.report))

    def make_answer(
        self,
        callback: Callable[..., Any],
        ice_servers: Sequence[Mapping[str, Any]],
    ) -> None:
        """Answer the browser's offer, so that the answer goes with the run that heard of it.

        streamlit-webrtc answers after it has drawn its frame, and has the whole page run again to
        send that.

        Args:
            callback: as ``video_frame_callback`` of ``webrtc_streamer``.
            ice_servers: as ``RTCPeerConnection`` takes them.
        """
        from streamlit_webrtc import WebRtcMode
        from streamlit_webrtc.component import _resolve_server_rtc_configuration
        from streamlit_webrtc.webrtc import WebRtcWorker

        offer = self.report["sdpOffer"]
        servers: Any = {"iceServers": [dict(server) for server in ice_servers]}
        with self.context._worker_creation_lock:
            if self.has_peer:
                return
            worker: Any = WebRtcWorker(
                mode=WebRtcMode.SENDRECV,
                rtc_configuration=_resolve_server_rtc_configuration(servers),
                video_frame_callback=callback,
                sendback_video=True,
                sendback_audio=False,
                async_processing=True,
                video_receiver_size=1,
                audio_receiver_size=1,
                **dict.fromkeys(_UNUSED),
            )
            made = worker.process_offer(offer["sdp"], offer["type"], timeout=ANSWER_S)
            self.context._set_worker(worker)
            self.context._sdp_answer_json = json.dumps({"sdp": made.sdp, "type": made.type})
            self.context._is_sdp_answer_sent = False

    def begin_anew(self) -> None:
        """Throw the answer and the server's end away; the browser goes on as it was."""
        from streamlit_webrtc.component import _reset_context

        state = self.context.state
        _reset_context(self.context)
        self.context._set_state(state)

    def end(self) -> None:
        """End the server's half; it is drawn no more."""
        from streamlit_webrtc.component import _reset_context

        _reset_context(self.context)
