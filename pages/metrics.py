"""How good each model is, measured on what, and how far one may believe it."""

from fer_core.app.metrics.page import show_metrics_page
from fer_core.app.routing import require_router

require_router()
show_metrics_page()
