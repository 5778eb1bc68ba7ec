"""Training runs as processes of their own: queue, start, stop, resume, export; no Keras here.

A run's folder (``fer_core.training.run``) is the only truth. A process that works on a run holds a
lock in its folder, which the system releases however the process ends, so that page and command
line, in whichever process, see the same.
"""

from fer_core.runs.launch import delete_run, request_stop, resume_run, start_export, submit_run
from fer_core.runs.listing import RunInfo, State, find_run, list_runs, runs_dir

__all__ = [
    "RunInfo",
    "State",
    "delete_run",
    "find_run",
    "list_runs",
    "request_stop",
    "resume_run",
    "runs_dir",
    "start_export",
    "submit_run",
]
