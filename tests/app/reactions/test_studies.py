"""Studies on the Reactions page: made by the operator, gone through, conditions compared."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.app.parts.player import PlayerReport
from fer_core.config import settings
from fer_core.reactions import ReactionCourse, Study, StudyItem, StudyShelf, Take
from fer_core.storage import Store, audit, choices
from tests.app.device.sending import Device
from tests.app.fakes import enter, written
from tests.app.reactions.conftest import Viewer, add_clip, show

QUESTION = "How much did you like it?"


def make(tmp_path: Path, *, pause_s: int = 0, question: str = "", count: int = 2) -> Study:
    """A study of clips of two seconds."""
    names = ("Sea", "Traffic", "Wind")[:count]
    clips = {clip.name: clip for clip in add_clip(tmp_path, frames=20, names=names).clips()}
    items = [StudyItem(clips[name].key, name.lower()) for name in names]
    return StudyShelf().add("Sounds", items, is_random=True, pause_s=pause_s, question=question)


def let_give(store: Store) -> None:
    with store.write() as session:
        details = {"reference": "T", "ethics_approved": True}
        choices.choose_purpose(session, purpose="research", number=1, now_s=1, **details)


def begin(viewer: Viewer) -> AppTest:
    app = show()
    assert "2 clips, one after the other" in written(app)
    app.button(key="reactions_start").click().run()
    for second in range(8):  # what the stream's thread would see
        left = 10.0 * (second % 2)
        app.session_state["reactions_desk"].motion.add(second, [left, 0, left + 100, 100])
    return app


def play(app: AppTest, viewer: Viewer, from_s: float) -> None:
    """The clip of two seconds, from this second of the stream on."""
    viewer.at(from_s, PlayerReport(1, 10.0 + from_s, 0.0, True, False))
    app.run()
    viewer.at(from_s + 2, PlayerReport(2, 12.0 + from_s, 2.0, False, True))
    app.run()
    viewer.report = None
    app.run()
    assert not app.exception, app.exception


def test_a_viewer_goes_through_a_study_and_gives_it(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    study = make(tmp_path, pause_s=2, question=QUESTION)
    let_give(store)
    app = begin(viewer)
    play(app, viewer, 1.0)
    assert "Clip 1 of 2" in written(app)
    assert not viewer.session.is_closed, "the camera stays on between clips"
    app.button_group(key="reactions_answer_0").set_value(6).run()
    assert "The next clip comes in 2 s" in written(app)
    viewer.at(5.0, None)  # type: ignore[arg-type]
    app.run()
    assert "Clip 2 of 2" in written(app)
    play(app, viewer, 5.0)
    app.button_group(key="reactions_answer_1").set_value(2).run()
    app.run()
    assert viewer.session.is_closed, "off after the last answer"
    desk = app.session_state["reactions_desk"]
    order = [item.clip for item in desk.run.order]
    table = app.dataframe[0].value
    assert table["position"].tolist() == [1, 2]
    assert table["answer"].tolist() == [6, 2]
    assert table["coverage"].min() > 0.8
    app.checkbox(key="reactions_agree").check().run()
    app.button(key="reactions_give").click().run()
    assert not app.exception
    (path,) = (settings().data_dir / "reactions" / study.key / "viewings").iterdir()
    kept = json.loads(path.read_text())
    assert kept["seed"] == desk.run.seed
    assert [(one["clip"], one["answer"]) for one in kept["takes"]] == [
        (order[0], 6),
        (order[1], 2),
    ]
    app.text_input[0].set_value(app.code[0].value)
    next(b for b in app.button if b.label == "Delete").click().run()
    assert list(json.loads(path.read_text())) == ["given_s"]


def test_on_their_own_device_the_last_seconds_are_awaited(
    viewer: Viewer, jar: dict[str, str], tmp_path: Path
) -> None:
    make(tmp_path)
    app = show()
    app.button(key="reactions_start_device").click().run()
    desk = app.session_state["reactions_desk"]
    device = Device(desk.device)
    device.send(1)
    app.run()
    for _ in range(2):
        viewer.report = PlayerReport(1, desk.now_s(), 0.0, True, False)
        app.run()
        device.send(1)
        device.clock.now_s += 1  # the second that is under way is not sent yet
        viewer.report = PlayerReport(2, desk.now_s(), 2.0, False, True)
        app.run()
        viewer.report = None
    assert desk.is_on, "a device may still have seconds to send"
    device.send(3)
    app.run()
    app.run()
    assert not app.exception
    assert not desk.is_on
    assert len(desk.takes) == 2
    assert min(take.course.coverage for take in desk.takes) > 0.8


def test_who_stops_early_sees_what_there_is_and_cannot_give_it(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    make(tmp_path)
    let_give(store)
    app = begin(viewer)
    play(app, viewer, 1.0)
    app.button(key="reactions_stop").click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 1
    assert "You stopped before the last clip" in written(app)
    assert not [box for box in app.checkbox if box.key == "reactions_agree"]


def as_operator(store: Store, jar: dict[str, str]) -> AppTest:
    enter(store, jar, Role.EDUCATOR)
    app = show()
    app.session_state["reactions_tab"] = "Together"
    return app.run()


def test_the_operator_makes_a_study_and_removes_it(
    viewer: Viewer, jar: dict[str, str], store: Store, tmp_path: Path
) -> None:
    clips = add_clip(tmp_path, frames=20, names=("Sea", "Traffic")).clips()
    app = as_operator(store, jar)
    app.button(key="study_add").click().run()
    assert "empty" in app.error[0].value or "1 to 20 clips" in app.error[0].value
    app.text_input(key="study_name").set_value("=Sounds")
    app.multiselect(key="study_clips").set_value([clip.key for clip in clips]).run()
    app.text_input(key=f"study_condition_{clips[0].key}").set_value("calm")
    app.toggle(key="study_random").set_value(False)
    app.number_input(key="study_pause").set_value(9)
    app.button(key="study_add").click().run()
    assert not app.exception, app.exception
    (study,) = StudyShelf().studies()
    assert (study.conditions, study.is_random, study.pause_s) == (("calm", "Traffic"), False, 9)
    assert "The clip is in a study: remove that first" in written(app)
    assert f"reactions_remove_{clips[0].key}" not in {b.key for b in app.button}
    app.button(key=f"study_remove_{study.key}").click().run()
    assert StudyShelf().studies() == []
    with store.read() as session:
        told = [f"{e.action} {e.subject}" for e, _ in audit.list_entries(session)]
    assert f"gave study {study.key}" in told
    assert f"erased study {study.key} and what viewers gave" in told


@pytest.mark.parametrize(("viewers", "shown"), [(2, False), (3, True), (5, True)])
def test_conditions_are_compared_from_k_viewers_on(
    viewers: int,
    shown: bool,
    viewer: Viewer,
    jar: dict[str, str],
    store: Store,
    tmp_path: Path,
) -> None:
    study = make(tmp_path, question=QUESTION)
    for number in range(viewers):
        takes = []
        for place, item in enumerate(study.items, start=1):
            probs = np.full((2, 7), 0.1)
            probs[:, 3] = 0.2 + 0.3 * (item.condition == "sea") + 0.01 * number * place
            course = ReactionCourse(probs, np.ones(2))
            takes.append(Take(item.clip, item.condition, place, 4, course))
        StudyShelf().give(study, takes, "I agree.", seed=number)
    app = as_operator(store, jar)
    assert not app.exception, app.exception
    assert ("3** viewers, counted in full groups of 3" in written(app)) is shown
    tables = [one.value for one in app.dataframe if "effect size" in one.value.columns]
    assert bool(tables) is shown
    if shown:
        happy = tables[0][tables[0]["measure"] == "happy"].iloc[0]
        assert happy["compared"] == "sea less traffic"
        assert happy["difference"] == pytest.approx(0.29)
        assert happy["95 % from"] < 0.29 < happy["to"]
        assert happy["effect size"] > 0
    with store.read() as session:
        looked = [e.subject for e, _ in audit.list_entries(session) if e.action == "looked"]
    assert (f"reactions, study {study.key}, 3 viewers" in looked) is shown
