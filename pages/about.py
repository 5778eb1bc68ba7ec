"""What Mien measures, what it does with the picture, and what it is made of."""

from fer_core.app.about import show_about_page
from fer_core.app.routing import require_router

require_router()
show_about_page()
