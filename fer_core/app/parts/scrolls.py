"""Tables that say that they scroll, where they do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from fer_core.app.language.spoken import tr

#: Of Streamlit's tables: pixels of a letter, of a cell's margins, and of the widest column.
_LETTER_PX, _MARGINS_PX, _MOST_PX = 7.4, 28.0, 400.0
#: Rows that are looked at.
_ROWS: Final = 50


def show_rows(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    *,
    key: str | None = None,
    formats: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """Draw a table that sorts by a click on a column, with a hint below where it is too wide.

    Args:
        rows: what is shown; the names of columns are their titles, unless ``titles`` has others.
        key: of the table.
        formats: printf format by column, such as ``%.1f``.
        titles: what columns are called on the page; a file of the table keeps their names.
        options: as ``st.dataframe`` takes them.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    shown, forms = dict(titles or {}), dict(formats or {})
    columns: dict[Any, Any] = {
        **shown,
        **{
            name: st.column_config.NumberColumn(shown.get(name), format=form)
            for name, form in forms.items()
        },
    }
    with st.container(gap="xxsmall"):
        st.dataframe(frame, key=key, hide_index=True, column_config=columns, **options)
        say_scrolls(table_width_px(frame.rename(columns=shown), _renamed(forms, shown)))


def _renamed(forms: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    return {titles.get(name, name): form for name, form in forms.items()}


def table_width_px(frame: pd.DataFrame, formats: Mapping[str, str] | None = None) -> float:
    """About how wide a table is when nothing of it is cut.

    Args:
        frame: what is shown.
        formats: printf format by column.
    """
    total = 0.0
    for column in frame.columns:
        form = (formats or {}).get(str(column))
        values = frame[column].head(_ROWS)
        texts = [form % v if form and isinstance(v, float) else str(v) for v in values]
        letters = max([len(str(column)), *map(len, texts)])
        total += min(_LETTER_PX * letters + _MARGINS_PX, _MOST_PX)
    return total


def say_scrolls(width_px: float) -> None:
    """Draw the hint; the browser shows it only where the table has less room than it wants."""
    said = tr("Scrolls sideways →")
    st.html(f'<div class="mien-scrolls" style="--wanted: {width_px:.0f}px">{said}</div>')
