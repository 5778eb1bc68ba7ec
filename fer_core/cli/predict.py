"""``python -m fer_core predict PATH...``: the expressions in pictures, one record per picture."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fer_core.pipeline import FacePipeline
    from fer_core.types import ImageArray


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("predict")(predict)


def predict(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Pictures, or folders of pictures.", show_default=False
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per picture and line.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="Name of a model; default: FER_MODEL.")] = None,
    detector: Annotated[
        str | None, typer.Option(help="short, full, haar or yunet; default: FER_DETECTOR.")
    ] = None,
    tilted: Annotated[
        bool, typer.Option("--tilted", help="Look for faces on their side or upside down; slower.")
    ] = False,
) -> None:
    """Find the faces in pictures and name their expressions.

    A folder stands for the pictures directly inside it, sorted by name. The exit code is 0 also
    where a picture shows no face, and 2 if any picture cannot be read; the others are processed.
    """
    from fer_core.config import settings
    from fer_core.pipeline import build_pipeline

    with _silent_natives():
        pipeline = build_pipeline(
            model or settings().model,
            detector or settings().detector,
            live=False,
            small_faces=True,
            tilted=tilted,
        )
    failed = False
    for record in predict_records(pipeline, paths):
        failed |= "error" in record
        if as_json:
            # ASCII, so that any name (also one that is no valid UTF-8) passes through any pipe.
            line, to_stderr = json.dumps(record, allow_nan=False), False
        else:
            line, to_stderr = _as_text(record), "error" in record
        typer.echo(line, err=to_stderr)  # flushes: who reads the lines gets each at once
    if failed:
        raise typer.Exit(2)


@contextmanager
def _silent_natives() -> Iterator[None]:
    """Keep C code that has no log level (LiteRT, libtiff) from talking to people on stderr."""
    try:
        saved = os.dup(2)
    except OSError:  # started without a stderr
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def predict_records(pipeline: "FacePipeline", paths: list[str]) -> Iterator[dict[str, Any]]:
    """One record per picture, in the order given.

    ``{"file", "width", "height", "faces": [{"box", "score", "label", "probs", ...}]}`` with boxes
    x1 y1 x2 y2 in pixels of the upright picture, clipped to it, and ``note`` where there is
    something to know; or ``{"file", "error"}``.
    """
    from fer_core.errors import FerError
    from fer_core.imaging.decode import read_picture
    from fer_core.imaging.frame import ArrayFrame
    from fer_core.records import FrameRecord

    for path in paths:
        try:
            files = _list_pictures(path)
        except FerError as error:
            yield {"file": path, "error": str(error)}
            continue
        for file in files:
            try:
                with _silent_natives():
                    picture = read_picture(file)
                    result = pipeline.process(ArrayFrame(picture.bgr))
            except FerError as error:
                yield {"file": file, "error": str(error)}
            else:
                notes = [
                    picture.note,
                    "" if len(result.faces) else _why_none(pipeline, picture.bgr),
                ]
                text = " ".join(filter(None, notes))
                note = {"note": text} if text else {}
                yield {"file": file} | FrameRecord.from_result(result).to_dict() | note


def _why_none(pipeline: "FacePipeline", bgr: "ImageArray") -> str:
    """Why a picture shows no face, as ``analyze`` says it."""
    from fer_core.analysis.hints import SAMPLE_SIDE, explain
    from fer_core.imaging.frame import ArrayFrame

    def score(view: "ImageArray") -> float:
        return float(pipeline.detector.detect(view).scores.max(initial=0.0))

    with _silent_natives():
        return explain([ArrayFrame(bgr).bgr(SAMPLE_SIDE)], score, kind="picture")


def _list_pictures(path: str) -> list[str]:
    """The pictures of a folder, the path as given before their names; else the path itself."""
    from fer_core.errors import DecodeError
    from fer_core.imaging.decode import FORMATS_TEXT
    from fer_core.imaging.kinds import kind_of_file, left_out_text
    from fer_core.text import printable_name

    try:
        with os.scandir(path) as entries:
            found = sorted(
                entry.path
                for entry in entries
                if not entry.name.startswith(".") and not _is_folder(entry)
            )
    except PermissionError as error:  # of a folder, or of the one that holds the file
        raise DecodeError(
            f"{printable_name(path)} may not be read: permission denied; allow reading it."
        ) from error
    except OSError:  # a file or nothing: reading it gives the picture or the sentence
        return [path]
    files = [file for file in found if kind_of_file(file) == "picture"]
    others = [printable_name(Path(file).name) for file in found if file not in set(files)]
    if files and others:
        typer.echo(left_out_text(printable_name(path), others, "pictures"), err=True)
    if not files:
        raise DecodeError(
            f"{printable_name(path)} is a folder without pictures; "
            f"give a folder that holds {FORMATS_TEXT} files."
        )
    return files


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself; reading it gives the sentence
        return False


def _as_text(record: dict[str, Any]) -> str:
    """The record for people: a line per picture, and one below it per face."""
    from fer_core.text import count_of, printable_name

    if "error" in record:
        return str(record["error"])
    faces = record["faces"]
    count = count_of(len(faces), "face") if faces else "no face"
    lines = [f"{printable_name(record['file'])}  {record['width']} x {record['height']}  {count}"]
    for face in faces:
        top = sorted(face["probs"].items(), key=lambda item: -item[1])[:3]
        chances = "  ".join(f"{name} {100 * p:.1f} %" for name, p in top)
        x1, y1, x2, y2 = face["box"]
        lines.append(f"  {face['label']:<8}  {chances}  at {x1:.0f},{y1:.0f} - {x2:.0f},{y2:.0f}")
    if "note" in record:
        lines.append(f"  {record['note']}")
    return "\n".join(lines)
