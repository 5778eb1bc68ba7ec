"""Blocks of pages: their tables as files."""

import numpy as np
import pandas as pd

from fer_core.app.parts.blocks import Table


def test_a_table_as_a_file_begins_no_formula() -> None:
    frame = pd.DataFrame({"model": ["=mien", "plain"], "n": [3, 4], "share": [0.5, np.nan]})
    assert Table(frame, "t").csv() == b"model,n,share\n'=mien,3,0.5\nplain,4,\n"
    frame.loc[0, "model"] = "\u00fc"
    assert Table(frame, "t").csv().decode().startswith("\ufeffmodel,n,share\n\u00fc,3")
