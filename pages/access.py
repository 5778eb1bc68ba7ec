"""The owner gives and withdraws roles, and reads the audit log."""

from fer_core.app.access.page import show_access_page
from fer_core.app.routing import require_router

require_router()
show_access_page()
