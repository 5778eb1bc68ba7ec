"""What the browser's side says comes from the same catalogues."""

import json
import re
import shutil
import subprocess

import pytest

from fer_core.app.language.browser import language_data
from fer_core.app.language.catalogues import SCRIPTS, TRANSLATED, browser_texts, read_catalogue
from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import speaking
from fer_core.config import PROJECT_ROOT as ROOT

#: A call that is given a text, wherever it stands, also where the extraction would not look.
_CALL = re.compile(r"""\btn?\(\s*("(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*)""")
_FORMED = re.compile(r"\btn?\(\s*`")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_of_the_scripts_is_handed_over(code: str) -> None:
    known, missing = browser_texts(code), []
    for path in sorted((ROOT / SCRIPTS).glob("*.js")):
        content = path.read_text(encoding="utf-8")
        assert not _FORMED.search(content), f"{path.name}: no catalogue holds a text with ${{...}}"
        for found in _CALL.findall(content):
            text = "".join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', found))
            missing += [] if text in known else [f"{path.name}: {text}"]
    assert missing == []


def test_the_page_of_the_scripts_is_marked_whole() -> None:
    html = (ROOT / SCRIPTS / "view.html").read_text(encoding="utf-8")
    bare = re.sub(r"<kbd>.*?</kbd>|<!--.*?-->", "", html)
    shown = re.findall(r"<([^<>]*)>([^<>]*[A-Za-z]{2,}[^<>]*)(?=<)", bare)
    assert [text for tag, text in shown if not re.search(r"data-t(?=\s|$)", tag)] == []
    named = re.findall(r'(?:title|aria-label)="[^"]+"(?!\s+data-t-)', bare)
    assert named == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_forms_are_those_that_the_scripts_choose_between(code: str) -> None:
    """One, and more than one: see ``tn`` in words.js."""
    assert read_catalogue(code).plural_forms == "nplurals=2; plural=(n != 1);"


def test_words_are_said_as_the_server_says_them() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    with speaking(language_of("tr")):
        data = language_data()
    words = (ROOT / SCRIPTS / "words.js").as_uri()
    script = f"""
        const w = await import({words!r})
        const said = () => [w.t("No face in view"), w.tn("{{n}} face seen", "{{n}} faces seen", 2),
          w.percent(0.695), w.capital(w.emotion("disgust")), w.fixed(2.5, 1), w.t("unknown")]
        const before = said()
        w.speak({json.dumps(data)})
        console.log(JSON.stringify([before, said()]))
    """
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == [
        ["No face in view", "2 faces seen", "69.5 %", "Disgust", "2.5", "unknown"],
        ["Görüntüde yüz yok", "2 yüz görüldü", "%69,5", "İğrenme", "2,5", "unknown"],
    ]
