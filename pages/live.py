"""See every face before the camera framed and labelled, live."""

from fer_core.app.live import show_live_page

show_live_page()
