"""Text that people type."""

import pytest

from fer_core.text import clean_name, csv_cell, fold_name, markdown_escape, markdown_sentence


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
