"""A visitor of the page, and what they press."""

from dataclasses import dataclass, field, replace
from typing import Any

from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.storage import Store, persons
from fer_core.storage.choices import choose_purpose
from fer_core.storage.tables import Person
from fer_core.streaming import Admission
from tests.app.fakes import SNAPSHOT, FakeSession, FakeStream, enter, make_result, make_sample


def page() -> None:
    from fer_core.app.access import cookies
    from fer_core.app.wellbeing.page import show_wellbeing_page

    show_wellbeing_page()
    cookies.deliver()


@dataclass
class Visitor:
    """A browser at the page."""

    store: Store
    jar: dict[str, str]
    stream: FakeStream = field(default_factory=FakeStream)
    session: FakeSession = field(default_factory=FakeSession)
    admission: Admission = field(default_factory=lambda: Admission(1))

    def open(self) -> AppTest:
        app = AppTest.from_function(page, default_timeout=60).run()
        assert not app.exception, app.exception
        return app

    def join(self, app: AppTest, name: str | None = None) -> AppTest:
        """Tick and press Join."""
        if name is not None:
            app.text_input[0].set_value(name)
        consent(app).check()
        press(app, "Join")
        assert not app.exception, app.exception
        return app

    def enter(self, role: Role) -> None:
        """Get a role."""
        enter(self.store, self.jar, role)

    def see(self, seconds: int, *, tracks: int = 1, emotion: str = "happy") -> None:
        """The stream has run for so long."""
        self.session.recorded = tuple(
            make_sample(second, track, emotion)
            for second in range(seconds)
            for track in range(1, tracks + 1)
        )
        result = replace(make_result(("happy",) * tracks), time_s=seconds + 0.5)
        self.session.current = replace(SNAPSHOT, time_s=seconds + 1.0, result=result)

    def person(self) -> Person | None:
        """The only person there is."""
        with self.store.read() as session:
            return session.query(Person).one_or_none()


def consent(app: AppTest) -> Any:
    return next(box for box in app.checkbox if box.label.startswith("I have read"))


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label."""
    next(button for button in app.button if button.label == label).click().run()
    return app


def open_tab(app: AppTest, name: str) -> AppTest:
    app.session_state["wellbeing_tab"] = name
    app.run()
    assert not app.exception, app.exception
    return app


def show_demo(app: AppTest, wanted: bool) -> AppTest:
    toggle = next(one for one in app.toggle if one.label.startswith("Demonstration"))
    toggle.set_value(wanted).run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.metric)
    alerts = (app.info, app.warning, app.error, app.success)
    return "\n".join(str(element.value) for kind in (*kinds, *alerts) for element in kind)


def choose(store: Store, purpose: str) -> None:
    """The owner's purpose."""
    details: dict[str, dict[str, str | bool]] = {
        "research": {"reference": "Study 7", "ethics_approved": True},
        "medical_or_safety": {"reason": "night shifts"},
    }
    with store.write() as session:
        choose_purpose(
            session,
            purpose=purpose,
            number=1,
            now_s=store.now_s(),
            **details.get(purpose, {}),
        )


def agree(store: Store, person_id: int, *, at_s: int, purpose: str) -> None:
    with store.write() as session:
        persons.give_consent(
            session, person_id=person_id, purpose=purpose, version="3.1", text="t", now_s=at_s
        )
