"""No page shows text that its catalogues do not hold."""

from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT as ROOT
from tests.app.language.texts_in_code import faults_of

#: What is still English only, as folders and files below ``fer_core/app/``. It only shrinks.
NOT_YET = ("wellbeing/",)
#: No page: what programs are answered, operators read, and logs name.
NO_PAGES = (
    "base_path.py",
    "device/headers.py",
    "device/samples.py",
    "following.py",
    "health.py",
    "monitoring.py",
    "private.py",
    "private_batches.py",
    "private_endings.py",
    "stream/handshake.py",
    "uploads.py",
)
#: Names, and words of formats, that are the same in every language.
SAME = {
    *("Mien", "CSV", "Parquet", "English", "Deutsch", "<h2>Android</h2>"),
    *(
        "top center",
        "bottom center",
        "bottom left",
        "<!doctype html>",
        "Viridis",
        "Viewer",
        "on the visitor's device",
    ),
    "[Goodfellow et al. 2013](https://arxiv.org/abs/1307.0414)",
    "[Barsoum et al. 2016](https://arxiv.org/abs/1608.01041)",
    "NASA, Great Images in NASA, GPN-2000-001177",
    *("top left", "bottom right", "radial-gradient(closest-side, transparent 80%, black 81%)"),
    "deg, rgba(127,127,127,0.25) 0);-webkit-mask:",
    *("a person's data, ", "all teams", "notice and consent, room "),  # in the audit log
    "a participant of a set",
    "live model: ",  # there too
}


def _files() -> list[Path]:
    below = ROOT / "fer_core/app"
    found = [path for path in below.rglob("*.py") if not _is_left(path.relative_to(below))]
    return sorted([*found, ROOT / "streamlit_app.py"])


def _is_left(path: Path) -> bool:
    return path.as_posix().startswith((*NOT_YET, *NO_PAGES))


def test_no_page_shows_text_that_no_catalogue_holds() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in _files()
        for fault in faults_of(path)
        if fault.partition(": ")[2].strip("'\"") not in SAME
    ]
    assert faults == [], "wrap them in tr(...), or mark(...) where they are shown elsewhere"


@pytest.mark.parametrize("name", [*NOT_YET, *NO_PAGES])
def test_what_is_left_has_text_to_translate(name: str) -> None:
    below = ROOT / "fer_core/app" / name
    files = below.rglob("*.py") if below.is_dir() else [below]
    assert any(faults_of(path) for path in files), f"take {name} from the list"


@pytest.mark.parametrize(
    ("code", "is_fault"),
    [
        ('st.button("Stop")', True),
        ('st.button(tr("Stop"))', False),
        ('place.caption("go on")', True),
        ('st.metric(tr("Faces"), value, help="how many")', True),
        ('st.markdown(f"{n} faces")', True),
        ('st.markdown(tr("{n} faces").format(n=n))', False),
        ('st.markdown(tr(f"{n} faces"))', True),
        ("st.markdown(f\"{tr('Faces')}: {n}\")", True),
        ('st.markdown(f"{tr(name)}: {n}")', False),
        ('st.markdown(":material/flag: " + tr("Here"))', False),
        ('st.selectbox(tr("Who"), names, placeholder="nobody" if none else tr("all"))', True),
        ('SAID = "The camera is gone."', True),
        ('SAID = mark("The camera is gone.")', False),
        ('tabs = {"mine": "My own data"}', True),
        ('raise InputError("The file is empty.")', False),
        ('st.html("<style>.a b { color: red; }</style>")', False),
        ('_log.warning("It could not be read: %s", error)', False),
    ],
)
def test_unmarked_text_is_found(code: str, is_fault: bool, tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(f'"""What it is for."""\n\n{code}\n', encoding="utf-8")
    assert bool(faults_of(path)) is is_fault, faults_of(path)
