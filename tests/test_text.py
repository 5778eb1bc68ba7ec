"""Text that people type."""

from pathlib import Path

import pytest

import fer_core
from fer_core.text import (
    clean_name,
    count_of,
    csv_cell,
    csv_text,
    fold_name,
    markdown_escape,
    markdown_sentence,
)

#: How a file may write CSV, and which do so for Mien alone to read: recorded sets,
#: shipped figures, the list of a build.
_WAYS = ("csv.writer(", "DictWriter(", ".to_csv(index")
_OWN = {"studio/rows.py", "studio/foreign.py", "evaluation/results.py", "app/studio/upload.py"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ann", "Ann"),
        ("[a](http://b)", r"\[a\]\(http\:\/\/b\)"),
        (":red[x] $y$ <b>", r"\:red\[x\] \$y\$ \<b\>"),
        ("two\nlines\t`code`", r"two lines \`code\`"),
        ("\u202eturned", "\u202eturned"),
    ],
)
def test_what_people_type_has_no_effect_in_markdown(typed: str, shown: str) -> None:
    assert markdown_escape(typed) == f"\u2068{shown}\u2069"


def test_a_sentence_keeps_its_code() -> None:
    assert markdown_sentence("Use `a.csv` [now] for *$5*.") == r"Use `a.csv` \[now\] for \*\$5\*."


def test_names_are_kept_composed_and_compared_folded() -> None:
    assert clean_name("  Zoe\u0308  K ") == "Zo\u00eb K"
    assert fold_name("ＺＯË  k") == fold_name("zo\u00ebK")


@pytest.mark.parametrize(
    ("value", "cell"), [("=1+1", "'=1+1"), (" @x", "' @x"), ("a", "a"), (-1, -1), ("\t", "\t")]
)
def test_a_spreadsheet_takes_no_text_for_a_formula(value: object, cell: object) -> None:
    assert csv_cell(value) == cell


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["a", "b"], ["=1+1", None], [0.5, -1]], "a,b\n'=1+1,\n0.5,-1\n"),
        ([["name"], ["J\u00fcrgen"]], "\ufeffname\nJ\u00fcrgen\n"),
        ([["@a"]], "'@a\n"),
    ],
)
def test_a_csv_file_has_its_mark_and_no_formula(rows: list[list[object]], text: str) -> None:
    assert csv_text(rows) == text


def test_whatever_writes_csv_for_people_keeps_to_the_one_rule() -> None:
    root = Path(fer_core.__file__).parent
    writers = {
        path.relative_to(root).as_posix(): text
        for path in root.rglob("*.py")
        if any(way in (text := path.read_text()) for way in _WAYS)
    }
    assert {"text.py", "analysis/tables.py", "outlets/lines.py"} <= set(writers)
    assert {name for name, text in writers.items() if "csv_cell" not in text} <= _OWN
    assert not _OWN - set(writers), "still so"


def test_one_is_no_plural() -> None:
    assert [count_of(n, "face") for n in (0, 1, 1200)] == ["0 faces", "1 face", "1,200 faces"]
    assert [count_of(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]
