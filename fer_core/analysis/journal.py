"""``analysis.jsonl`` in the folder of the results: what is done, and how each file ended.

One line of JSON per file, added when it ends and flushed to the disk, so that an interrupted run
loses at most the file under way. At the end of a run the lines are put in the run's order.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Task
from fer_core.files import write_whole

NAME: Final = "analysis.jsonl"


def _signature(file: str) -> list[int]:
    """Size in bytes and time of change; empty where the file is gone."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return []
    return [found.st_size, found.st_mtime_ns]


class Journal:
    """The journal of one folder; for the process that leads the run.

    Args:
        out: folder of the results; exists.
        options: of this run; what was done with others does not count as finished.
    """

    def __init__(self, out: Path, options: AnalysisOptions) -> None:
        self._out, self._path = out, out / NAME
        self._digest = options.digest
        self._lines = {line["file"]: line for line in self._read()}

    def _read(self) -> Iterable[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        if text and not text.endswith("\n"):  # torn: what comes next needs a line of its own
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n")
        for line in text.splitlines():
            try:
                found = json.loads(line)
            except ValueError:  # the line under way when the machine stopped
                continue
            if isinstance(found, dict) and {"file", "stem", "status"} <= found.keys():
                yield found

    @property
    def stems(self) -> dict[str, str]:
        """File -> stem of what has results here."""
        return {f: line["stem"] for f, line in self._lines.items() if line.get("outputs")}

    def is_finished(self, task: Task) -> bool:
        """Whether the same file was analysed with the same options and its results are there."""
        line = self._lines.get(task.file)
        return (
            line is not None
            and line["status"] == "done"
            and line.get("options") == self._digest
            and line.get("signature") == _signature(task.file)
            and all((self._out / name).is_file() for name in line.get("outputs", []))
        )

    def add(self, outcome: Outcome) -> None:
        """Write down how a file ended."""
        line = outcome.to_dict() | {
            "options": self._digest,
            "signature": _signature(outcome.file),
        }
        old = self._lines.get(outcome.file, {})
        earlier = [*old.get("outputs", []), *old.get("earlier", [])]
        if outcome.status == "failed":  # nothing new stands beside what an earlier run wrote
            line["earlier"] = earlier
        else:
            self._remove_stale(outcome, earlier)
        self._lines[outcome.file] = line
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _remove_stale(self, outcome: Outcome, earlier: Sequence[str]) -> None:
        """What an earlier run wrote of the same file, and this one did not, tells another story."""
        for name in earlier:
            if name not in outcome.outputs and Path(name).name == name:
                (self._out / name).unlink(missing_ok=True)

    def close(self, order: Sequence[str]) -> None:
        """Put the lines in the order of these files, those of earlier runs after them."""
        ranks = {file: rank for rank, file in enumerate(order)}
        lines = sorted(self._lines.values(), key=lambda line: ranks.get(line["file"], len(ranks)))
        write_whole(self._path, "".join(json.dumps(line) + "\n" for line in lines))
