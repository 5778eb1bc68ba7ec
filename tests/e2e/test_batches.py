"""Two things that change within one task of the browser both count."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fer_core.config import PROJECT_ROOT
from tests.e2e.browser import free_port
from tests.processes import start

pytestmark = pytest.mark.e2e

NAMES = ("A", "B", "page")
APP = """
import streamlit as st
from fer_core.app.private import keep_unsent
from fer_core.app.private_batches import run_all_that_changed
from fer_core.app.private_endings import wait_for_endings

keep_unsent()
wait_for_endings()
run_all_that_changed()

@st.fragment
def part(name):
    st.write(f"{name}: {st.checkbox('box ' + name)}")

part("A")
part("B")
st.write(f"page: {st.checkbox('box page')}")
"""


#: A busy computer, on which a run that is begun is over before its beginner goes on.
BUSY = """
import time
from streamlit.runtime.app_session import AppSession

begin = AppSession._create_scriptrunner
if begin.__name__ != "begin_slowly":
    def begin_slowly(*args):
        begin(*args)
        time.sleep(0.5)
    AppSession._create_scriptrunner = begin_slowly
"""


@pytest.mark.parametrize("before", ["", BUSY], ids=["idle", "busy"])
def test_what_changes_together_all_counts(browser: Browser, tmp_path: Path, before: str) -> None:
    script = tmp_path / "app.py"
    script.write_text(before + APP, encoding="utf-8")
    port = free_port()
    command = ("-m", "streamlit", "run", str(script), "--server.port", str(port))
    way = {"PYTHONPATH": str(PROJECT_ROOT)}
    with start(*command, data_dir=tmp_path, **way) as app:
        app.wait_for_line(f":{port}")
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        for values, pressed in (
            ("True True False", ("A", "B")),
            ("False True True", ("A", "page")),
            ("True False False", ("A", "B", "page")),
        ):
            expect(page.get_by_role("checkbox")).to_have_count(3)
            page.evaluate(
                "places => places.forEach("
                "place => document.querySelectorAll('input[type=checkbox]')[place].click())",
                [NAMES.index(name) for name in pressed],
            )
            for name, value in zip(NAMES, values.split(), strict=True):
                expect(page.get_by_text(f"{name}: {value}")).to_be_visible()
        page.close()
