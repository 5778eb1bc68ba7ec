"""The Metrics page. Only this page imports plotly and pandas: a live page never pays for them.

``blocks`` is what a panel consists of; ``view`` the selection with everything read for it;
``panel_*`` make blocks from a view, without Streamlit; ``page`` shows them, ``report`` writes them
into one file.
"""
