"""Check in, follow one's own course, and see teams only as a whole."""

from fer_core.app.routing import require_router

require_router()  # before the page's own libraries load: until then the navigation is Streamlit's

from fer_core.app.wellbeing.page import show_wellbeing_page  # noqa: E402

show_wellbeing_page()
