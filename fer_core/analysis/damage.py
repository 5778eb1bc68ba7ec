"""What of a video could not be read, in a sentence."""

from typing import Final

from fer_core.analysis.outcome import Task
from fer_core.text import printable_name
from fer_core.video import VideoReader

#: A file that says it is longer than what could be read by more than this broke off.
_MISSING_S: Final = 1.0
#: After damage pictures change at once without a cut, until the next whole one.
_SMEARED_S: Final = 5.0
#: Damaged places that a sentence names.
_MOST_SHOWN: Final = 5


def is_smeared(reader: VideoReader, time_s: float) -> bool:
    """Whether damage may still show in a frame: it does until the next whole picture."""
    return bool(reader.damaged_s) and time_s - reader.damaged_s[-1] < _SMEARED_S


def damage_text(task: Task, reader: VideoReader, end_s: float) -> str:
    """One sentence about what could not be read; empty where all was."""
    name = printable_name(task.name)
    if reader.lost:
        shown = ", ".join(f"from {a:.2f} to {b:.2f} s" for a, b in reader.lost[:_MOST_SHOWN])
        more = len(reader.lost) - _MOST_SHOWN
        also = f", and in {more} more places" if more > 0 else ""
        total_s = sum(b - a for a, b in reader.lost)
        return (
            f"{name} is damaged: nothing could be read {shown}{also}, {total_s:.2f} s in all; the "
            "rest was analysed."
        )
    if reader.damaged_s:
        return (
            f"{name} is damaged near {reader.damaged_s[0]:.2f} s, and nothing was lost by it but "
            "perhaps single pictures; all was analysed."
        )
    if reader.missing_s > max(_MISSING_S, 2 / (reader.fps or 1.0)):
        return (
            f"{name} ends after {end_s:.1f} s of {reader.duration_s:.1f} s; copy the video again "
            "if it should be longer."
        )
    return ""
