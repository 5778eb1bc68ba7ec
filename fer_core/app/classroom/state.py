"""What the page keeps: the rooms of the process, wrong codes by address, what one visitor does."""

import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache

import streamlit as st

from fer_core.access import AttemptLimiter, network_of
from fer_core.app.device.visit import DeviceVisit
from fer_core.app.stream.visit import Phase, Visit
from fer_core.classroom.hub import RoomHub
from fer_core.classroom.lesson import Lesson
from fer_core.classroom.membership import Place
from fer_core.classroom.seats import CameraSeat
from fer_core.classroom.seconds import DeviceMeter
from fer_core.hosting.draining import shared_drain
from fer_core.storage import Store, shared_store

#: A whole class may sit behind one address and mistype; 30 to the power of 8 codes stay out of
#: reach at this rate for some ten thousand years.
WRONG_CODES, WRONG_WINDOW_S = 60, 600.0
#: A large class behind one address, once over; who has a pseudonym already does not count.
NEW_PEOPLE, NEW_PEOPLE_WINDOW_S = 60, 3600.0

_KEY = "classroom"


_HUBS: dict[Store, RoomHub] = {}
_HUBS_LOCK = threading.Lock()


def shared_hub() -> RoomHub:
    """The rooms that this process serves.

    Raises:
        ConfigError: FER_DATABASE_URL cannot be used.
    """
    store = shared_store()
    with _HUBS_LOCK:
        if store not in _HUBS:
            _HUBS[store] = RoomHub(store)
            _HUBS[store].start()
            shared_drain().watch(end=_HUBS[store].close)
        return _HUBS[store]


def close_hubs() -> None:
    """End the work on all rooms; who asks for the hub then gets a fresh one."""
    with _HUBS_LOCK:
        hubs = list(_HUBS.values())
        _HUBS.clear()
    for hub in hubs:
        hub.close()


@lru_cache(maxsize=1)
def code_limiter() -> AttemptLimiter:
    """Counts wrong codes by address."""
    return AttemptLimiter(WRONG_CODES, WRONG_WINDOW_S, clock=time.monotonic)


@lru_cache(maxsize=1)
def join_limiter() -> AttemptLimiter:
    """Counts new pseudonyms by address: a class behind one address, but no crowd of one."""
    return AttemptLimiter(NEW_PEOPLE, NEW_PEOPLE_WINDOW_S, clock=time.monotonic)


def address() -> str:
    """The address that the visitor comes from; empty on this computer."""
    return network_of(st.context.ip_address or "")


@dataclass(slots=True)
class ClassroomState:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        own: stream of the visitor's own device to the server.
        device: analysis on that device itself.
        camera: stream of a camera that faces the class.
        place: where the own stream counts; None in self-view, and before.
        meter: measures the own stream.
        seat: of the camera, while it watches.
        is_self_view: whether they try it on themselves, without a room.
        wrong_code: that they tried last.
        gone_code: of the room that they left, until they join again.
        forgets: whether this browser is still to forget who it was.
        problem: why leaving did not go as it should, to be said once.
        has_answered: whether they said of themselves how it goes.
        answer_problem: why what they said was not taken, to be said once.
        room_problem: what the educator's last action met, to be said once.
        lessons: id of a room -> its lesson, as far as it was loaded.
        looked: ids of the rooms of which the audit log knows that they looked.
        demo_s: UTC second at which the simulated lesson begins.
    """

    own: Visit = field(default_factory=Visit.of_settings)
    device: DeviceVisit = field(default_factory=DeviceVisit)
    camera: Visit = field(default_factory=Visit.of_settings)
    place: Place | None = None
    meter: DeviceMeter | None = None
    seat: CameraSeat | None = None
    is_self_view: bool = False
    wrong_code: str = ""
    gone_code: str = ""
    forgets: bool = False
    problem: str | None = None
    has_answered: bool = False
    answer_problem: str | None = None
    room_problem: str | None = None
    lessons: dict[int, Lesson] = field(default_factory=dict)
    looked: set[int] = field(default_factory=set)
    demo_s: int | None = None

    def stream_to(self, place: Place | None, meter: DeviceMeter) -> None:
        """Remember where the own stream goes: to a place, or in self-view to nobody."""
        self.meter = meter
        if place is not None:
            self.place = place
            shared_hub().sit(place, meter)

    @property
    def is_seen(self) -> bool:
        """Whether the visitor's own camera is on, whichever way."""
        return self.own.is_streaming or self.device.is_on

    def stop_own(self) -> None:
        """The device's stream ends, and counts in its room no more."""
        self.own.reset()
        self.device.stop()
        place, self.place = self.place, None
        if place is not None:
            shared_hub().stand_up(place)

    def stop_camera(self) -> None:
        """The class is not watched any more."""
        self.camera.reset()
        seat, self.seat = self.seat, None
        if seat is not None:
            shared_hub().take_down(seat)

    def take_problem(self) -> str | None:
        """Why leaving did not go as it should; said once."""
        problem, self.problem = self.problem, None
        return problem

    def take_answer_problem(self) -> str | None:
        """Why what they said of themselves was not taken; said once."""
        problem, self.answer_problem = self.answer_problem, None
        return problem

    def take_room_problem(self) -> str | None:
        """What the educator's last action met; said once."""
        problem, self.room_problem = self.room_problem, None
        return problem


def this_state() -> ClassroomState:
    """The state of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = ClassroomState()
    found: ClassroomState = st.session_state[_KEY]
    return found


def leave_classroom() -> None:
    """Called by the router when another page is shown: cameras of this page end."""
    if _KEY not in st.session_state:
        return
    mine = this_state()
    if mine.device.is_on or mine.own.phase is not Phase.READY:
        mine.stop_own()
    if mine.camera.phase is not Phase.READY:
        mine.stop_camera()
    mine.is_self_view = False
