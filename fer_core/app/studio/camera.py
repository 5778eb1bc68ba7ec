"""Record by camera: guided through the expressions, with a countdown, hints and a red mark."""

import math
from collections import Counter

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.notices import say
from fer_core.app.resources import make_live_pipeline, shared_admission
from fer_core.app.stream.messages import NO_FACE_AFTER_S, Message
from fer_core.app.stream.show import show_stream
from fer_core.app.stream.start import start_button
from fer_core.app.stream.visit import Phase
from fer_core.app.studio.state import StudioDesk, act, takes_of
from fer_core.errors import FerError
from fer_core.labels import COLORS, EMOTIONS, text_rgb_on
from fer_core.streaming import LiveSnapshot
from fer_core.streaming.watching import WatchedPipeline
from fer_core.studio import StudioSet
from fer_core.studio.guide import CUES, advise, next_emotion
from fer_core.studio.info import SetInfo
from fer_core.studio.quality import HINT_WORDS
from fer_core.studio.recorder import Recorder, Stage, TakeView
from fer_core.text import Sentence, mark

STREAM_KEY = "studio_stream"
REFRESH_S = 0.5
CONSENT_LINE = mark(
    "While the camera is on, frames travel to this server. Pictures are stored only while the red "
    "mark shows."
)

_MARK = """<div role="status" style="display:flex;align-items:center;gap:.6rem;padding:.5rem .8rem;
border-radius:.5rem;background:#B3261E;color:#fff;font-weight:600">
<span style="width:.9rem;height:.9rem;border-radius:50%;background:#fff;flex:none"></span>
<span>{said}</span></div>"""
_CUE = """<div style="font-size:1.8rem;font-weight:700;display:inline-block;padding:.1rem .7rem;
border-radius:.5rem;background:{color};color:rgb{text}">{name}</div>"""
_COUNT = """<div role="timer" aria-live="assertive" style="font-size:4rem;font-weight:700;
line-height:1.1">{seconds}</div>"""


def show_camera(desk: StudioDesk, found: StudioSet, info: SetInfo) -> None:
    """Draw the controls, the video, and the guide beside it."""
    visit = desk.visit
    visit.detector = info.detector

    def begin() -> None:
        recorder = desk.recorder = Recorder(info.detector)
        model, detector = visit.model, visit.detector
        visit.start(
            shared_admission(),
            lambda: WatchedPipeline(make_live_pipeline(model, detector), recorder.see),
            annotate=recorder.annotate,
        )

    def controls() -> None:
        if visit.is_streaming:
            st.button(
                tr("Stop the camera"),
                icon=":material/stop_circle:",
                key="studio-stop",
                on_click=desk.leave,
            )
            return
        _choose_emotions(desk)
        st.markdown(f":material/lock: {tr(CONSENT_LINE)}")
        start_button(visit, tr("Start the camera"), key="studio-start", on_click=begin)

    show_stream(
        visit,
        key=STREAM_KEY,
        controls=controls,
        start=begin,
        beside=lambda snapshot, message: _show_guide(desk, found, snapshot, message),
        refresh_s=REFRESH_S,
    )
    if not visit.is_streaming and desk.participant is not None:
        _show_progress(takes_of(found, desk.participant))


def _choose_emotions(desk: StudioDesk) -> None:
    chosen = st.pills(
        tr("Expressions"),
        EMOTIONS,
        format_func=emotion,
        selection_mode="multi",
        default=desk.emotions,
        key="studio-emotions",
        help=tr("All seven, or those of which the set has too few."),
    )
    desk.emotions = tuple(chosen) or EMOTIONS


def _show_guide(
    desk: StudioDesk, found: StudioSet, snapshot: LiveSnapshot, message: Message | None
) -> None:
    """What to show next, the countdown, the hints; stores a take that is over."""
    recorder, person = desk.recorder, desk.participant
    if person is None:
        st.rerun()
    if message is not None and (desk.visit.phase is Phase.ASKING or snapshot.problem is not None):
        say(message)
        return
    _store_take(desk, found, person)
    counts = takes_of(found, person)
    moment = recorder.moment()
    if moment.stage is Stage.IDLE:
        _show_idle(desk, counts, ready=snapshot.frames > 0)
        if snapshot.frames == 0 or (snapshot.since_frame_s or 0) > NO_FACE_AFTER_S:
            say(message)
    else:
        _show_take(recorder, moment)
    _show_hints(moment)
    if desk.stored:
        st.caption(desk.stored)
    _show_progress(counts)
    if moment.stage is Stage.IDLE and (advice := advise_on(desk, found, person, counts)):
        st.info(advice, icon=":material/tips_and_updates:")


def advise_on(desk: StudioDesk, found: StudioSet, person: str, counts: dict[str, int]) -> str:
    """What to do after a round; empty while one is under way, or where the set is damaged."""
    try:
        faces = Counter(row.asked for row in found.rows() if row.participant == person)
    except FerError:
        return ""
    advice = advise(counts, faces, desk.emotions)
    if not isinstance(advice, Sentence):
        return tr(advice)
    values = {**advice.values, "emotion": emotion(advice.values["emotion"])}
    return tr(Sentence(advice.template, **values))


def _store_take(desk: StudioDesk, found: StudioSet, person: str) -> None:
    """Keep the faces of a take that is over, and go on to the next one where that is wanted."""
    done = desk.recorder.collect()
    if done is None:
        return
    shown, faces = done
    stored = act(lambda: found.add_take(person, shown, faces))
    if stored is None:
        st.rerun()  # the page says why
    if not faces:
        desk.stored = tr("{emotion}: no usable face was seen, so nothing was stored.").format(
            emotion=emotion(shown)
        )
        return
    said = (
        tr("{emotion}: {kept} pictures stored, {dropped} too like another.")
        if stored.dropped
        else tr("{emotion}: {kept} pictures stored.")
    )
    desk.stored = said.format(
        emotion=emotion(shown), kept=number(stored.kept), dropped=number(stored.dropped)
    )
    counts = takes_of(found, person)
    # A round is over when all have as many takes: then the person decides.
    is_over = len({counts.get(name, 0) for name in desk.emotions}) == 1
    if desk.goes_on and stored.kept and not is_over:
        desk.recorder.begin(next_emotion(counts, desk.emotions))


def _show_idle(desk: StudioDesk, counts: dict[str, int], *, ready: bool) -> None:
    chosen = st.selectbox(
        tr("Show this expression"),
        desk.emotions,
        format_func=emotion,
        index=desk.emotions.index(next_emotion(counts, desk.emotions)),
        key=f"studio-emotion-{sum(counts.values())}",
    )
    _show_cue(chosen)
    st.button(
        tr("Record {emotion}").format(emotion=emotion(chosen)),
        type="primary",
        icon=":material/radio_button_checked:",
        key="studio-record",
        disabled=not ready,
        on_click=_begin_take,
        args=(desk, chosen),
        help=tr("Counts down three seconds, then stores pictures for four."),
    )
    if not desk.stored:
        st.caption(tr("You see yourself as the camera does. Nothing is stored before you record."))
    desk.goes_on = st.toggle(
        tr("Go on to the next expression by itself"), desk.goes_on, key="studio-goes-on"
    )


def _begin_take(desk: StudioDesk, shown: str) -> None:
    desk.stored = ""
    desk.recorder.begin(shown)


def _show_take(recorder: Recorder, moment: TakeView) -> None:
    _show_cue(moment.emotion)
    seconds = math.ceil(max(0.0, moment.left_s))
    if moment.stage is Stage.COUNTDOWN:
        st.html(_COUNT.format(seconds=seconds))
    elif moment.stage is Stage.RECORDING:
        said = tr("Recording: these pictures are stored ({left} s left, {count} so far)")
        said = said.format(left=number(seconds), count=number(moment.count))
        st.html(_MARK.format(said=said))
    st.button(tr("Throw this take away"), key="studio-cancel-take", on_click=recorder.cancel)


def _show_cue(shown: str) -> None:
    cue = CUES[shown]
    st.html(_CUE.format(name=emotion(shown), color=COLORS[shown], text=text_rgb_on(shown)))
    words = ", ".join(tr(word) for word in cue.words)
    st.markdown(tr("Think of {words}. {how}").format(words=words, how=tr(cue.how)))


def _show_hints(moment: TakeView) -> None:
    if moment.quality is None:
        return
    if moment.quality.hints:
        st.warning(tr(HINT_WORDS[moment.quality.hints[0]]), icon=":material/visibility:")
    else:
        st.success(tr("Good light, good distance."), icon=":material/check_circle:")


def _show_progress(counts: dict[str, int]) -> None:
    takes = " · ".join(f"{emotion(name)} {number(counts.get(name, 0))}" for name in EMOTIONS)
    st.caption(tr("Takes so far: {takes}").format(takes=takes))
