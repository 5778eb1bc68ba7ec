"""One camera before a class: forty faces from 24 px in 1280x720, with the real networks."""

from dataclasses import replace

import numpy as np

from fer_core.classroom.camera import build_room_pipeline
from fer_core.classroom.measures import FACING
from fer_core.classroom.seconds import CrowdMeter
from fer_core.imaging.frame import ArrayFrame
from fer_core.streaming.record import SessionRecord
from fer_core.streaming.watching import WatchedPipeline
from tests.detection.scenes import scene

PLACES = [
    (75.0 + 160 * column, 75.0 + 140 * row, (24.0, 24.0, 30.0, 40.0, 56.0)[row])
    for row in range(5)
    for column in range(8)
]


def test_forty_faces_give_one_seconds_aggregate_and_no_row_per_face() -> None:
    picture, _ = scene(1280, 720, PLACES)
    meter, record, found = CrowdMeter(5), SessionRecord(), []
    times = iter((100.0, 101.0))

    def watch(_: object, result: object) -> None:
        found.append(result)
        meter.add(result, next(times))  # type: ignore[arg-type]

    pipeline = WatchedPipeline(build_room_pipeline(), watch)
    for time_s in range(2):
        record.add(pipeline.process(ArrayFrame(picture, time_s=float(time_s))))
    assert 38 <= meter.in_view <= 42, "near every one of the forty, and hardly any other"
    faces = found[0].faces
    centers = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    seen = sum(np.hypot(*(centers - [x, y]).T).min() < side / 2 for x, y, side in PLACES)
    assert seen >= 38
    poses = np.isfinite(faces.poses[:, 0]).sum()
    assert poses >= 8, "more than the eight of a live stream may have a pose"
    assert meter.counted == 0, "forty posters are nobody"
    for time_s in range(102, 108):  # and were they people, they would move, each for themselves
        sway = 0.1 * faces.sizes * np.sin(2.0 * time_s + np.arange(len(faces)))
        moved = faces.with_(boxes=faces.boxes + sway[:, None])
        meter.add(replace(found[0], faces=moved), float(time_s))
    assert 38 <= meter.counted <= meter.in_view
    done = meter.take()
    assert done[-1][1].people >= 38
    assert done[-1][1].share(FACING) is not None
    record.finish()
    assert not record.samples(), "not even in the stream's own memory"
