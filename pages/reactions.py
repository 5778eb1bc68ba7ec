"""Watch a clip and see which expressions one's face showed at which moment."""

from fer_core.app.routing import require_router

require_router()  # before the page's own libraries load: until then the navigation is Streamlit's

from fer_core.app.reactions.page import show_reactions_page  # noqa: E402

show_reactions_page()
