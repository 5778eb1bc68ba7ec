"""Results made again from the measured tracks: other people, other spans, a face's own zero point.

The networks do not run again, so this takes seconds where an analysis takes minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from fer_core.analysis.annotated import draw_still
from fer_core.analysis.document import Document, outcome_of
from fer_core.analysis.markup import MIN_NEUTRAL_S, Markup, NeutralSpan
from fer_core.analysis.measuring import Measuring
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Task
from fer_core.analysis.results import ResultWriter
from fer_core.analysis.tracks import TrackedFrame, read_tracks
from fer_core.classification import resolve_model_dir
from fer_core.classification.identity import identify_model
from fer_core.errors import InputError
from fer_core.files import read_object
from fer_core.labels import EMOTIONS
from fer_core.pipeline import hide_covered, make_filter
from fer_core.temporal import Smoother
from fer_core.temporal.baseline import SMALLEST, apply_offsets, offsets_from
from fer_core.temporal.windows import MAX_GAP_S
from fer_core.types import FloatArray, FrameResult
from fer_core.video import VideoReader, read_frame

#: Person -> how the logarithms of their probabilities are moved, (7,).
Offsets = dict[int, FloatArray]


def derive_video(path: Path, task: Task, document: Document, writer: ResultWriter) -> None:
    """Make tables, document and annotated copy of a video from its tracks.

    Args:
        path: of the table of tracks.
        task: the video; it is read again for a copy.
        document: size, rate and marks are set.
        writer: of the results.

    Raises:
        FerError: see ``replay``; or the video cannot be read any more.
    """
    options = document.options
    document.analysed = document.rows = 0
    document.score = 0.0
    measuring = Measuring(document, writer, task.name)
    steady = make_filter(options.filter, resolve_model_dir(options.model), options.smooth_s)
    smoother = Smoother(expiry_s=options.expiry_s, steady=steady)
    if not options.annotate:
        replay(path, document, measuring, smoother)
        return
    with VideoReader(task.file, threads=1, turns=options.turns) as reader:
        copy, frames = writer.open_annotated(document.fps or 30.0), iter(reader)
        latest: list[FrameResult | None] = [None]

        def draw(result: FrameResult | None) -> None:
            if (frame := next(frames, None)) is not None:
                latest[0] = result or latest[0]
                copy.add(frame, latest[0])

        replay(path, document, measuring, smoother, draw)
        copy.finish(task.file, reader.start_s)


def rework_video(task: Task, out: Path, markup: Markup) -> Outcome:
    """Make the results of an analysed video again, with other marks; all or nothing.

    Args:
        task: the video, as it was analysed.
        out: folder of its results, with the document (JSON) and the tracks (Parquet).
        markup: all marks, in place of earlier ones.

    Raises:
        FerError: results are missing, or the marks do not fit.
    """
    saved = read_object(out / f"{task.stem}.json")
    options = replace(
        AnalysisOptions.from_dict(saved["options"]), markup=None if markup.is_empty else markup
    )
    document = Document(
        saved["file"],
        "video",
        options,
        modified=saved["modified"],
        width=saved["width"],
        height=saved["height"],
        fps=saved["fps"],
        model=identify_model(options.model) if saved["model"] else None,
        sha256=saved["sha256"] or "",
        warning=saved["warning"] or "",
        note=saved.get("note", ""),
    )
    writer = ResultWriter(out, task.stem, options, ".again")
    try:
        writer.begin(document.origin)
        tracks = f"{task.stem}.tracks.parquet"
        derive_video(out / tracks, task, document, writer)
        stills = []
        if "html" in options.formats:
            for moment in document.moments:
                bgr = read_frame(task.file, moment.time_s, turns=options.turns).bgr()
                stills.append(draw_still(bgr, moment.result, blur=options.blur))
        outputs = (*writer.finish(document, stills), tracks)
    except BaseException:
        writer.discard()
        raise
    return outcome_of(task, document, tuple(sorted(outputs)))


def replay(
    path: Path,
    document: Document,
    measuring: Measuring,
    smoother: Smoother,
    see: Callable[[FrameResult | None], None] | None = None,
) -> None:
    """Feed ``measuring`` with a table of tracks, as the document's marks want it.

    Args:
        path: of the table.
        document: size, rate and marks are set.
        measuring: of the document.
        smoother: fresh, as the analysis had it.
        see: called with what every frame that was read showed; None where it was not looked at.

    Raises:
        DataError: the table is missing or of another version.
        InputError: a neutral span shows too little of its person.
    """
    markup = document.markup
    document.offsets = _measure_offsets(path, markup)
    step_s = 1 / (document.fps or 25.0)
    lost: tuple[float, float] | None = None
    together: dict[tuple[int, ...], int] = {}
    for frame in read_tracks(path):
        if frame.index is None:
            lost = (frame.time_s if lost is None else lost[0], frame.time_s + step_s)
            continue
        if lost is not None:
            measuring.lose(*lost, step_s)
            lost = None
        result: FrameResult | None = None
        if frame.is_analysed and measuring.is_counted(frame.time_s):
            mine, both = _of_people(frame, markup)
            if both:
                together[both] = together.get(both, 0) + 1
            result = _result_of(mine, document, smoother)
            measuring.add(frame.index, result, mine.reasons, mine.otherwise)
        else:
            measuring.skip(frame.index, frame.time_s)
        if see is not None:
            see(result)
        document.frames = frame.index + 1
        document.duration_s = frame.time_s
    if lost is not None:
        measuring.lose(*lost, step_s)
    measuring.finish(step_s)
    for both, count in sorted(together.items()):
        names = " and ".join(f"#{track}" for track in both)
        document.remarks.append(
            f"{names} are one person now, but {count:,} frames show both: there the face that the "
            "detector was surer of counts."
        )


def _of_people(frame: TrackedFrame, markup: Markup) -> tuple[TrackedFrame, tuple[int, ...]]:
    """A frame with people instead of tracks; and the tracks of one person that it shows at once."""
    if not (markup.merges or markup.dropped) or not len(frame.faces):
        return frame, ()
    tracks = frame.faces.track_ids.tolist()
    best: dict[int, int] = {}
    both: set[int] = set()
    for row in np.argsort(-frame.faces.scores, kind="stable").tolist():
        person = markup.person_of(tracks[row])
        if person is None:
            continue
        if person in best and person >= 0:
            both |= {tracks[row], tracks[best[person]]}
            continue
        best[person] = row
    rows = sorted(best.values())
    people = {row: person for person, row in best.items()}
    faces = frame.faces[rows].with_(track_ids=np.array([people[row] for row in rows], np.int64))
    reasons = tuple(frame.reasons[row] for row in rows)
    return (
        replace(frame, faces=faces, probs=frame.probs[rows], reasons=reasons, otherwise="no_face"),
        tuple(sorted(both)),
    )


def _result_of(frame: TrackedFrame, document: Document, smoother: Smoother) -> FrameResult:
    probs = frame.probs.copy()
    for row, person in enumerate(frame.faces.track_ids.tolist()):
        if person in document.offsets:
            probs[row] = apply_offsets(probs[row], document.offsets[person])
    smoothed, labels = smoother.update(probs, frame.faces.track_ids, frame.time_s)
    return FrameResult(
        frame.time_s,
        document.width,
        document.height,
        frame.faces,
        frame.probs,
        smoothed,
        hide_covered(labels, frame.faces),
    )


def _measure_offsets(path: Path, markup: Markup) -> Offsets:
    """The correction of each person with a neutral span, as on Live (``temporal.baseline``)."""
    if not markup.neutral:
        return {}
    last_s = max(one.to_s for one in markup.neutral)
    sums = {one: np.zeros(len(EMOTIONS)) for one in markup.neutral}
    seen_s = dict.fromkeys(markup.neutral, 0.0)
    held: dict[NeutralSpan, tuple[float, FloatArray]] = {}
    for frame in _until(read_tracks(path), last_s):
        mine, _ = _of_people(frame, markup)
        for one in markup.neutral:
            if one in held:
                since_s, log_probs = held.pop(one)
                passed_s = min(frame.time_s, one.to_s) - since_s
                if 0 < passed_s <= MAX_GAP_S:
                    sums[one] += passed_s * log_probs
                    seen_s[one] += passed_s
            rows = np.flatnonzero(mine.faces.track_ids == one.track_id)
            if one.from_s <= frame.time_s < one.to_s and len(rows):
                probs = np.clip(mine.probs[rows[0]], SMALLEST, 1)
                held[one] = frame.time_s, np.log(probs)
    for one, seconds in seen_s.items():
        if seconds < MIN_NEUTRAL_S:
            raise InputError(
                f"The neutral span of {markup.name_of(one.track_id, '#').replace('# ', '#')}, "
                f"{one.from_s:g} to {one.to_s:g} s, shows the face for {seconds:.1f} s, and "
                f"{MIN_NEUTRAL_S:.0f} s are needed: choose a longer one."
            )
    return {one.track_id: offsets_from(sums[one] / seen_s[one]) for one in markup.neutral}


def _until(frames: Iterator[TrackedFrame], end_s: float) -> Iterator[TrackedFrame]:
    """The analysed frames up to the first one after an end."""
    for frame in frames:
        if frame.is_analysed:
            yield frame
        if frame.time_s > end_s:
            return
