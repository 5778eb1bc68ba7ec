"""Teach a network on labelled faces and let it serve the live page."""

from fer_core.app.routing import require_router
from fer_core.app.training.page import show_training_page

require_router()
show_training_page()
