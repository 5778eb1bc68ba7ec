"""Open Sound Control over UDP, for Max, Pure Data, TouchDesigner, Unity and the like.

Per frame a datagram ``/mien/frame seq time_s faces``, and per face a bundle of

    /mien/face         track_id label x1 y1 x2 y2 score
    /mien/expressions  track_id and the seven probabilities
    /mien/affect       track_id valence pleasure arousal
    /mien/measures     track_id and the measures of ``types.MEASURES``
    /mien/blinks       track_id eyes_closed and the three of ``blinks.BLINKS``

``time_s`` is a 64-bit float (``d``), other numbers are 32-bit floats; NaN where unknown. UDP has no
answer: whether anybody listens is not known, and ``seq`` tells the receiver what is missing.
"""

import socket
from contextlib import suppress

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from fer_core.affect import AFFECT
from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.outlets.message import StreamFace, StreamMessage
from fer_core.types import MEASURES

_AFFECT_AT = len(EMOTIONS)
_MEASURES_AT = _AFFECT_AT + len(AFFECT)
_BLINKS_AT = _MEASURES_AT + len(MEASURES)


class OscOutlet:
    """Sends to one address.

    Args:
        host, port: of the receiver.

    Raises:
        ConfigError: the host has no address.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except socket.gaierror as error:
            raise ConfigError(
                f"The host {host!r} of --osc has no address; use 127.0.0.1 for this computer."
            ) from error
        self._where = where
        self._socket = socket.socket(family, socket.SOCK_DGRAM)

    def send(self, message: StreamMessage) -> None:
        """As ``Outlet.send``."""
        self._send(_frame(message).dgram)
        for face in message.faces:
            bundle = OscBundleBuilder(IMMEDIATELY)
            for part in _face(face):
                bundle.add_content(part)
            self._send(bundle.build().dgram)

    def _send(self, datagram: bytes) -> None:
        with suppress(OSError):  # nobody listens there now; who comes later gets what comes later
            self._socket.sendto(datagram, self._where)

    def close(self) -> None:
        """As ``Outlet.close``."""
        self._socket.close()


def _frame(message: StreamMessage) -> OscMessage:
    built = OscMessageBuilder("/mien/frame")
    built.add_arg(message.seq, OscMessageBuilder.ARG_TYPE_INT)
    built.add_arg(message.time_s, OscMessageBuilder.ARG_TYPE_DOUBLE)
    built.add_arg(len(message.faces), OscMessageBuilder.ARG_TYPE_INT)
    return built.build()


def _face(face: StreamFace) -> list[OscMessage]:
    record, numbers = face.record, face.numbers()
    track_id = -1 if record.track_id is None else record.track_id
    return [
        _message("face", track_id, record.label, *record.box, record.score),
        _message("expressions", track_id, *numbers[:_AFFECT_AT]),
        _message("affect", track_id, *numbers[_AFFECT_AT:_MEASURES_AT]),
        _message("measures", track_id, *numbers[_MEASURES_AT:_BLINKS_AT]),
        _message("blinks", track_id, *numbers[_BLINKS_AT:]),
    ]


def _message(name: str, track_id: int, *values: float | str) -> OscMessage:
    built = OscMessageBuilder(f"/mien/{name}")
    built.add_arg(track_id, OscMessageBuilder.ARG_TYPE_INT)
    for value in values:
        is_text = isinstance(value, str)
        kind = OscMessageBuilder.ARG_TYPE_STRING if is_text else OscMessageBuilder.ARG_TYPE_FLOAT
        built.add_arg(value, kind)
    return built.build()
