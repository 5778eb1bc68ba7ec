"""What a visitor is told whose picture is analysed on their own device."""

from typing import Final

from fer_core.app.stream.messages import ASKING, CAMERA_FAILED, CAMERA_MESSAGES, NO_FACE
from fer_core.text import mark

#: Where the picture is analysed: said beside the buttons, and while it runs.
ON_SERVER: Final = mark("Analysed on the server: the picture travels there and back.")
ON_DEVICE: Final = mark(
    "On this device the picture stays in this browser: it is analysed here, and nothing is sent."
)

#: On the pages where pictures are recorded and learned from.
KEPT_ON_SERVER: Final = mark(
    "Recording and training stay on the server: their pictures go there and are kept there. Only "
    "what is analysed live can stay on your own device."
)

#: Sentence for each outcome that the browser's side knows.
SENTENCES: Final[dict[str, str]] = {
    **{outcome: message.text for outcome, message in CAMERA_MESSAGES.items()},
    "where": mark(
        "Analysed on this device: the picture stays in this browser, and nothing is sent."
    ),
    "offline": mark(
        "Analysed on this device. The network is gone, and the analysis goes on: the picture stays "
        "in this browser, and nothing is sent."
    ),
    "asking": ASKING.text,
    "loading": mark("Loading the networks, once: about 8 MB."),
    "neutral": mark("Look neutral, please."),
    "no_face": NO_FACE.text,
    "incapable": mark(
        "This browser cannot analyse a picture by itself (it lacks WebAssembly with SIMD, or "
        "pictures in workers): close this and press Start for the analysis on the server, or open "
        "the page in a current Chrome, Edge, Firefox or Safari."
    ),
    "load": mark(
        "The networks could not be loaded: check the connection and press Start again, or close "
        "this and let the server analyse the picture."
    ),
    "shape": mark(
        "This model cannot run in a browser: its input has no fixed shape. Close this and choose "
        "another model, or let the server analyse the picture."
    ),
    "analysis": mark(
        "The analysis failed in this browser several times in a row: press Start again, or close "
        "this and let the server analyse the picture."
    ),
    "other": CAMERA_FAILED,
}

#: Said instead where seconds are sent.
SENDING_SENTENCES: Final[dict[str, str]] = {
    "where": mark(
        "Analysed on this device: the picture stays in this browser. Of each second, the seven "
        "expressions, whether the face is turned here and whether its eyes are open go to the "
        "server."
    ),
    "offline": mark(
        "Analysed on this device. The network is gone: the last half minute waits in this browser "
        "and is sent once it is back."
    ),
    "ended": mark(
        "The server takes nothing more of this: it has ended. Reload the page to begin anew."
    ),
}

#: Before the start of a page that keeps or shows seconds; each way of analysis has its own.
SENDING: Final = mark(
    "On this device the picture stays in this browser, which analyses it; only numbers go to the "
    "server, once a second."
)

#: What both ways come to, for a consent that is kept.
EITHER_WAY: Final = mark(
    "While the camera is on, your own device analyses its picture, which then does not leave it, "
    "and sends numbers only; or, where you join over the server, frames travel there, are analysed "
    "in memory to find faces and their expressions, and are not stored."
)
