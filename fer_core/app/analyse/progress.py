"""How far an analysis is, in words."""

import re

from fer_core.analysis.job import JobPhase, JobState
from fer_core.app.language.spoken import number, percent, tr


def progress_text(state: JobState, count: int) -> str:
    """What stands above the bar."""
    if state.phase is JobPhase.WAITING:
        return tr("Waiting for another analysis to end; yours begins by itself.")
    # Backslashes keep a name's own characters from being taken for Markdown.
    values = {
        "name": re.sub(r"([\\`*_{}\[\]()#+!~:$<>|-])", r"\\\1", state.current),
        "share": percent(state.share, 0),
        "k": min(len(state.outcomes) + 1, count),
        "n": count,
        "time": "" if state.left_s is None else duration_text(state.left_s),
    }
    if state.left_s is None:
        text = (
            tr("Analysing {name} ({k} of {n}): {share}")
            if count > 1
            else tr("Analysing {name}: {share}")
        )
    else:
        text = (
            tr("Analysing {name} ({k} of {n}): {share}, about {time} left")
            if count > 1
            else tr("Analysing {name}: {share}, about {time} left")
        )
    return text.format(**values)


def duration_text(seconds: float) -> str:
    """Rounded for people."""
    if seconds < 90:
        return tr("{n} s").format(n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{n} min").format(n=minutes)
    return tr("{n} h").format(n=number(minutes / 60, 1))
