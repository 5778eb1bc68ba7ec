"""Stand-ins for what the page gets from a browser and a stream; what it says."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.access import links as li
from fer_core.app.access import cookies
from fer_core.labels import EMOTIONS
from fer_core.storage import Store
from fer_core.streaming import LiveSnapshot, Timeline
from fer_core.types import EmotionSample, Faces, FrameResult


def make_result(labels: tuple[str, ...] = ("happy",), *, share: float = 0.85) -> FrameResult:
    """Faces side by side, the first the largest, each sure of its label."""
    count = len(labels)
    boxes = [[100.0 * i, 50, 100.0 * i + 90 - i, 140 - i] for i in range(count)]
    faces = Faces(np.reshape(boxes, (count, 4)), np.ones(count), track_ids=np.arange(1, count + 1))
    probs = np.full((count, 7), (1 - share) / 6)
    for row, label in enumerate(labels):
        probs[row, EMOTIONS.index(label) if label in EMOTIONS else 0] = share
    return FrameResult(1.0, 640, 480, faces, probs, probs, labels, {"detect": 1.0, "classify": 0.5})


def make_timeline(seconds: int = 10, emotion: str = "happy") -> Timeline:
    """Five samples a second of one sure face."""
    times = np.arange(0, seconds, 0.2)
    probs = np.full((len(times), 7), 0.02, np.float32)
    probs[:, EMOTIONS.index(emotion)] = 0.88
    return Timeline(times, probs, np.ones(len(times), np.int64))


SNAPSHOT = LiveSnapshot(
    ready=True,
    problem=None,
    time_s=10.0,
    result=make_result(),
    timeline=make_timeline(),
    frames=300,
    analysed=150,
    dropped=0,
    in_fps=30.0,
    out_fps=29.7,
    analysis_fps=15.0,
    analysis_ms=2.34,
    callback_ms=0.5,
    errors={},
    since_frame_s=0.03,
    since_face_s=0.0,
    baseline_progress=None,
    baseline_message=None,
    samples=9,
)
NO_FRAME = replace(
    SNAPSHOT,
    time_s=0.0,
    result=None,
    timeline=make_timeline(0),
    frames=0,
    analysed=0,
    out_fps=0.0,
    analysis_ms=None,
    since_frame_s=None,
    since_face_s=None,
)


def make_sample(second: int, track_id: int = 1, emotion: str = "happy") -> EmotionSample:
    """A second of one sure face."""
    probs = np.full(7, 0.02, np.float32)
    probs[EMOTIONS.index(emotion)] = 0.88
    return EmotionSample(float(second), 1.0, track_id, probs, valid_s=0.9)


@dataclass
class FakeSession:
    """A ``LiveSession`` that shows what a test tells it to."""

    current: LiveSnapshot = SNAPSHOT
    recorded: tuple[EmotionSample, ...] = tuple(make_sample(i) for i in range(9))
    heartbeat: Callable[[], bool] | None = None
    is_closed: bool = False
    baselines: int = 0
    mirror: bool | None = None

    def snapshot(self) -> LiveSnapshot:
        return self.current

    def samples(self) -> tuple[EmotionSample, ...]:
        return self.recorded

    def measures(self) -> dict[tuple[int, int], Any]:
        return {}

    def callback(self, frame: Any) -> Any:
        return frame

    def set_mirror(self, mirror: bool) -> None:
        self.mirror = mirror

    def start_baseline(self) -> None:
        self.baselines += 1

    def close(self, timeout_s: float | None = 0.0) -> None:
        self.is_closed = True


@dataclass
class FakeStream:
    """What streamlit-webrtc's state says, and what it was asked for."""

    playing: bool = False
    signalling: bool = False
    asked: list[bool] = field(default_factory=list)
    ice_servers: Any = None

    def open_stream(
        self, callback: Any, *, playing: bool, ice_servers: Any, **_: Any
    ) -> "FakeStream":
        self.asked.append(playing)
        self.ice_servers = ice_servers
        self.playing = playing
        return self


def enter(store: Store, jar: dict[str, str], role: Role) -> str:
    """A browser gets a role; the token of its cookie."""
    with store.write() as session:
        if role is Role.OWNER:
            link = li.make_owner_link(session, now_s=store.now_s())
        else:
            link = li.make_link(session, role=role, label="A", now_s=store.now_s(), number=1)
        token = li.redeem(session, token=link.token, now_s=store.now_s())
    jar[cookies.ACCESS] = cookies.signer().sign_cookie(cookies.ACCESS, token)
    return token


def written(app: AppTest) -> str:
    """All sentences of a page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.info)
    alerts = (app.error, app.success, app.warning)
    return "\n".join(str(element.value) for kind in (*kinds, *alerts) for element in kind)
