"""Looks for text of the pages that no catalogue would hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

#: What hands a text on to a catalogue.
MARKS = {"tr", "ntr", "mark", "tr_in", "mark_in"}
#: Calls whose words nobody reads on a page: errors and logs, names, addresses, patterns.
SILENT = {
    *("compile", "debug", "error_log", "exception", "getLogger", "optional", "warning_log", "log"),
    *("source", "_read", "read_text", "set_page_config", "component", "StrEnum", "getattr"),
    *("strftime", "startswith", "endswith", "replace", "removesuffix", "removeprefix", "sub"),
    *("note_action", "note_look"),
    *("match", "fullmatch", "search", "find", "split", "splitlines"),
    *("get", "get_all", "pop", "setdefault"),
}
#: Arguments that are shown, whatever is called.
SHOWN = {"help", "placeholder", "caption", "label", "title", "alt", "text", "empty_text", "hint"}
#: Functions of Streamlit whose first words are shown.
ST_SHOWN = {
    *("badge", "button", "caption", "checkbox", "download_button", "error", "expander", "header"),
    *("info", "link_button", "markdown", "metric", "multiselect", "number_input", "page_link"),
    *("popover", "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider"),
    *("spinner", "status", "subheader", "success", "tabs", "text", "text_area", "text_input"),
    *("title", "toast", "toggle", "warning", "write", "camera_input", "file_uploader", "pills"),
    *("date_input", "time_input", "feedback", "form_submit_button", "dialog"),
}
_ICON = re.compile(r":material/\w+:|:[a-z]+\[|&\w+;|\{\w*\}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
#: Two words or more, as in a sentence, or one with a capital.
_PROSE = re.compile(r"[A-Za-z][a-z']+,? [a-zA-Z][a-z']*\b|^[A-Z][a-z]+[.!?]?$")


def faults_of(path: Path) -> list[str]:
    """``line: text`` of what is not marked in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {*_shown(tree), *_prose(tree), *_formatted(tree)}
    return [f"{line}: {text!r}" for line, text in sorted(found)]


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _shown(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Words with letters where Streamlit shows them."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        first = call.args[:1] if _name(call) in ST_SHOWN and _is_drawing(call) else []
        named = [one.value for one in call.keywords if one.arg in SHOWN]
        for part in (*first, *named):
            for line, text in _literals(part):
                if _LETTERS.search(_ICON.sub("", _without_tags(text))):
                    yield line, text


def _is_drawing(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) != "_log"


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Text in an expression, but for what a call of ``MARKS`` has."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.Call):
        return  # what it is given is looked at by itself
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.Constant):
                yield node.lineno, str(value.value)
    elif not isinstance(node, (ast.Subscript, ast.Compare, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)


def _without_tags(text: str) -> str:
    text = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"<[/!]?\w[^>]*>?", "", text)


def _prose(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Whatever reads as a sentence, wherever it stands, and is neither marked nor for the log."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_name(node) in MARKS or _name(node) in SILENT):
            skipped |= _below(node)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            skipped |= _below(node.exc)  # sentences of errors: see docs/decisions.md
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))  # a docstring
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("_log."):
            skipped |= _below(node)
        elif isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
            skipped |= _below(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
            skipped |= _below(node.returns)
        elif isinstance(node, ast.Call) and _name(node) == "cast" and node.args:
            skipped |= _below(node.args[0])
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            text = _ICON.sub("", _without_tags(node.value)).strip()
            if _PROSE.search(text) and not _is_style(text):
                yield node.lineno, node.value


def _is_style(text: str) -> bool:
    return ("{" in text and ":" in text) or ("px" in text and ";" in text)


def _below(node: ast.AST) -> set[int]:
    return {id(one) for one in ast.walk(node)}


def _formatted(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Marks that are given no plain text: no catalogue can hold what it will be asked for.

    Nor does one hold what is marked within an f-string, which its collector does not look into.
    """
    for joined in ast.walk(tree):
        if not isinstance(joined, ast.JoinedStr):
            continue
        for call in ast.walk(joined):
            if not isinstance(call, ast.Call) or _name(call) not in MARKS:
                continue
            if any(isinstance(one, ast.Constant) for one in call.args[:1]):
                yield call.lineno, ast.unparse(call)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS:
            texts = call.args[:2] if call.func.id == "ntr" else call.args[:1]
            for one in texts:
                if isinstance(one, (ast.JoinedStr, ast.BinOp)):
                    yield one.lineno, ast.unparse(one)
