"""A slow browser does not set back what the server has changed."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from fer_core.app.parts.replaced import key_now, replace_value

    st.button("Go", key="go", on_click=replace_value, args=("at", 3.0))
    st.session_state.setdefault(key_now("at"), 0.0)
    st.write(f"at {st.slider('Time', 0.0, 4.0, key=key_now('at'))}")


def test_what_was_shown_before_is_not_taken_for_the_visitors() -> None:
    app = AppTest.from_function(page).run()
    app.slider[0].set_value(1.0).run()
    before, shown = app._tree, app.slider[0]
    app.button(key="go").click().run()
    assert app.markdown[0].value == "at 3.0"
    app._tree = before  # it has not heard of it yet, and reports what it has
    shown.set_value(1.0)
    app.button(key="go")._value = False
    app.run()
    assert app.markdown[0].value == "at 3.0"
    app.slider[0].set_value(2.0).run()
    assert app.markdown[0].value == "at 2.0"
