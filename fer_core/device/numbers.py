"""Every number that the browser's stages work with, taken from the Python stages themselves.

The browser's modules mirror the stages by name and contain no threshold, margin or time constant:
they are handed this. A number that is changed in Python is changed there with it.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from fer_core import affect
from fer_core.classification import resolve_model_dir
from fer_core.classification.preprocess import MIN_DEVIATION
from fer_core.classification.spec import read_spec
from fer_core.detection import anchors, nms
from fer_core.detection.blazeface import VARIANTS, BlazeFaceDetector
from fer_core.device.networks import check_detector
from fer_core.errors import ConfigError
from fer_core.imaging import crop, draw
from fer_core.labels import COLORS, EMOTIONS, UNSURE, UNSURE_COLOR, text_rgb_on
from fer_core.landmarks import eyes, face_shape, iris, measures, mesh, region
from fer_core.pipeline import build_pipeline
from fer_core.streaming import clock
from fer_core.streaming.session import ANALYSIS_HZ
from fer_core.temporal import (
    MarkovFilter,
    NeutralBaseline,
    PlainFilter,
    SecondWindows,
    TemporalFilter,
    baseline,
    blinks,
)
from fer_core.tracking import matching, motion, tracker
from fer_core.types import MEASURES


def device_numbers(
    model: str = "default", detector: str = "short", steady: str = "plain"
) -> dict[str, Any]:
    """Plain values for the browser, of the pipeline that would serve the same visitor here.

    Raises:
        ConfigError: detector or filter run on the server only.
        ModelError: the model cannot be loaded.
    """
    check_detector(detector)
    pipeline = build_pipeline(model, detector, steady=steady)
    if (
        not isinstance(pipeline.detector, BlazeFaceDetector)
        or pipeline.mesh is None
        or pipeline.tracker is None
        or pipeline.smoother is None
    ):
        raise ConfigError(f"The detector {detector!r} runs on the server only.")
    smoother = pipeline.smoother
    return {
        "emotions": list(EMOTIONS),
        "unsure": UNSURE,
        "colors": {
            label: {"fill": color, "text": f"rgb{text_rgb_on(label)}"}
            for label, color in (*COLORS.items(), (UNSURE, UNSURE_COLOR))
        },
        "analysis_hz": ANALYSIS_HZ,
        "detect": _detect(detector, pipeline.detector),
        "track": {
            "jitter": motion.JITTER,
            "first_speed": motion.FIRST_SPEED,
            "acceleration": motion.ACCELERATION,
            "velocity_fades_s": motion.VELOCITY_FADES_S,
            "gate_now": matching.GATE_NOW,
            "gate_per_s": matching.GATE_PER_S,
            "gate_most": matching.GATE_MOST,
            "max_ratio": matching.MAX_RATIO,
            "size_gain": tracker.SIZE_GAIN,
            "expiry_s": pipeline.tracker.expiry_s,
        },
        "mesh": {
            "scale": region.SCALE,
            "input_size": pipeline.mesh.input_size,
            "min_size": pipeline.mesh.min_size,
            "min_presence": pipeline.mesh.min_presence,
            "max_faces": pipeline.mesh.max_faces,
            "num_points": mesh.NUM_POINTS,
            "nose_ears": list(mesh.NOSE_EARS),
            "lips": list(mesh.LIPS),
            "right_eye": list(eyes.RIGHT_EYE),
            "left_eye": list(eyes.LEFT_EYE),
            "closed_ratio": eyes.CLOSED_RATIO,
            "open_ratio": eyes.OPEN_RATIO,
            "rigid_indices": face_shape.RIGID_INDICES.tolist(),
            "rigid_shape": face_shape.RIGID_SHAPE.tolist(),
        },
        "measures": _measures(),
        "iris": _iris(),
        "blinks": _blinks(),
        "affect": {
            "names": list(affect.AFFECT),
            "happy": EMOTIONS.index("happy"),
            "negative": [EMOTIONS.index(name) for name in affect.NEGATIVE],
            "places": [list(affect.PLACES[name]) for name in EMOTIONS],
        },
        "align": {
            "side_per_unit": crop.SIDE_PER_UNIT,
            "drop_per_unit": crop.DROP_PER_UNIT,
            "side_per_box": crop.SIDE_PER_BOX,
            "drop_per_box": crop.DROP_PER_BOX,
            "min_unit_per_box": crop.MIN_UNIT_PER_BOX,
        },
        "classify": _classify(model),
        "smooth": {
            "filter": _filter(smoother.steady),
            "rule": asdict(smoother.rule),
            "expiry_s": smoother.expiry_s,
        },
        "baseline": _baseline(),
        "windows": _windows(),
        "clock": {"max_drift_s": clock.MAX_DRIFT_S, "restart_s": clock.RESTART_S},
        "draw": {
            "padding": draw.PADDING,
            "labels_per_height": draw.LABELS_PER_HEIGHT,
            "label_px": list(draw.LABEL_PX),
            "lines_per_height": draw.LINES_PER_HEIGHT,
            "line_px": draw.LINE_PX,
        },
    }


def _detect(name: str, detector: BlazeFaceDetector) -> dict[str, Any]:
    layout = VARIANTS[name].layout
    return {
        "input_size": layout.input_size,
        "strides": list(layout.strides),
        "per_layer": layout.per_layer,
        "num_keypoints": anchors.NUM_KEYPOINTS,
        "min_score": detector.min_score,
        "most_logit": anchors.MOST_LOGIT,
        "min_overlap": nms.MIN_OVERLAP,
        "same_face": nms.SAME_FACE,
        "per_doubling": nms.PER_DOUBLING,
    }


def _measures() -> dict[str, Any]:
    return {
        "names": list(MEASURES),
        "brows": measures.BROWS.tolist(),
        "upper": measures.UPPER.tolist(),
        "lower": measures.LOWER.tolist(),
        "corners": measures.CORNERS.tolist(),
        "inner_lips": measures.INNER_LIPS.tolist(),
        "nose_base": measures.NOSE_BASE,
        "chin": measures.CHIN,
    }


def _iris() -> dict[str, Any]:
    return {
        "width": iris.WIDTH,
        "height": iris.HEIGHT,
        "window": list(iris.WINDOW.shape),
        "edge_x": iris.EDGE_X,
        "edge_y": iris.EDGE_Y,
        "skin": iris.SKIN,
        "dark": iris.DARK,
        "corners": [list(pair) for pair in iris.CORNERS],
        "columns": [MEASURES.index(f"iris_contrast_{side}") for side in ("right", "left")],
    }


def _blinks() -> dict[str, Any]:
    return {
        "window_s": blinks.WINDOW_S,
        "least_s": blinks.LEAST_S,
        "longest_blink_s": blinks.LONGEST_BLINK_S,
        "max_gap_s": blinks.MAX_GAP_S,
        "closed_share": blinks.CLOSED_SHARE,
        "open_rank": blinks.OPEN_RANK,
        "least_level": blinks.LEAST_LEVEL,
        "level_every_s": blinks.LEVEL_EVERY_S,
    }


def _classify(model: str) -> dict[str, Any]:
    spec = read_spec(resolve_model_dir(model))
    return {
        "name": spec.name,
        "size": spec.input.size,
        "normalize": spec.input.normalize,
        "min_deviation": MIN_DEVIATION,
        "temperatures": spec.files["int8"].temperatures,
        "served": spec.served,
        "outputs": {name: len(spec.classes_of(name)) for name in spec.outputs},
        "columns": [EMOTIONS.index(label) for label in spec.labels],
    }


def _filter(steady: TemporalFilter) -> dict[str, Any]:
    if isinstance(steady, PlainFilter):
        return {"name": "plain", "time_constant_s": steady.time_constant_s}
    if isinstance(steady, MarkovFilter):
        return {
            "name": "markov",
            "dwell_s": steady.dwell_s,
            "evidence_s": steady.evidence_s,
            "least": steady.least,
        }
    raise ConfigError(
        "The recurrent network runs on the server only. On this device choose plain or markov."
    )


def _baseline() -> dict[str, Any]:
    example = NeutralBaseline()
    return {
        "duration_s": example.duration_s,
        "min_valid_s": example.min_valid_s,
        "max_gap_s": example.max_gap_s,
        "max_offset": baseline.MAX_OFFSET,
        "smallest": baseline.SMALLEST,
        "reference": np.asarray(baseline.REFERENCE).tolist(),
        "neutral": EMOTIONS.index("neutral"),
    }


def _windows() -> dict[str, Any]:
    example = SecondWindows()
    names = ("window_s", "max_gap_s", "max_yaw", "max_pitch", "min_openness")
    return {name: getattr(example, name) for name in names}
