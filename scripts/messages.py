"""Collects every marked text of the pages and brings the catalogues up to date (``make messages``).

usage: messages.py [--check]    (--check changes nothing)

Translations are kept; a text that is gone takes its translation along. The output has no dates and
no line numbers, so that it depends on the texts alone. Exit codes: 0 all is translated, 1 some is
not, or (--check) a catalogue is not up to date.
"""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fer_core.app.language.catalogues import SCRIPTS, TRANSLATED, path_of  # noqa: E402

#: Function -> which of its arguments are text; ``c``: the context.
KEYWORDS = {
    "tr": None,
    "mark": None,
    "ntr": (1, 2),
    "tr_in": ((1, "c"), 2),
    "mark_in": ((1, "c"), 2),
}
FOLDERS = ("fer_core", "pages")
#: Of the browser's scripts, and of the HTML that they fill.
SCRIPT_KEYWORDS = {"t": None, "tn": (1, 2)}
MARKED_HTML = re.compile(
    r"""data-t(?=[ >])[^>]*>([^<]+)<|(?:title|aria-label)="([^"]+)"\s+data-t-(?:title|label)"""
)


def sources() -> list[Path]:
    """The files that may hold marked texts."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*found, ROOT / "streamlit_app.py"])


def template() -> Catalog:
    """All marked texts, each with the files in which it stands."""
    collected = Catalog(fuzzy=False)
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for _, text, _, context in extract("python", file, keywords=KEYWORDS):
                collected.add(text, locations=[(name, 0)], context=context)
    for path in sorted((ROOT / SCRIPTS).glob("*")):
        for text in script_texts(path):
            collected.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return collected


def script_texts(path: Path) -> list[str | tuple[str, ...]]:
    """The marked texts of a script, or of HTML."""
    if path.suffix == ".html":
        return [one or other for one, other in MARKED_HTML.findall(path.read_text("utf-8"))]
    if path.suffix != ".js":
        return []
    with path.open("rb") as file:
        return [text for _, text, _, _ in extract("javascript", file, keywords=SCRIPT_KEYWORDS)]


def updated(code: str, texts: Catalog) -> Catalog:
    """The catalogue of a language with these texts, and the translations that it had."""
    path = path_of(code)
    had = Catalog(locale=code)
    if path.exists():
        with path.open("rb") as file:
            had = read_po(file, locale=code)
    made = Catalog(locale=code, fuzzy=False)
    for one in texts:
        if one.id:
            old = had.get(one.id, one.context)
            flags = old.flags - {"python-format", "python-brace-format"} if old else ()
            string = old.string if old and fits(one, old) else ""
            made.add(one.id, string, sorted(set(one.locations)), flags, context=one.context)
    return made


def fits(one: Message, old: Message) -> bool:
    """Whether a text that had one form still has one, and one that had several still has them."""
    return isinstance(one.id, tuple) == isinstance(old.string, (tuple, list))


def as_file(catalogue: Catalog) -> bytes:
    """What stands in the file: no dates, no line numbers, in the order of the files."""
    out = BytesIO()
    for one in catalogue:
        one.flags -= {"python-format", "python-brace-format"}
    write_po(out, catalogue, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    head = (
        f"# {catalogue.locale.english_name}: every text of the pages; `make messages` keeps it.\n"
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Texts without a translation, or with one that nobody has looked at."""
    return [
        one.id[0] if isinstance(one.id, tuple) else one.id
        for one in catalogue
        if one.id and (one.fuzzy or not one.string or not all([*one.string]))
    ]


def main(arguments: list[str]) -> int:
    """See above."""
    texts, code = template(), 0
    for language in TRANSLATED:
        catalogue = updated(language, texts)
        path, content = path_of(language), as_file(catalogue)
        if "--check" not in arguments:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            print(f"{path.name} is not up to date: run `make messages`.")
            code = 1
        lacks = missing(catalogue)
        print(f"{path.name}: {len(catalogue) - len(lacks)} of {len(catalogue)} texts translated")
        for text in lacks:
            print(f"  lacks: {text}")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
