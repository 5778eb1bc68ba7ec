"""Pictures and videos from files: analysed by the one pipeline, exported, in one or many processes.

``plan_tasks`` names files and results, ``Engine.analyze`` does one file, ``run_tasks`` does all in
processes of their own, and a journal remembers what is done.
"""

from fer_core.analysis.engine import Engine
from fer_core.analysis.options import FORMATS, AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.plan import plan_tasks
from fer_core.analysis.pool import run_tasks

__all__ = [
    "FORMATS",
    "AnalysisOptions",
    "Engine",
    "Outcome",
    "Progress",
    "Task",
    "plan_tasks",
    "run_tasks",
]
