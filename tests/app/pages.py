"""The whole app as Streamlit runs it, and what is written on a page."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROUTER = str(Path(__file__).parents[2] / "streamlit_app.py")


def texts(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption)
    alerts = (app.info, app.warning, app.error)
    return "\n".join(element.value for kind in (*kinds, *alerts) for element in kind)
