"""What visitors share in a cache is in nobody's language."""

import ast

import pytest

from fer_core.config import PROJECT_ROOT as ROOT

#: Whatever asks which language is spoken here.
SPEAKING = {
    *("tr", "ntr", "tr_in", "told", "number", "percent", "date", "moment", "capital", "listing"),
    *("spoken", "emotion", "emotion_title", "emotion_words", "spoken_lettering"),
}


def cached_that_speak(code: str) -> list[str]:
    """``function: call`` of each word that is said inside of a cache of all visitors."""
    found = []
    for function in ast.walk(ast.parse(code)):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
            _is_cache(one) for one in function.decorator_list
        ):
            called = [one.func for one in ast.walk(function) if isinstance(one, ast.Call)]
            names = [one.id for one in called if isinstance(one, ast.Name)]
            found += [f"{function.name}: {name}" for name in names if name in SPEAKING]
    return found


def _is_cache(decorator: ast.expr) -> bool:
    call = decorator if isinstance(decorator, ast.Call) else None
    is_own = any(
        one.arg == "scope" and ast.unparse(one.value) == "'session'"
        for one in (call.keywords if call else ())
    )
    name = ast.unparse(call.func if call else decorator).rpartition(".")[2]
    return not is_own and name in ("cache_data", "cache_resource", "cache", "lru_cache")


def test_no_word_is_said_inside_of_a_shared_cache() -> None:
    below = ROOT / "fer_core/app"
    files = [path for path in below.rglob("*.py") if path.parent.name != "language"]
    found = {
        path.relative_to(below).as_posix(): said
        for path in files
        if (said := cached_that_speak(path.read_text(encoding="utf-8")))
    }
    assert found == {}, "say it where it is shown: the first visitor's language would be kept"


@pytest.mark.parametrize(
    ("decorator", "body", "is_fault"),
    [
        ("@st.cache_data(max_entries=2)", 'return tr("Faces")', True),
        ("@st.cache_resource", "return [percent(one) for one in shares]", True),
        ("@lru_cache(maxsize=1)", "return told(error)", True),
        ('@st.cache_resource(scope="session")', 'return tr("Faces")', False),
        ("@st.cache_data", 'return mark("Faces")', False),
        ("@st.fragment", 'return tr("Faces")', False),
    ],
)
def test_a_word_in_a_cache_is_found(decorator: str, body: str, is_fault: bool) -> None:
    code = f"{decorator}\ndef made(shares, error):\n    {body}\n"
    assert bool(cached_that_speak(code)) is is_fault
