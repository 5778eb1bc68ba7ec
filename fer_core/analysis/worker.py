"""``python -m fer_core.analysis.worker``: a process that analyses one file after another.

Lines of JSON: first ``{"options", "out", "nice"}`` on stdin, then one task a line; on stdout
``{"ready"}`` or ``{"error"}``, then for each task any number of ``{"progress"}`` and one
``{"outcome"}``. A process of its own, so that a file which kills the decoder takes nothing else
along, and so that cancelling is to end it. Libraries may print what they like: their stdout is
stderr here.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**message: Any) -> None:
        print(json.dumps(message), file=answers, flush=True)

    start = json.loads(sys.stdin.readline())
    if start["nice"] and hasattr(os, "nice"):
        os.nice(start["nice"])
    from fer_core.analysis.engine import Engine
    from fer_core.analysis.options import AnalysisOptions
    from fer_core.analysis.outcome import Task
    from fer_core.errors import FerError

    try:
        engine = Engine(AnalysisOptions.from_dict(start["options"]), Path(start["out"]))
    except FerError as error:
        answer(error=str(error))
        return
    answer(ready=True)
    for line in sys.stdin:
        outcome = engine.analyze(Task(**json.loads(line)), lambda p: answer(progress=asdict(p)))
        answer(outcome=outcome.to_dict())


if __name__ == "__main__":
    main()
