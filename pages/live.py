"""See every face before the camera framed and labelled, live."""

from fer_core.app.live.page import show_live_page
from fer_core.app.routing import require_router

require_router()
show_live_page()
