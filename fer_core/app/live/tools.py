"""What a visitor does while the live page runs: keep a moment, take a picture along."""

from datetime import datetime
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.parts.component import pack, source
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.stream.visit import Phase, Visit

_SNAPSHOT = st.components.v2.component("mien_snapshot", js=source("snapshot.js"))
_COUNT = "live_snapshots"


@st.fragment
def show_tools(visit: Visit, *, container: str) -> None:
    """Draw both buttons, which have a key each; a fragment, since the video goes on meanwhile.

    Args:
        visit: takes the marks.
        container: key of the element around the video.
    """
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.button(
            tr("Mark") + (f" · {len(visit.marks)}" if visit.marks else ""),
            icon=":material/flag:",
            key="mark",
            shortcut="M",
            disabled=visit.phase is not Phase.RUNNING,
            on_click=_mark,
            args=(visit,),
            help=tr("Keeps this moment: your results show it, and their files name it."),
        )
        st.button(
            tr("Snapshot"),
            icon=":material/photo_camera:",
            key="snapshot",
            shortcut="S",
            disabled=visit.phase is not Phase.RUNNING,
            on_click=_take,
            help=tr(
                "Saves the picture with its frames and labels among your own files. The server "
                "keeps none."
            ),
        )
        with st.container(key="quiet-snapshot"):
            _SNAPSHOT(key="snapshot_saver", data=pack(_snapshot_data(container)))


def _mark(visit: Visit) -> None:
    visit.mark()


def _snapshot_data(container: str) -> dict[str, Any]:
    stamp = datetime.now(visitor_zone()).strftime("%Y%m%d-%H%M%S")
    count = st.session_state.get(_COUNT, 0)
    return {"count": count, "container": container, "name": f"mien-{stamp}"}


def _take() -> None:
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
