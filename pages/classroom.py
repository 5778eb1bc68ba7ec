"""See how a class as a whole attends; students join from their own devices."""

from fer_core.app.routing import require_router

require_router()  # before the page's own libraries load: until then the navigation is Streamlit's

from fer_core.app.classroom.page import show_classroom_page  # noqa: E402

show_classroom_page()
