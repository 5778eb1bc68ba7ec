"""How good each model is, measured on what, and how far one may believe it."""

from fer_core.app.routing import require_router

require_router()  # before the page's own libraries load: until then the navigation is Streamlit's

from fer_core.app.metrics.page import show_metrics_page  # noqa: E402

show_metrics_page()
