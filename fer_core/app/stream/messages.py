"""What a visitor is told when something stands in the way: each a sentence that says what to do."""

from dataclasses import dataclass
from typing import Literal

from fer_core.app.language.spoken import tr
from fer_core.text import mark

#: Outcomes that the camera check in the browser reports; the error names are those of
#: ``MediaDevices.getUserMedia`` (https://www.w3.org/TR/mediacapture-streams/).
Severity = Literal["info", "warning", "error"]

NO_FACE_AFTER_S = 5.0
NO_FRAME_AFTER_S = 10.0
#: What is asked of the visitor becomes more urgent after so many seconds.
PATIENT_S, IMPATIENT_S = 5.0, 30.0


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the visitor, with how much it matters."""

    severity: Severity
    text: str


CONSENT = mark(
    "While the camera is on, its frames travel to this server, are analysed in memory to find "
    "faces and their expressions, and are not stored."
)
#: The same where there is another way as well.
CONSENT_OF_SERVER = mark(
    "Over the server: while the camera is on, its frames travel to this server, are analysed in "
    "memory to find faces and their expressions, and are not stored."
)

NO_CAMERA = Message(
    "error",
    mark("No camera was found: connect one, or open this page on a device that has one."),
)
PERMISSION_DENIED = Message(
    "error",
    mark(
        "The camera is blocked for this page: allow it in the browser's site settings "
        "(the icon beside the address), then press Start again."
    ),
)
CAMERA_IN_USE = Message(
    "error",
    mark(
        "The camera is in use by another program: close that program or its tab, "
        "then press Start again."
    ),
)
INSECURE_ORIGIN = Message(
    "error",
    mark(
        "Browsers give the camera only to secure pages: open this page by https, "
        "or on the machine that serves it as http://localhost."
    ),
)
IPV6_ADDRESS = Message(
    "error",
    mark(
        "Browsers refuse the camera to an address in brackets (IPv6): open this page by its name, "
        "such as http://localhost, or by an address like http://127.0.0.1."
    ),
)
UNSUPPORTED = Message(
    "error",
    mark(
        "This browser offers no camera access: open this page in a current Chrome, Edge, "
        "Firefox or Safari."
    ),
)
NO_FACE = Message(
    "info",
    mark(
        "No face in view for five seconds: turn to the camera, move closer, or put light on "
        "your face instead of behind it."
    ),
)
NO_CONNECTION = Message(
    "error",
    mark(
        "The video connection could not be made in time: press Start again, since a computer may "
        "have been busy, or try another network, since yours may block it, or ask who runs this "
        "server to set up a TURN server."
    ),
)
STILL_TRYING = Message(
    "warning",
    mark(
        "No video has come through yet: this page tries again by itself until a minute is over, so "
        "wait, or try another network if yours may block it."
    ),
)
STREAM_STALLED = Message(
    "warning",
    mark(
        "The video has stopped arriving: check that the camera is on and the network is up, or "
        "press Stop and then Start."
    ),
)
CAME_BACK = Message(
    "info",
    mark(
        "This page was loaded anew, or away for long, which ended the video: press Start again to "
        "go on. What was seen until then is still here."
    ),
)
CAME_BACK_EMPTY = Message(
    "info",
    mark(
        "This page was loaded anew, or away for long, which ended the video: press Start to go on."
    ),
)
CAMERA_GONE = Message(
    "warning",
    mark(
        "The camera is gone or in use elsewhere: connect it, or close what uses it, and the "
        "picture goes on by itself."
    ),
)
CAMERA_STAYED_AWAY = Message(
    "error",
    mark(
        "The camera did not come back within a minute: connect one, then press Start again. What "
        "was seen until then stays here."
    ),
)
NOT_ANSWERED = Message(
    "warning",
    mark(
        "The browser's question for the camera was not answered within a minute: press Start again "
        "and choose Allow, or restart the browser if it asks nothing."
    ),
)
SLOT_LOST = Message(
    "warning",
    mark("The connection to this page was lost before a picture arrived: press Start again."),
)
SLOT_TAKEN = Message(
    "warning",
    mark(
        "The connection to this page was lost for so long that somebody else has its place: press "
        "Start again to go on. What was seen until then stays here."
    ),
)
CONNECTING = Message(
    "info",
    mark("Connecting: the video appears in a few seconds."),
)
ASKING = Message(
    "info",
    mark("Your browser asks for the camera: choose Allow."),
)

ASKING_STILL = Message(
    "info",
    mark(
        "Your browser still asks for the camera: look for its question beside the address, or "
        "behind this window, and choose Allow."
    ),
)
ASKING_LONG = Message(
    "warning",
    mark(
        "The browser's question for the camera is still open: if you see none, look at the "
        "camera's sign in the address bar, allow it there, and press Stop and then Start."
    ),
)
FIRST_PICTURE = Message(
    "info",
    mark("Almost there: connected, waiting for the first picture."),
)
STILL_CONNECTING = Message(
    "info",
    mark(
        "Still connecting: this takes longer than usual. There is nothing to do yet; whatever "
        "holds it up is said here in a few seconds."
    ),
)
FIRST_PICTURE_LATE = Message(
    "info",
    mark(
        "Connected, but no picture yet: see that the camera is not covered, and that no other "
        "program uses it."
    ),
)
NO_PICTURE = Message(
    "warning",
    mark(
        "The connection stands, but the camera sends no picture: see that no other program uses "
        "it, that it is not covered or switched off, or choose another one below."
    ),
)
SERVER_BUSY = Message(
    "warning",
    mark("The server is busy and has not answered yet: wait, the video begins by itself."),
)
SERVER_TOO_BUSY = Message(
    "warning",
    mark(
        "The server was too busy to begin the video within a minute: press Start again in a moment."
    ),
)

CAMERA_FAILED = mark(
    "The browser could not open the camera ({outcome}): check that it works in another page, "
    "then press Start again."
)

#: Sentence for each outcome of the camera check but ``ok``.
CAMERA_MESSAGES: dict[str, Message] = {
    "insecure": INSECURE_ORIGIN,
    "address": IPV6_ADDRESS,
    "unsupported": UNSUPPORTED,
    "NotFoundError": NO_CAMERA,
    "OverconstrainedError": NO_CAMERA,
    "NotAllowedError": PERMISSION_DENIED,
    "SecurityError": PERMISSION_DENIED,
    "NotReadableError": CAMERA_IN_USE,
    "AbortError": CAMERA_IN_USE,
}


def camera_message(outcome: str) -> Message | None:
    """The sentence for an outcome of the camera check; None where the camera works."""
    if outcome == "ok":
        return None
    return CAMERA_MESSAGES.get(
        outcome,
        Message(
            "error",
            tr(CAMERA_FAILED).format(outcome=outcome),
        ),
    )


def asking_message(since_start_s: float) -> Message:
    """What to say while the browser's question for the camera is open."""
    if since_start_s < PATIENT_S:
        return ASKING
    return ASKING_STILL if since_start_s < IMPATIENT_S else ASKING_LONG


def connecting_message(since_start_s: float, connection: str = "unknown") -> Message:
    """What to say before the first picture, going by what holds it up.

    Args:
        since_start_s: seconds since the stream was asked for.
        connection: state of the server's end, as ``RTCPeerConnection.iceConnectionState`` has it;
            ``none`` where there is none yet, ``unknown`` where nobody can say.
    """
    is_slow, is_late = since_start_s >= PATIENT_S, since_start_s >= NO_FRAME_AFTER_S
    if connection in ("connected", "completed"):
        if is_late:
            return NO_PICTURE
        return FIRST_PICTURE_LATE if is_slow else FIRST_PICTURE
    if connection == "failed":
        return STILL_TRYING
    if is_late:
        return SERVER_BUSY if connection in ("none", "new") else STILL_TRYING
    return STILL_CONNECTING if is_slow else CONNECTING


def given_up_message(since_start_s: float, connection: str = "unknown") -> Message:
    """What to say where no picture came in time; arguments as above."""
    message = connecting_message(since_start_s, connection)
    return {STILL_TRYING: NO_CONNECTION, SERVER_BUSY: SERVER_TOO_BUSY}.get(message, message)


def waiting_text(message: Message | None) -> str:
    """In a word or two, for what a stream without a picture waits."""
    if message in (ASKING, ASKING_STILL, ASKING_LONG):
        return mark("Allow the camera")
    is_calm = message is None or message.severity == "info"
    return mark("Connecting") if is_calm else mark("No video yet")


def stream_message(
    *,
    since_start_s: float,
    since_frame_s: float | None,
    since_face_s: float | None,
    connection: str = "unknown",
) -> Message | None:
    """What to say about a stream that should be running.

    Args:
        since_start_s: seconds since the stream was asked for.
        since_frame_s: seconds since the last frame arrived; None before the first one.
        since_face_s: seconds without a face in view; 0 with one, None before the first frame.
        connection: as for ``connecting_message``.
    """
    if since_frame_s is None:
        return connecting_message(since_start_s, connection)
    if since_frame_s > NO_FACE_AFTER_S:
        return STREAM_STALLED
    if since_face_s is not None and since_face_s >= NO_FACE_AFTER_S:
        return NO_FACE
    return None
