"""What the Data set page keeps for one visitor, and what that visitor may see."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.access import AttemptLimiter, Role
from fer_core.app.access.cookies import browser_of
from fer_core.app.access.rights import current_access, may_train
from fer_core.app.language.spoken import told, tr
from fer_core.app.stream.visit import Visit
from fer_core.errors import DataError, FerError
from fer_core.labels import EMOTIONS
from fer_core.studio import StudioSet, list_sets, recordings_dir
from fer_core.studio.consent import RecordingConsent
from fer_core.studio.outcome import Change
from fer_core.studio.recorder import Recorder
from fer_core.studio.rows import FaceRow
from fer_core.text import mark

_KEY = "studio-desk"
RECORD, CURATE = mark("Record"), mark("Curate")
TRAIN, MANAGE = mark("Train and use"), mark("Manage")
VIEWS = (RECORD, CURATE, TRAIN, MANAGE)


@dataclass(slots=True)
class StudioDesk:
    """State of one visitor. Only the script thread of that visitor changes it.

    Attributes:
        visit, recorder: of the camera.
        participant: who is recorded now; consent: theirs, while its receipt is to be shown.
        receipt: of that consent, with the text as it was read.
        mine: set -> participants whose pictures this visitor may see: those they recorded in this
            browser, and those whose receipt they have.
        emotions: that are recorded; goes_on: from one to the next by itself.
        stored: what became of the last take.
        undone: set -> earlier labels, the newest last.
        message: (severity, sentence) to be shown once.
    """

    visit: Visit = field(default_factory=Visit)
    recorder: Recorder = field(default_factory=Recorder)
    participant: str | None = None
    consent: RecordingConsent | None = None
    receipt: str = ""
    mine: dict[str, set[str]] = field(default_factory=dict)
    undone: dict[str, list[list[Change]]] = field(default_factory=dict)
    emotions: tuple[str, ...] = EMOTIONS
    goes_on: bool = True
    stored: str = ""
    message: tuple[str, str] | None = None

    def own(self, name: str, participant: str) -> None:
        """The visitor may see this participant's pictures."""
        self.mine.setdefault(name, set()).add(participant)

    def leave(self) -> None:
        """The camera ends, and a take under way is thrown away."""
        self.recorder.cancel()
        self.visit.leave()
        self.visit.results = None


class RecordingRights:
    """Whose recordings a browser may see, for as long as the process lives.

    A page that is loaded anew is a new session: without this, who was recorded a minute ago could
    no longer see or erase it without the receipt.
    """

    def __init__(self) -> None:
        self._mine: dict[str, dict[str, set[str]]] = {}

    def of(self, browser: str) -> dict[str, set[str]]:
        """Set -> participants, to be added to; nobody else's where no browser is told apart."""
        return self._mine.setdefault(browser, {}) if browser else {}


@st.cache_resource(show_spinner=False)
def shared_rights() -> RecordingRights:
    """Those of this process."""
    return RecordingRights()


def this_desk() -> StudioDesk:
    """The state of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        browser = browser_of(st.context.cookies)
        st.session_state[_KEY] = StudioDesk(mine=shared_rights().of(browser))
    desk: StudioDesk = st.session_state[_KEY]
    return desk


def leave_studio() -> None:
    """Called when another page is shown."""
    if _KEY in st.session_state:
        this_desk().leave()


def sees_all() -> bool:
    """Whether the visitor may see recordings of others: the owner, asked anew each time."""
    return current_access().has(Role.OWNER)


def visible_people(found: StudioSet, desk: StudioDesk) -> set[str]:
    """The participants whose pictures the visitor may see."""
    people = set(found.info().participants)
    return people if sees_all() else people & desk.mine.get(found.name, set())


def visible_rows(found: StudioSet, desk: StudioDesk) -> list[FaceRow]:
    """The faces that the visitor may see."""
    people = visible_people(found, desk)
    return [row for row in found.rows() if row.participant in people]


def hides_pictures(path: Path) -> bool:
    """Whether a data set holds recordings that this visitor may not see, wherever it is shown."""
    folder = recordings_dir()
    if not path.resolve().is_relative_to(folder) or sees_all():
        return False
    try:
        found = StudioSet.find(path.resolve().relative_to(folder).parts[0])
        return visible_people(found, this_desk()) != set(found.info().participants)
    except (FerError, IndexError):
        return True


def takes_of(found: StudioSet, participant: str) -> dict[str, int]:
    """Takes of each expression that a participant has; empty where the set is damaged."""
    try:
        pairs = {(r.asked, r.take) for r in found.rows() if r.participant == participant}
    except FerError:
        return {}
    counts: dict[str, int] = {}
    for emotion, _ in pairs:
        counts[emotion] = counts.get(emotion, 0) + 1
    return counts


def act(action: Callable[..., Any], *args: Any, needs_role: bool = True) -> Any:
    """Do what a button is for, if the visitor still may; an error becomes the page's message."""
    desk = this_desk()
    if needs_role and not may_train():
        return None  # the page itself says so
    try:
        return action(*args)
    except FerError as error:
        desk.message = ("error", told(error))
    except OSError as error:
        desk.message = (
            "error",
            tr("That did not work ({reason}). Check room and rights of FER_DATA_DIR.").format(
                reason=error.strerror or error
            ),
        )
    return None


def show_message(desk: StudioDesk) -> None:
    """Show what the last action had to say, once."""
    if desk.message is None:
        return
    severity, text = desk.message
    desk.message = None
    {"error": st.error, "success": st.success, "info": st.info}[severity](text)


def current_sets() -> list[StudioSet]:
    """The sets that there are, without those whose time is over, deleted yet or not."""
    found, now_s = [], int(time.time())
    for one in list_sets():
        try:
            if one.info().is_over(now_s):
                continue
        except DataError:  # the page says what is wrong with it
            pass
        found.append(one)
    return found


def forget_pictures() -> None:
    """Empty the caches that may hold faces: after an erasure nothing may be left in memory."""
    st.cache_data.clear()


@st.cache_resource(show_spinner=False)
def receipt_limiter() -> AttemptLimiter:
    """Slows down who tries receipts at random."""
    return AttemptLimiter(10, 600.0)
