"""Lab Streaming Layer: one irregular stream of the largest face, beside EEG, gaze and markers.

Time stamps are the moments at which the frames reached this program, on LSL's own clock. The
channels are ``message.NUMBERS`` after ``time_s``, ``faces`` and ``track_id``; NaN where there is no
face. liblsl listens on every network of this computer and offers no way to keep to loopback.
"""

import time
from typing import TYPE_CHECKING, Any, Final

from fer_core.errors import ConfigError
from fer_core.outlets.message import NUMBERS, StreamMessage

if TYPE_CHECKING:
    import pylsl

CHANNELS: Final = ("time_s", "faces", "track_id", *NUMBERS)


class LslOutlet:
    """One stream.

    Args:
        name: of the stream; receivers find it by this.

    Raises:
        ConfigError: pylsl is not installed, or its library cannot be loaded here.
    """

    def __init__(self, name: str) -> None:
        self._lsl = lsl = _load()
        info = lsl.StreamInfo(
            name, "Expression", len(CHANNELS), lsl.IRREGULAR_RATE, lsl.cf_double64, f"mien-{name}"
        )
        channels = info.desc().append_child("channels")
        for channel in CHANNELS:
            channels.append_child("channel").append_child_value("label", channel)
        self._outlet: pylsl.StreamOutlet = lsl.StreamOutlet(info)

    def send(self, message: StreamMessage) -> None:
        """As ``Outlet.send``."""
        head = [message.time_s, float(len(message.faces))]
        if message.faces:
            face = message.faces[0]
            track_id = face.record.track_id
            values = [-1.0 if track_id is None else float(track_id), *face.numbers()]
        else:
            values = [float("nan")] * (len(CHANNELS) - len(head))
        age_s = max(0.0, time.time() - message.captured_unix_s)
        self._outlet.push_sample(head + values, self._lsl.local_clock() - age_s)

    def close(self) -> None:
        """As ``Outlet.close``: the stream ends when nobody holds it."""
        del self._outlet


def _load() -> Any:
    try:
        import pylsl
    except ModuleNotFoundError as error:
        raise ConfigError(
            "Lab Streaming Layer needs the package pylsl: pip install 'mien[lsl]', or leave --lsl "
            "out."
        ) from error
    except (OSError, RuntimeError) as error:  # its library is missing, or is for another system
        raise ConfigError(
            f"pylsl is installed, but its library cannot be loaded here ({error}); install liblsl, "
            "or leave --lsl out."
        ) from error
    return pylsl
