"""Analyse pictures and videos from files."""

from fer_core.app.analyse.page import show_analyse_page
from fer_core.app.routing import require_router

require_router()
show_analyse_page()
