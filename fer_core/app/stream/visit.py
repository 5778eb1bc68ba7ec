"""One visitor's way through a page that streams, kept in their own ``st.session_state`` only."""

import time
import uuid
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import av

from fer_core.app.access.rights import visitor_network
from fer_core.app.language.lettering import spoken_annotate
from fer_core.app.language.spoken import told
from fer_core.app.private import watch_page
from fer_core.app.stream import messages as m
from fer_core.app.stream.camera import GONE, Camera, CameraReport
from fer_core.app.stream.messages import Message, camera_message, given_up_message
from fer_core.app.stream.picture import PictureWatch
from fer_core.app.stream.press import Presses
from fer_core.app.stream.results import SessionResults
from fer_core.classification.identity import ModelIdentity, identify_model
from fer_core.config import settings
from fer_core.errors import BusyError, ModelError
from fer_core.streaming import CONNECTING_S, Admission, Lease, LiveSession
from fer_core.streaming.analyst import Pipeline

#: A visitor who leaves the browser's question open for this long does not hold a slot any more.
ASK_FOR_S = 60.0
#: A stream without a frame is given up after this long, however often it was begun until then.
GIVE_UP_AFTER_S = CONNECTING_S


class Phase(StrEnum):
    """Where the visitor is."""

    READY = "ready"  # nothing runs
    BUSY = "busy"  # pressed Start, waits for a free slot
    ASKING = "asking"  # has a slot, the browser asks for the camera
    RUNNING = "running"  # the video runs, or is being connected
    DONE = "done"  # has results to look at


@dataclass(slots=True, weakref_slot=True, eq=False)
class Visit:
    """State of one visitor. Only the script thread of that visitor changes it."""

    phase: Phase = Phase.READY
    model: str = "default"
    detector: str = "short"
    steady: str = "plain"
    attempt: int = 0
    told: int = 0
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    message: Message | None = None
    session: LiveSession | None = None
    lease: Lease | None = None
    clock: Callable[[], float] = time.monotonic
    phase_since: float = 0.0
    started_at: datetime | None = None
    results: SessionResults | None = None
    identity: ModelIdentity | None = None
    cameras: tuple[Camera, ...] = ()
    camera: str = ""
    chosen_camera: str = ""
    turns: int = 0
    drawn_at: float = 0.0
    size: tuple[int, int] | None = None
    faces_visitor: bool = True
    can_mirror: bool = True
    wants_mirror: bool | None = None
    presses: Presses = field(default_factory=Presses)
    marks: tuple[float, ...] = ()
    picture: PictureWatch = field(default_factory=PictureWatch)
    tab: str = ""

    @classmethod
    def of_settings(cls) -> Self:
        """One with the detector and the model that the server starts with."""
        return cls(detector=settings().detector, model=settings().model)

    def _enter(self, phase: Phase) -> None:
        self.phase, self.phase_since = phase, self.clock()
        self.presses.note_change()

    @property
    def in_phase_s(self) -> float:
        """Seconds since the phase was entered."""
        return self.clock() - self.phase_since

    def note_drawn(self) -> None:
        """The page shows this visit as it is now."""
        self.drawn_at = self.clock()

    @property
    def since_drawn_s(self) -> float:
        """Seconds since the page showed this visit as it was."""
        return self.clock() - self.drawn_at

    @property
    def is_mirrored(self) -> bool:
        """Whether visitors see their mirror image: as they wish, else where the camera faces them.

        What looks at a room or away from the visitor shows writing the right way round.
        """
        if not self.can_mirror:
            return False
        return self.faces_visitor if self.wants_mirror is None else self.wants_mirror

    @property
    def is_streaming(self) -> bool:
        """Whether this visitor holds a slot."""
        return self.phase in (Phase.ASKING, Phase.RUNNING)

    def keep_place(self) -> bool:
        """Sign of life of a page that streams; False where its place was lost for good.

        One that was taken back while the network was away, or the laptop shut, is taken again
        where one is free, and the stream goes on.
        """
        return not self.is_streaming or (self.lease is not None and self.lease.touch())

    def start(
        self,
        admission: Admission,
        make_pipeline: Callable[[], Pipeline],
        *,
        member: Hashable | None = None,
        **options: Any,
    ) -> None:
        """Take a slot and let the browser ask for the camera, or wait for a slot.

        Args:
            admission: gives the slots.
            member: whose place in a room it is, for whom one is kept; None outside rooms.
            make_pipeline: as for ``LiveSession``, which takes the further options as well;
                ``mirror=False`` never shows the mirror image.
        """
        self.message = None
        try:
            self.lease = lease = admission.acquire(
                self.key, visitor_network(), member=member, is_open=watch_page()
            )
        except BusyError as error:
            self.message = Message("warning", told(error))
            if self.phase is not Phase.BUSY:
                self._enter(Phase.BUSY)
            return
        with suppress(ModelError):  # loading it will say what is wrong
            self.identity = identify_model(self.model)
        self.can_mirror = options.pop("mirror", True)
        watched: dict[str, Any] = {"heartbeat": lease.note_frame, "is_seen": lease.is_open}
        options = {"annotate": spoken_annotate(), **watched, **options}
        self.session = LiveSession(make_pipeline, mirror=self.is_mirrored, **options)
        self.results = self.started_at = self.size = None
        self.marks, self.picture = (), PictureWatch()
        self.attempt += 1
        self._enter(Phase.ASKING)

    def take_report(self, report: CameraReport | None) -> bool:
        """Act on what the browser said of the camera; True where that changed the phase."""
        if report is None:
            return False
        if self.phase is Phase.RUNNING and report.attempt == self.attempt:
            if report.outcome == GONE:
                self.look_again()
                self.message = m.CAMERA_GONE
            return report.outcome == GONE
        if self.phase is Phase.ASKING and report.attempt == self.attempt:
            if report.waits and self.picture.is_interrupted:
                before, self.message = self.message, m.CAMERA_GONE
                return before is not m.CAMERA_GONE
            self.message = camera_message(report.outcome)
            if self.message is None:
                self.started_at = self.started_at or datetime.now().astimezone()
                self._see_through(report)
                if report.anew:  # asked once more, while the frame of the video is loaded
                    self.turns += 1
                    self.attempt += 1
                else:
                    self._enter(Phase.RUNNING)
            else:
                self.finish()  # what another camera saw before is there to look at
            return True
        if self.phase is Phase.READY and report.attempt == self.attempt == 0:
            self.message = camera_message(report.outcome)
        return False

    def _see_through(self, report: CameraReport) -> None:
        self.cameras, self.camera, self.size = report.cameras, report.camera, report.size
        self.faces_visitor = report.faces_visitor
        if self.chosen_camera != report.camera:  # it is not there any more
            self.chosen_camera = ""
        if self.session is not None and self.lease is not None:
            self.session.set_mirror(self.is_mirrored)
            self.lease.note_camera()

    def choose_camera(self, camera: str) -> None:
        """Go on with another camera; what was recorded so far stays."""
        if camera == self.camera:
            return
        self.camera = self.chosen_camera = camera
        self.wants_mirror = None
        if self.phase is Phase.RUNNING:
            self.attempt += 1
            self._enter(Phase.ASKING)

    def look_again(self) -> None:
        """The picture stays away: open the camera once more; what was recorded so far stays."""
        self.attempt += 1
        self.picture.interrupt()
        self._enter(Phase.ASKING)

    def note_picture(self, since_frame_s: float | None) -> bool:
        """Open the camera once more where pictures have stopped; True where that was done.

        Args:
            since_frame_s: seconds since the last one; None before the first one.
        """
        is_stalled = self.phase is Phase.RUNNING and self.picture.is_stalled(
            since_frame_s, open_s=self.in_phase_s, now_s=self.clock()
        )
        if is_stalled:
            self.look_again()
        return is_stalled

    def has_picture(self, since_frame_s: float | None) -> bool:
        """Whether a picture came since the camera was opened; argument as above."""
        return self.picture.has_picture(since_frame_s, open_s=self.in_phase_s)

    def stream_key(self, key: str) -> str:
        """Key of the stream now: another one where the video's frame was loaded anew."""
        return f"{key}-{self.turns}" if self.turns else key

    def choose_mirror(self, wanted: bool) -> None:
        """Show the mirror image, or no more."""
        self.wants_mirror = wanted
        if self.session is not None:
            self.session.set_mirror(self.is_mirrored)

    def mark(self) -> float | None:
        """Keep this moment; its time in seconds of the stream, None before the first picture."""
        snapshot = None if self.session is None else self.session.snapshot()
        if snapshot is None or not snapshot.frames:
            return None
        self.marks = (*self.marks, snapshot.time_s)
        return snapshot.time_s

    def callback(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame to send back; called on the stream's thread, never raises."""
        session = self.session
        return frame if session is None else session.callback(frame)

    def leave(self) -> None:
        """The visitor went to another page: end what runs; the results are there on return."""
        if self.phase is Phase.BUSY:
            self.reset()
        elif self.is_streaming:
            self.finish()

    def finish(self) -> None:
        """End the stream and show what it found; the next run takes the video down."""
        self._collect()
        self._let_go()
        self._enter(Phase.DONE if self.results is not None else Phase.READY)

    def give_up_if_overdue(self, has_frames: bool, connection: str = "unknown") -> bool:
        """End what does not get anywhere; True where that changed the phase.

        Args:
            has_frames: whether a picture came since the camera was opened.
            connection: as for ``connecting_message``.
        """
        if self.phase is Phase.ASKING and self.in_phase_s > ASK_FOR_S:
            self.message = m.CAMERA_STAYED_AWAY if self.message is m.CAMERA_GONE else m.NOT_ANSWERED
            self.finish()
            return True
        if self.phase is Phase.RUNNING and not has_frames and self.in_phase_s > GIVE_UP_AFTER_S:
            self.message = given_up_message(self.in_phase_s, connection)
            self.finish()  # what was seen before an interruption is there to look at
            return True
        return False

    def lose_slot(self) -> None:
        """The slot was taken back for good: that is said, and what was seen is shown."""
        self.finish()
        self.message = m.SLOT_LOST if self.results is None else m.SLOT_TAKEN

    def reset(self) -> None:
        """Put the results away and stand before Start again."""
        self.results = None
        self._let_go()
        self._enter(Phase.READY)

    def _collect(self) -> None:
        if self.session is None or self.started_at is None or self.results is not None:
            return
        self.session.close(timeout_s=1.0)  # what was seen last counts once the analysis has ended
        snapshot = self.session.snapshot()
        if snapshot.frames == 0:
            return
        self.results = SessionResults(
            started_at=self.started_at,
            duration_s=(datetime.now().astimezone() - self.started_at).total_seconds(),
            model=self.model,
            detector=self.detector,
            samples=self.session.samples(),
            measures=self.session.measures(),
            identity=self.identity,
            marks=self.marks,
        )

    def _let_go(self) -> None:
        if self.session is not None:
            self.session.close()
        if self.lease is not None:
            self.lease.release()
        self.session = self.lease = None
