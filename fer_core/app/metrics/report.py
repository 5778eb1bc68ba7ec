"""The selection as one HTML file that opens without a network. No Streamlit here."""

import html
import math
import re
from collections.abc import Callable
from datetime import datetime

from plotly.offline import get_plotlyjs

import fer_core
from fer_core.app.language.spoken import spoken, tr
from fer_core.app.metrics.panel_headline import make_headline
from fer_core.app.metrics.panels import ONE_MODEL, PANELS, make_panel
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Styling,
    Table,
    Text,
    chart_config,
    digits,
    listing,
)
from fer_core.evaluation.analysis import Scoring

_NAME, _DOCTYPE = "Mien", "<!doctype html>"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-top:1px solid #d9d9e3;padding-top:1rem}
table{border-collapse:collapse;font-size:.9rem;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.25rem .6rem;border-bottom:1px solid #d9d9e3;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.small{color:#555;font-size:.9rem}.info,.warning{background:#f4f4f8;padding:.6rem;border-radius:.4rem}
"""


def make_report(
    view: View, *, made_at: datetime, image_format: str, private: Callable[[], dict[str, Scoring]]
) -> str:
    """HTML with plotly.js inside.

    Args:
        view: the selection; panels of one model show its ``focus``.
        made_at: local time, printed.
        image_format: what the charts' camera saves, ``png`` or ``svg``.
        private: as for ``make_panel``.
    """
    names = listing([entry.name for entry in view.chosen] or [tr("no model")])
    title = tr("{models} on {data}").format(models=names, data=view.set_title)
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="small">{_NAME} {fer_core.__version__}, {made_at:%Y-%m-%d %H:%M}.</p>',
        *(_block(block, image_format) for block in make_headline(view)),
    ]
    for panel, about in PANELS.items():
        # What a page does, a file does not: only the first sentence holds here.
        about = tr(about).split(". ")[0].rstrip(".")
        one = panel in ONE_MODEL and view.focus is not None and len(view.scored) > 1
        heading = f"{tr(panel)}: {view.focus.name}" if one and view.focus else tr(panel)
        parts.append(f'<h2>{html.escape(heading)}</h2><p class="small">{html.escape(about)}.</p>')
        blocks = make_panel(panel, view, Styling(), private=private)
        parts += [_block(block, image_format) for block in blocks]
    return (
        f'{_DOCTYPE}<html lang="{spoken().code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>{''.join(parts)}</body></html>\n"
    )


def _block(block: Block, image_format: str) -> str:
    if isinstance(block, Text):
        text = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(block.text))
        if block.kind == "heading":
            return f"<h3>{text}</h3>"
        return f'<p class="{block.kind}">{text}</p>'
    if isinstance(block, Table):
        return _table(block)
    return _chart(block, image_format)


def _chart(chart: Chart, image_format: str) -> str:
    drawn: str = chart.figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        default_width="100%",
        config=chart_config(chart.name, image_format),
    )
    return f'<div role="img" aria-label="{html.escape(chart.alt)}">{drawn}</div>'


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in table.frame.columns)
    rows = []
    for record in table.frame.to_dict("records"):
        cells = [_cell(value, table.formats.get(str(name))) for name, value in record.items()]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(value: object, form: str | None) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isnan(value):
            return "<td></td>"
        return f'<td class="n">{digits(form % value if form else f"{value:,.6g}")}</td>'
    text = "" if value is None or str(value) == "<NA>" else str(value)
    return f"<td>{html.escape(text)}</td>"
