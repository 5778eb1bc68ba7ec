"""Record faces with consent, look them over, train on them, and use the result live."""

from fer_core.app.routing import require_router

require_router()  # before the page's own libraries load: until then the navigation is Streamlit's

from fer_core.app.studio.page import show_studio_page  # noqa: E402

show_studio_page()
