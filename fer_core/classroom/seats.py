"""Who is before a camera in a room of this process: a student, or the class as a whole."""

from dataclasses import dataclass, field

from fer_core.classroom.measures import Matrix
from fer_core.classroom.membership import Place
from fer_core.classroom.seconds import CrowdMeter, DeviceMeter


@dataclass(eq=False)
class Seat:
    """A student's stream in a room. ``meter`` is fed by the stream's own thread.

    ``heard_s`` is the last second that was measured, ``values_s`` the last that counts in the
    class: a still picture is measured and does not count.
    """

    place: Place
    meter: DeviceMeter = field(default_factory=DeviceMeter)
    values: Matrix | None = None
    values_s: int = 0
    heard_s: int = 0


@dataclass(eq=False)
class CameraSeat:
    """A camera that faces the class of a room."""

    room_id: int
    meter: CrowdMeter
    is_counted: bool = False
