"""A real face, over real WebRTC, through the pipeline that the live page uses."""

import asyncio
from pathlib import Path

import cv2
import numpy as np

import fer_core
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.pipeline import build_pipeline
from fer_core.streaming import LiveSession
from tests.clock import wait_until
from tests.loopback.peers import SIZE, stream

PORTRAIT = Path(fer_core.__file__).parent / "assets" / "astronaut.png"


def portrait_planes(shift: int) -> np.ndarray:
    """The portrait, moved sideways, as planar YUV of the loopback camera's size."""
    portrait = cv2.imread(str(PORTRAIT))
    assert portrait is not None
    move = np.float32([[1, 0, shift], [0, 1, 0]])
    view = cv2.warpAffine(portrait[:384], move, (512, 384), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(cv2.resize(view, SIZE), cv2.COLOR_BGR2YUV_I420), np.uint8)


def test_one_face_keeps_its_id_while_it_moves() -> None:
    pictures = [portrait_planes(round(40 * np.sin(2 * np.pi * n / 60))) for n in range(60)]
    ids: set[tuple[int, ...]] = set()
    with LiveSession(build_pipeline) as session:
        wait_until(lambda: session.snapshot().ready, 20.0)

        def is_enough(_: object) -> bool:
            snapshot = session.snapshot()
            ids.add(snapshot.track_ids)
            return snapshot.samples >= 2

        received = asyncio.run(stream(session.callback, is_enough, draw=lambda n: pictures[n % 60]))
        snapshot = session.snapshot()
        assert snapshot.errors == {}
        assert snapshot.problem is None
        assert ids - {()} == {(1,)}
        assert snapshot.result is not None
        assert snapshot.focus_label in (*EMOTIONS, UNSURE)
        # The face lies in the upper middle of the portrait, the eyes at about a third.
        x1, y1, x2, y2 = snapshot.result.faces.boxes[0]
        assert 90 < (x1 + x2) / 2 < 190
        assert 30 < (y1 + y2) / 2 < 110
        assert np.isfinite(snapshot.result.faces.poses[0]).all()
        assert len(snapshot.timeline.time_s) >= 5
        assert np.isfinite(snapshot.timeline.probs[-1]).all()
        assert len(received.frames) > 30
        sample = session.samples()[0]
        assert sample.track_id == 1
        assert sample.valid_s > 0
