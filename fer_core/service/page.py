"""The OpenAPI description as a page without any script: nothing is loaded from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Any

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Mien: HTTP API</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1.2rem }}
section {{ border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); margin-top: 1.5rem }}
code {{ font-size: .95em; overflow-wrap: anywhere }} td, th {{ text-align: left; padding: .15rem .8rem .15rem 0;
vertical-align: top }} table {{ border-collapse: collapse }} h2 code {{ font-size: 1.1rem }}
a {{ color: light-dark(#4338A8, #B5AEFF) }}</style>
<h1>HTTP API</h1><p>{about}</p><p>For programs: <a href="openapi.json">openapi.json</a>.</p>
{parts}</html>"""  # noqa: E501


def render_page(schema: dict[str, Any]) -> str:
    """HTML of an OpenAPI schema."""
    parts = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(f"{method.upper()} {path.lstrip('/')}", operation))
    for name, model in schema["components"]["schemas"].items():
        parts.append(_model(name, model))
    return _PAGE.format(about=escape(schema["info"]["description"]), parts="\n".join(parts))


def _operation(name: str, operation: dict[str, Any]) -> str:
    rows = [
        (one["name"], _kind(one["schema"]), one.get("description", ""))
        for one in operation.get("parameters", [])
    ]
    answers = [
        (code, _answer(answer), answer.get("description", ""))
        for code, answer in operation["responses"].items()
    ]
    return (
        f"<section><h2><code>{escape(name)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{_table(('parameter', 'type', ''), rows)}{_table(('answer', 'body', ''), answers)}"
        "</section>"
    )


def _model(name: str, model: dict[str, Any]) -> str:
    rows = [
        (key, _kind(value), value.get("description", ""))
        for key, value in model.get("properties", {}).items()
    ]
    return (
        f"<section><h2><code>{escape(name)}</code></h2>"
        f"<p>{escape(model.get('description', ''))}</p>"
        f"{_table(('key', 'type', ''), rows)}</section>"
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(first)}</code></td><td>{escape(second)}</td>"
        f"<td>{escape(third)}</td></tr>"
        for first, second, third in rows
    )
    return f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>{cells}</table>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "value"))


def _answer(answer: dict[str, Any]) -> str:
    content = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return _kind(content) if content else ""
