"""The numbers behind a chart."""

import plotly.graph_objects as go

from fer_core.app.parts.plot_table import MAX_POINTS, table_of


def test_lines_have_a_row_a_point_and_guides_none() -> None:
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], name="chance", hoverinfo="skip")
    figure.add_scatter(x=[1, 2, 3], y=[70.123456, None, float("nan")], name="<one>")
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title="accuracy (%)")
    table = table_of(figure, "Accuracy & more")
    assert "<caption>Accuracy &amp; more</caption>" in table
    assert '<th scope="col">epoch</th><th scope="col">accuracy (%)</th>' in table
    assert table.count("<tr>") == 2, "the head, and the one point that is there"
    assert "<td>&lt;one&gt;</td><td>1</td><td>70.12</td>" in table


def test_cells_are_rows_and_long_lines_are_thinned() -> None:
    matrix = go.Figure(go.Heatmap(x=["sad"], y=["happy"], z=[[3.0]], text=[["3 of 9"]]))
    matrix.add_scatter(x=["sad"], y=["happy"], mode="markers", marker={"opacity": 0.0})
    assert "<td>happy</td><td>3 of 9</td>" in table_of(matrix, "matrix")
    long = go.Figure(go.Scatter(x=list(range(999)), y=list(range(999))))
    assert table_of(long, "long").count("<tr>") == MAX_POINTS + 1
    assert "<td>998</td><td>998</td>" in table_of(long, "long")
    assert table_of(go.Figure(), "nothing") == ""
