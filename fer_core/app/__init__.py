"""The Streamlit front end: cached resources, widgets, charts and the substance of each page."""
