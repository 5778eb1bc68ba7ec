"""The manifest: whatever is written is read back, whatever else is refused in a sentence."""

import csv
import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.studio.quality import HINT_WORDS
from fer_core.studio.rows import COLUMNS, FaceRow, format_manifest, parse_manifest

edge = st.sampled_from(string.ascii_letters + string.digits + "_äßçжあ")
middle = st.text(st.sampled_from(string.ascii_letters + "_ .-äж"), max_size=38)
pseudonyms = st.one_of(edge, st.builds(lambda a, b, c: a + b + c, edge, middle, edge))
hexes = st.text("0123456789abcdef", min_size=16, max_size=16)
rows = st.builds(
    FaceRow,
    file=hexes.map(lambda h: f"faces/{h}.png"),
    participant=pseudonyms,
    emotion=st.sampled_from(EMOTIONS),
    take=st.integers(1, 10**9 - 1),
    time_s=st.integers(0, 10**9).map(lambda ms: ms / 1000),
    detector=st.sampled_from(("short", "haar")),
    box=st.tuples(*[st.integers(-999, 9999)] * 4),
    quality=st.integers(0, 1000).map(lambda v: v / 1000),
    hints=st.lists(st.sampled_from(list(HINT_WORDS)), unique=True).map(tuple),
    consent=st.text(string.ascii_letters + string.digits + ".-", min_size=1, max_size=40),
    asked=st.sampled_from(EMOTIONS),
    is_rejected=st.booleans(),
)
manifests = st.lists(rows, max_size=8, unique_by=lambda row: row.file)


@given(manifests)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(made: list[FaceRow]) -> None:
    assert parse_manifest(format_manifest(made), "manifest.csv") == made


@given(st.text(max_size=200) | st.text(max_size=80).map(lambda t: ",".join(COLUMNS) + "\n" + t))
@settings(max_examples=80, deadline=None)
def test_any_other_text_is_rows_or_a_sentence(text: str) -> None:
    problem, found = "m.csv", []
    try:
        found = parse_manifest(text, "m.csv")
    except DataError as error:
        problem = str(error)
    assert problem.startswith("m.csv")
    assert all(isinstance(row, FaceRow) for row in found)


@given(manifests.filter(bool))
@settings(max_examples=40, deadline=None)
def test_no_cell_begins_a_formula(made: list[FaceRow]) -> None:
    for cells in list(csv.reader(io.StringIO(format_manifest(made))))[1:]:
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


GOOD = FaceRow(
    "faces/0123456789abcdef.png",
    *("anna", "happy", 1, 0.2, "short", (1, 2, 3, 4), 0.5, (), "2026-11-1", "happy"),
)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("file", "../faces/0123456789abcdef.png"),
        ("file", "/etc/passwd"),
        ("file", "faces/0123456789abcdef.png\n"),
        ("participant", "=cmd()"),
        ("participant", ""),
        ("participant", "a/b"),
        ("emotion", "contempt"),
        ("take", "0"),
        ("take", "one"),
        ("time_s", "nan"),
        ("time_s", "-1"),
        ("box", "1 2 3"),
        ("quality", "1.5"),
        ("hints", "ugly"),
        ("consent", ""),
        ("rejected", "no"),
        ("clip", "take-0002"),
    ],
)
def test_an_impossible_cell_is_named_with_its_line(column: str, value: str) -> None:
    cells = dict(zip(COLUMNS, GOOD.cells(), strict=True)) | {column: value}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, list(cells.values())])
    with pytest.raises(DataError, match=r"^m\.csv, line 2"):
        parse_manifest(out.getvalue(), "m.csv")


def test_a_file_is_listed_once() -> None:
    with pytest.raises(DataError, match=r"line 3: .* twice"):
        parse_manifest(format_manifest([GOOD, GOOD]), "m.csv")
