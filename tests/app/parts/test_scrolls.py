import pandas as pd
import pytest

from fer_core.app.parts.scrolls import table_width_px


def test_a_table_is_as_wide_as_its_longest_cells() -> None:
    narrow = pd.DataFrame({"a": ["x"]})
    wide = pd.DataFrame({"a": ["x"], "accuracy (%)": [70.123456]})
    assert table_width_px(narrow) == pytest.approx(7.4 + 28)
    assert table_width_px(wide, {"accuracy (%)": "%.1f"}) == pytest.approx(2 * 28 + 13 * 7.4)
    assert table_width_px(pd.DataFrame({"a": ["x" * 999]})) == 400
