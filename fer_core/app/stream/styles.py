"""The look of a page's video: as large as the window leaves it, hidden before the start."""

from typing import Final

#: The sign of a running script comes and goes with every refresh, and its "Stop" is not ours.
HIDE_STATUS: Final = "<style>[data-testid='stStatusWidget'] { display: none; }</style>"
#: Before the start the frame is there, to be ready at once: nothing to see, or for keys to stop at.
_HIDE: Final = (
    "<style>.st-key-{key} {{ height: 0; overflow: hidden; position: absolute; "
    "visibility: hidden; }}</style>"
)
#: The picture is as high as a window leaves it beside title and buttons, its column as wide as the
#: picture; what stands beside it takes the rest.
_COLUMN: Final = (
    "<style>:root {{ --tall: 75vh; }} "
    "@media (orientation: landscape) {{ :root {{ --tall: max(60vh, 100vh - 17rem); }} }} "
    "@media (min-width: 641px) {{ [data-testid='stColumn']:has(.st-key-{key}) "
    "{{ max-width: calc(var(--tall) * {wide} / {high}); }} }}</style>"
)
#: A quiet surface of the picture's shape, also before it is there.
_FRAME: Final = (
    "<style>.st-key-{key} {{ aspect-ratio: {wide} / {high}; "
    "width: min({width}, calc(var(--tall) * {wide} / {high})); overflow: hidden; "
    "background: rgba(127, 127, 127, 0.12); border-radius: 0.6rem; }} "
    ".st-key-panel {{ margin-top: 0.5rem; }} "  # the video's frame has that margin within
    ".st-key-{key} iframe {{ height: auto !important; aspect-ratio: {wide} / {high}; }}</style>"
)
#: Until there is a picture, its surface breathes, and the video's own signs do not come and go.
_WAITING: Final = (
    "<style>@keyframes breathe {{ 50% {{ background: rgba(127, 127, 127, 0.26); }} }} "
    "@media (prefers-reduced-motion: no-preference) {{ .st-key-{key} "
    "{{ animation: breathe 2.4s ease-in-out infinite; }} }} "
    ".st-key-{key} {{ clip-path: inset(0.5rem 0 0 round 0.6rem); }} "  # that margin again
    ".st-key-{key} iframe {{ opacity: 0; }}</style>"
)


def hidden(key: str, shape: tuple[int, int]) -> str:
    """The style before the start: only the column has its width."""
    return (_HIDE + _COLUMN).format(key=key, wide=shape[0], high=shape[1])


def framed(key: str, shape: tuple[int, int], width: str) -> str:
    """The style of a picture of this width and height, and of its column."""
    return (_COLUMN + _FRAME).format(key=key, wide=shape[0], high=shape[1], width=width)


def waiting(key: str) -> str:
    """What is added until there is a picture."""
    return _WAITING.format(key=key)
