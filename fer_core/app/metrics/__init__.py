"""The Metrics page. It is imported when first opened: a live page never pays for pandas.

``blocks`` is what a panel consists of; ``view`` the selection with everything read for it;
``panel_*`` make blocks from a view, without Streamlit; ``page`` shows them, ``report`` writes them
into one file.
"""
