"""The Data set page over sets as they lie on disk; camera and training are stand-ins."""

import json
from pathlib import Path

import pytest

from fer_core.app.studio import state
from fer_core.config import settings
from fer_core.labels import EMOTIONS
from fer_core.studio import StudioSet, list_sets
from fer_core.studio.consent import RecordingConsent
from tests.app.fakes import written
from tests.app.studio.conftest import OWNER, keys, open_page
from tests.studio.conftest import make_faces


def test_an_empty_studio_says_what_to_do_and_makes_a_set(data_dir: Path) -> None:
    app = open_page()
    assert "only place in Mien where pictures are stored" in written(app)
    app.text_input[0].set_value("My faces")
    next(b for b in app.button if b.label == "Make the set").click().run()
    assert not app.exception
    assert [found.name for found in list_sets()] == ["my-faces"]
    assert "Who is recorded?" in [s.value for s in app.subheader]


def test_nobody_is_recorded_without_consent_and_minors_not_without_a_guardian(
    made: tuple[StudioSet, dict[str, RecordingConsent]],
) -> None:
    app = open_page()
    assert app.button(key="studio-enrol").disabled
    app.text_input(key="studio-pseudonym").set_value("cleo")
    app.checkbox(key="studio-minor").check().run()
    app.checkbox(key="studio-agrees").check().run()
    app.button(key="studio-enrol").click().run()
    assert "guardian" in app.error[0].value
    assert "cleo" not in made[0].info().participants
    app.checkbox(key="studio-agrees").check().run()
    app.text_input(key="studio-guardian").set_value("her father").run()
    app.button(key="studio-enrol").click().run()
    assert made[0].info().participants["cleo"].consents[0].guardian == "her father"
    assert "studio-start" in keys(app)
    assert "Consent given; receipt" in written(app)


def test_recordings_of_others_are_the_owners_to_see(
    made: tuple[StudioSet, dict[str, RecordingConsent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for view in state.VIEWS:
        app = open_page(view)
        assert "anna" not in written(app)
        assert not {"studio-erase", "studio-export", "studio-delete"} & keys(app)
    app = open_page(state.CURATE)
    assert "only the owner sees" in written(app)
    monkeypatch.setattr(state, "current_access", lambda: OWNER)
    app = open_page(state.CURATE)
    assert "24 faces" in written(app)
    assert "studio-erase" in keys(open_page(state.MANAGE))


def test_a_receipt_opens_ones_own_and_erases_it_even_without_a_role(
    made: tuple[StudioSet, dict[str, RecordingConsent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, consents = made
    monkeypatch.setenv("FER_ALLOW_TRAINING", "0")
    settings.cache_clear()
    app = open_page()
    assert keys(app) <= {b.key for b in app.button if b.label == "Open"}

    def type_receipt(number: str) -> None:
        app.text_input[0].set_value(number)
        next(b for b in app.button if b.label == "Open").click().run()

    type_receipt("0" * 16)
    assert "no such receipt" in app.error[0].value
    type_receipt(consents["ben"].receipt)
    assert "12 pictures" in written(app)
    assert "anna" not in written(app)
    app.button(key="studio-erase-own-lab-one-ben").click().run()
    assert "Erased: 12 pictures" in written(app)
    assert set(found.info().participants) == {"anna"}
    assert len(list((found.path / "faces").iterdir())) == 12


def test_the_training_page_hides_recordings_of_others(
    made: tuple[StudioSet, dict[str, RecordingConsent]],
    monkeypatch: pytest.MonkeyPatch,
    data_dir: Path,
) -> None:
    found, _ = made
    desk = state.StudioDesk()
    monkeypatch.setattr(state, "this_desk", lambda: desk)
    for place in (found.path, found.path / "manifest.csv", found.path.parent):
        assert state.hides_pictures(place)
    assert not state.hides_pictures(data_dir / "other")
    desk.own(found.name, "anna")
    assert state.hides_pictures(found.path), "one's own are not all"
    desk.own(found.name, "ben")
    assert not state.hides_pictures(found.path)
    desk.mine.clear()
    monkeypatch.setattr(state, "current_access", lambda: OWNER)
    assert not state.hides_pictures(found.path)


def test_one_press_trains_and_the_result_is_shown_and_used(
    made: tuple[StudioSet, dict[str, RecordingConsent]],
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, _ = made
    commands: list[list[str]] = []
    monkeypatch.setattr("fer_core.studio.jobs.spawn", lambda args, log: commands.append(args))
    app = open_page(state.TRAIN)
    assert "A network of its own needs 3 participants" in written(app)
    app.button(key="studio-finetune").click().run()
    assert commands[0][:2] == ["dataset", "finetune"]
    assert not app.exception

    people = {n: {"n": 12, "before": 0.2, "after": 0.5} for n in ("anna", "ben")}
    counts = [[2] * 7 for _ in range(7)]
    figures = {"n": 24, "before": 0.2, "after": 0.5, "counts": counts, "how": "each participant"}
    for row in people.values():
        row["counts"] = counts  # type: ignore[assignment]
    split = {"note": "", "train": 20, "test": 4, "before": 0.2, "after": 0.9, "low": 0.5}
    split |= {"high": 1.0, "range": "95 % interval", "problem": None, "shared_near": 0.5}
    splits = [
        {"kind": "participant", "title": "By participant", "problem": "Too few.", "warning": None},
        split
        | {"kind": "frames", "title": "By frame", "warning": "Leaky: too good.", "shared_takes": 1},
    ]
    report = {"model": "lab-one", "base": "mien", "labels": list(EMOTIONS), "splits": splits}
    report["held_out"] = figures | {"by_participant": people}
    (found.path / "report.json").write_text(json.dumps(report))
    (found.path / "job.json").write_text(json.dumps({"state": "finished", "model": "lab-one"}))
    monkeypatch.setattr("fer_core.app.studio.train.model_names", lambda: ("mien", "lab-one"))
    app = open_page(state.TRAIN)
    assert "50.0 %" in written(app)
    assert "Leaky: too good." in written(app)
    assert "Too few." in written(app)
    assert app.selectbox(key="studio-confusion-of").options == ["Everybody"], "not the owner"
    went: list[str] = []
    monkeypatch.setattr("streamlit.switch_page", went.append)
    app.button(key="studio-use").click().run()
    assert went == ["pages/live.py"]
    assert app.session_state["visit"].model == "lab-one"
    assert app.button(key="studio-to-training").disabled
    found.enrol("cleo")
    found.add_take("cleo", EMOTIONS[0], make_faces(2, seed=77))
    assert "fewer than 200 faces" in written(app.run())
    app.button(key="studio-to-training").click().run()
    assert went[-1] == "pages/training.py"
    assert app.session_state["data-path"] == str(found.path)


def test_a_page_loaded_anew_keeps_the_right_to_ones_own_recordings(
    made: tuple[StudioSet, dict[str, RecordingConsent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = state.RecordingRights()
    monkeypatch.setattr(state, "shared_rights", lambda: rights)
    monkeypatch.setattr(state, "browser_of", lambda cookies: "mine")
    app = open_page()
    app.checkbox(key="studio-agrees").check().run()
    app.text_input(key="studio-pseudonym").set_value("cleo").run()
    app.button(key="studio-enrol").click().run()
    made[0].add_take("cleo", EMOTIONS[0], make_faces(2, seed=77))
    assert "2 faces" in written(open_page(state.CURATE))
    monkeypatch.setattr(state, "browser_of", lambda cookies: "another")
    assert "only the owner sees" in written(open_page(state.CURATE))


def test_a_failed_job_says_why(made: tuple[StudioSet, dict[str, RecordingConsent]]) -> None:
    text = json.dumps({"state": "failed", "model": "m", "error": "Memory ran out."})
    (made[0].path / "job.json").write_text(text)
    assert "Memory ran out." in open_page(state.TRAIN).error[0].value


def test_a_damaged_set_is_one_sentence(made: tuple[StudioSet, dict[str, RecordingConsent]]) -> None:
    (made[0].path / "manifest.csv").write_text("nonsense")
    assert "must begin with" in open_page(state.CURATE).error[0].value


def test_the_owner_erases_and_deletes(
    made: tuple[StudioSet, dict[str, RecordingConsent]], owner: None
) -> None:
    found, _ = made
    found.note_model("lab-one", ["anna", "ben"])
    app = open_page(state.MANAGE)
    app.selectbox(key="studio-erase-who").select("anna").run()
    assert "These models learned from" in written(app)
    app.button(key="studio-erase").click().run()
    assert "Models that learned from them: lab-one." in written(app)
    assert not [row for row in found.rows() if row.participant == "anna"]
    app.checkbox(key="studio-sure-lab-one").check().run()
    app.button(key="studio-delete").click().run()
    assert not app.exception
    assert list_sets() == []


def test_it_is_said_where_recordings_stay(made: object, owner: None) -> None:
    assert "stay on the server" in written(open_page())
