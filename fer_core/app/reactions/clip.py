"""A clip beside what was shown while it played: one cursor for both, and its strongest moment."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import percent, tr
from fer_core.app.parts.player import can_play, show_player
from fer_core.app.parts.timeline import clock_text, point, show_timeline
from fer_core.errors import FerError
from fer_core.labels import EMOTIONS
from fer_core.reactions import Shelf, StimulusClip
from fer_core.video import read_frame

_WIDTH_PX = 480


def show_course(
    probs: NDArray[np.float64],
    duration_s: float,
    *,
    alt: str,
    key: str,
    **options: object,
) -> None:
    """Seven rows over the clip's time.

    Args:
        probs: (T, 7) by the clip's second.
        duration_s: of the clip.
        alt: what it shows.
        key: of the timeline.
        options: as ``show_timeline`` takes them.
    """
    show_timeline(
        np.arange(len(probs)) + 0.5,
        probs,
        now_s=duration_s,
        span_s=max(duration_s, 1.0),
        from_start=True,
        alt=alt,
        key=f"reactions_course_{key}",
        **options,  # type: ignore[arg-type]
    )


@st.fragment
def show_with_clip(
    probs: NDArray[np.float64], shelf: Shelf, clip: StimulusClip, *, alt: str, key: str
) -> None:
    """The clip and the course, which show the same moment: at first the strongest one.

    Args:
        probs: (T, 7) by the clip's second.
        shelf, clip: what was watched.
        alt: what the course shows.
        key: keeps this course apart from others.
    """
    path, peak = shelf.path(clip), find_peak(probs)
    if not can_play(path):  # the clip went meanwhile, or is too large to be held in memory
        show_course(probs, clip.duration_s, alt=alt, key=key)
        return
    length_s = max(clip.duration_s, 0.1)
    peak_s = None if peak is None else min(peak[0] + 0.5, length_s)
    place = f"reactions_at_{key}"
    at_s = float(st.session_state.setdefault(place, peak_s or 0.0))

    def go_to(time_s: float) -> None:
        st.session_state[place] = min(max(time_s, 0.0), length_s)

    left, right = st.columns((11, 9), gap="medium")
    with left:
        show_player(
            path,
            alt=clip.name,
            key=f"reactions_clip_{key}",
            channel=place,
            at_s=at_s,
            on_stop=go_to,
        )
        st.caption(tr("One cursor for both: play the clip, or choose a moment in the course."))
    with right:
        show_course(
            probs,
            clip.duration_s,
            alt=alt,
            key=key,
            mark_s=at_s,
            on_pick=go_to,
            channel=place,
            spans=[] if peak_s is None else [point(peak_s, 0.0, max(clip.duration_s, 1.0))],
        )
        if peak is not None and peak_s is not None:
            _show_peak(shelf, clip, peak_s, *peak[1:])
            st.button(
                tr("Show it in the clip"),
                icon=":material/my_location:",
                key=f"reactions_peak_{key}",
                on_click=go_to,
                args=(peak_s,),
            )


def find_peak(probs: NDArray[np.float64]) -> tuple[int, str, float] | None:
    """Second, expression and mean probability of the strongest one but neutral; None without."""
    shown = probs[:, [name != "neutral" for name in EMOTIONS]]
    if not np.isfinite(shown).any():
        return None
    names = [name for name in EMOTIONS if name != "neutral"]
    second, column = np.unravel_index(int(np.nanargmax(shown)), shown.shape)
    return int(second), names[int(column)], float(shown[second, column])


def _show_peak(shelf: Shelf, clip: StimulusClip, at_s: float, name: str, share: float) -> None:
    """What the clip showed when the face showed most, however far the clip has gone on."""
    text = tr("Strongest: {expression} {share}, at {time}").format(
        expression=emotion(name), share=percent(share), time=clock_text(at_s)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        try:
            frame = read_frame(str(shelf.path(clip)), at_s)
        except FerError:  # the clip went meanwhile
            st.caption(text)
            return
        picture = np.ascontiguousarray(frame.bgr(_WIDTH_PX)[..., ::-1])
        st.image(picture, width=180, alt=tr("The clip at {time}").format(time=clock_text(at_s)))
        st.markdown(f"**{text}**", width="content")
