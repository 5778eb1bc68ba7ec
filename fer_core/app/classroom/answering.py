"""A student's own word beside the camera's: following, or lost; one tap."""

import time
from typing import Final

import streamlit as st

from fer_core.app.classroom import texts
from fer_core.app.classroom.state import ClassroomState
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.replaced import is_press, key_showing
from fer_core.classroom.answers import LOOK_BACK_S, attends
from fer_core.classroom.membership import Place, say
from fer_core.errors import FerError
from fer_core.storage import answers, shared_store
from fer_core.text import mark

_PLACE: Final = "answer"
_CHOICES: Final = {True: mark("I am following"), False: mark("I am lost")}


def ask_how_it_goes(mine: ClassroomState, place: Place) -> None:
    """Draw the two answers; the one that waits to be counted is chosen, and a tap takes it back.

    Not buttons: a choice keeps what was tapped while the page is drawn anew. Where the server is to
    change what is chosen, another choice takes its place: the next second's report of a browser
    that has not heard of it yet would tap the old one again, and say it a second time.
    """
    store = shared_store()
    try:
        with store.read() as session:
            waiting = answers.own_answer(
                session, room_id=place.room_id, person_id=place.person_id, now_s=store.now_s()
            )
    except FerError as error:
        st.warning(told(error))
        return
    key = key_showing(_PLACE, waiting)  # another one where it was counted, or tapped in another tab
    st.segmented_control(
        tr("How does it go?"),
        list(_CHOICES),
        format_func=lambda choice: tr(_CHOICES[choice]),
        key=key,
        on_change=_note,
        args=(mine, place, key, waiting),
        help=tr(texts.ANSWER).format(k=number(place.k_min), minutes=number(texts.WAIT_MIN)),
    )
    if problem := mine.take_answer_problem():
        st.warning(problem)
    elif waiting is not None:
        st.caption(
            tr(
                "Noted: *{answer}*. It counts once {k} people of the class have spoken; tap again "
                "to take it back."
            ).format(answer=tr(_CHOICES[waiting]), k=number(place.k_min))
        )
    elif mine.has_answered:
        st.caption(tr("Nothing of yours waits to be counted."))


def _note(mine: ClassroomState, place: Place, key: str, shown: bool | None) -> None:
    """Keep the tap, with what the camera would have said of the time before it.

    Args:
        key: of the choice that was tapped, in whose place there may be another by now.
        shown: what it showed last, which a slow browser may report once more.
    """
    if not is_press(_PLACE, key, shown):
        return
    said = st.session_state.get(key)
    meter, now_s = mine.meter, time.time()
    seen = None if meter is None else attends(meter.looked_back(now_s, LOOK_BACK_S))
    try:
        say(shared_store(), place, said, seen)
        mine.has_answered = True
    except FerError as error:
        mine.answer_problem = told(error)
