"""Every reach into a part of streamlit-webrtc that is not public; see ``private``.

| what | why | about it |
|---|---|---|
| ``WebRtcStreamerContext`` | an answer to an older offer of the browser must not be sent | whitphx/streamlit-webrtc#2540 |
| ``WebRtcWorker.stop``, ``AsyncMediaProcessTrack.stop`` | on the event loop they wait for threads, one of which waits for the loop | read in 0.79.0 |
"""  # noqa: E501

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Self

import streamlit as st

from fer_core.app.private import optional

PACKAGE: Final = "streamlit-webrtc"


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

    def allow_another_run(self) -> None:
        """A run that ends before the stream is drawn is not taken for a visit to another page."""
        self.context._last_rendered_run_count = None
