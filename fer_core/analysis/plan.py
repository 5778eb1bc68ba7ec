"""Which files a run covers, and how their results are called."""

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from fer_core.analysis.outcome import Kind, Outcome, Task
from fer_core.errors import DecodeError, InputError
from fer_core.imaging import decode
from fer_core.imaging.kinds import kind_of_file, left_out_text
from fer_core.text import printable_name
from fer_core.video import reader

#: Ends of the tables of measures.
MEASURE_ENDS: Final = tuple(
    f".measures{part}.{form}" for form in ("csv", "parquet", "json") for part in ("", ".seconds")
)
#: Ends of all names that a result can have; the longest first.
RESULT_ENDS: Final = (
    MEASURE_ENDS
    + (".seconds.csv", ".seconds.parquet", ".frames.json", ".annotated.mp4", ".annotated.png")
    + (".csv", ".json", ".parquet", ".vtt", ".eaf", ".html")
)  # fmt: skip


#: Names have 255 bytes at most; results add up to 40 of their own.
_STEM_BYTES: Final = 200


def kind_of(path: str) -> Kind:
    """What kind a file is, by its content; what is neither is opened as a video, which tells it."""
    return "picture" if kind_of_file(path) == "picture" else "video"


def find_files(path: str, out: Path, notes: list[str] | None = None) -> list[str]:
    """The pictures and videos in a folder and below, sorted; else the path itself.

    Hidden files and folders, and results of earlier runs in ``out``, are left out without a word.

    Args:
        path: a file or folder.
        out: folder of the results.
        notes: gets a line about other files that are left out.

    Raises:
        DecodeError: a folder that cannot be read or holds neither.
    """
    if not Path(path).is_dir():
        return [path]
    if not os.access(path, os.R_OK | os.X_OK):
        raise DecodeError(
            f"{printable_name(path)} may not be read: permission denied; allow reading it."
        )
    found = sorted(_walk(path, out.resolve()))
    kinds = [kind_of_file(file) for file in found]
    files = [file for file, kind in zip(found, kinds, strict=True) if kind]
    others = [Path(f).name for f, kind in zip(found, kinds, strict=True) if not kind]
    wanted = "pictures or videos that can be read"
    line = left_out_text(printable_name(path), map(printable_name, others), wanted)
    if notes is not None and line:
        notes.append(line)
    if not files:
        raise DecodeError(
            f"{printable_name(path)} is a folder without pictures or videos; give a folder that "
            f"holds {decode.FORMATS_TEXT} pictures or {reader.FORMATS_TEXT} videos."
        )
    return files


def _walk(path: str, out: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        is_out = Path(folder).resolve() == out
        for name in names:
            made_here = is_out and name.lower().endswith((*RESULT_ENDS, "analysis.jsonl"))
            if not name.startswith(".") and not made_here:
                yield os.path.join(folder, name)  # noqa: PTH118, keeps "./" as it was given


def _results_of(stem: str) -> set[str]:
    """All names that results of this stem could take, as file systems that fold case see them."""
    return {(stem + end).casefold() for end in RESULT_ENDS}


def name_stems(files: Iterable[str], kept: Mapping[str, str]) -> dict[str, str]:
    """File -> stem: the file's own, with ``-2``, ``-3``, ... where results would collide.

    Args:
        files: in order; the first of a name keeps it.
        kept: stems that earlier runs gave, which stay.
    """
    taken = {name for stem in kept.values() for name in _results_of(stem)}
    stems: dict[str, str] = {}
    for file in files:
        if file in kept:
            stems[file] = kept[file]
            continue
        wanted = stem = _shortened(printable_name(Path(file).stem)) or "file"
        number = 1
        while _collides(stem, taken):
            number += 1
            stem = f"{wanted}-{number}"
        taken |= _results_of(stem)
        stems[file] = stem
    return stems


def _shortened(stem: str) -> str:
    """A name at most so long that no file system refuses the names of the results."""
    return stem.encode()[:_STEM_BYTES].decode(errors="ignore")


def _collides(stem: str, taken: Container[str]) -> bool:
    return any(name in taken for name in _results_of(stem))


def plan_tasks(
    paths: Iterable[str],
    out: Path,
    *,
    kept: Mapping[str, str] | None = None,
    notes: list[str] | None = None,
) -> tuple[list[Task], list[Outcome]]:
    """The files to analyse, each once, in the order given; and what could not be listed.

    Args:
        paths: files and folders.
        out: folder of the results.
        kept: file -> stem of earlier runs into the same folder.
        notes: gets a line for each folder in which files were left out.
    """
    files: dict[str, None] = {}
    failed = []
    for path in paths:
        try:
            files |= dict.fromkeys(find_files(path, out, notes))
        except InputError as error:
            failed.append(Outcome(path, "", "failed", str(error)))
    # A path that was mistyped takes no name away from a file that is there.
    there = sorted(files, key=lambda file: not Path(file).exists())
    stems = name_stems(there, kept or {})
    return [Task(file, kind_of(file), stems[file]) for file in files], failed


def prepare_out(out: Path) -> None:
    """Make the folder of the results.

    Raises:
        InputError: it cannot be made or written to.
    """
    shown = printable_name(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{shown} cannot be made a folder ({error.strerror}); give another --out."
        ) from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise InputError(f"{shown} may not be written to; allow it or give another --out.")
