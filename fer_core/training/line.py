"""The whole line of a run: the runs that it goes on from, first to last, and who taught them."""

from pathlib import Path
from typing import Any, Final

from fer_core.files import write_whole
from fer_core.training.run import RunFolder

Rows = list[dict[str, float]]

#: A line that is longer goes in a circle.
_LONGEST: Final = 100


def line_of(run: RunFolder) -> list[RunFolder]:
    """The runs that ``run`` goes on from (``train --from``), oldest first, and ``run`` itself.

    A run whose weights or history are gone ends the line there: what was before is not known.
    """
    line = [run]
    while len(line) < _LONGEST:
        start = line[0].read_json("config.json").get("start")
        if not isinstance(start, str):
            break
        if not all((Path(start) / name).is_file() for name in ("history.csv", "best.npz")):
            break
        line.insert(0, RunFolder(Path(start)))
    return line


def kept_epoch(run: RunFolder) -> int:
    """The epoch whose weights went on from a run."""
    return int(run.load_arrays("best.npz")["epoch"])


def whole_history(line: list[RunFolder]) -> Rows:
    """The epochs of a line as one training, numbered on, with the number of their ``stage``.

    Of a run that others went on from, what came after its kept epoch is no part of the line.
    """
    if len(line) == 1:
        return line[0].history()
    rows: Rows = []
    for stage, run in enumerate(line, 1):
        before = len(rows)
        own = run.history()
        if stage < len(line):
            last = kept_epoch(run)
            own = [row for row in own if row["epoch"] <= last]
        rows += [row | {"epoch": before + row["epoch"], "stage": float(stage)} for row in own]
    return rows


def stages_of(line: list[RunFolder]) -> list[dict[str, Any]]:
    """A row for each run of a line and each run that taught it: as ``line.csv`` holds them.

    Their validation figures are those of the epoch that was kept; empty where nothing was logged.
    """
    taught = [
        RunFolder(Path(path))
        for run in line
        for path in run.read_json("config.json").get("teachers", ())
    ]
    own = {run.path for run in line}
    teachers = {teacher.path: teacher for teacher in taught if teacher.path not in own}
    return [_stage(run, "line") for run in line] + [
        _stage(teacher, "teacher") for teacher in teachers.values()
    ]


def _stage(run: RunFolder, role: str) -> dict[str, Any]:
    rows = run.history()
    epoch = kept_epoch(run) if (run.path / "best.npz").is_file() else len(rows)
    kept: dict[str, float] = next((row for row in rows if row["epoch"] == epoch), {})
    recipe = run.read_json("config.json").get("recipe") or {}
    return {
        "stage": recipe.get("name", run.path.name),
        "role": role,
        "epochs": len(rows),
        "val_accuracy": kept.get("val_accuracy", ""),
        "val_ferplus_accuracy": kept.get("val_ferplus_accuracy", ""),
    }


def write_line(line: list[RunFolder], folder: Path) -> None:
    """Write ``history.csv`` of the whole line, and ``line.csv`` where others had a part in it."""
    RunFolder(folder).write_history(whole_history(line))
    stages = stages_of(line)
    if len(stages) > 1:
        lines = [",".join(stages[0]), *(",".join(map(str, row.values())) for row in stages)]
        write_whole(folder / "line.csv", "\n".join(lines) + "\n")
