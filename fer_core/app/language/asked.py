"""The language in which a request is answered that no page of Streamlit's stands behind."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from fer_core.app.language.language import NAMES, Language, accepted_tags, language_of, nearest
from fer_core.app.language.spoken import KEY


def language_asked(headers: Headers) -> Language:
    """What was chosen on an earlier visit, or the browser's own language; English without."""
    kept = cookie_parser(headers.get("cookie", "")).get(KEY)
    if kept in NAMES:
        return language_of(str(kept))
    return language_of(nearest(accepted_tags(headers.get("accept-language", ""))))
