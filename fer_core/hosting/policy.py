"""What a browser may do with an answer (Content Security Policy, W3C, level 3). Pure.

Everything that is no page may do nothing. Pages of our own are text with a style. Streamlit's page
runs scripts of this server, those that stand in it (told by their hashes) and those of components,
which it makes from texts (``blob:``); WebAssembly may be compiled, no text may be run as a script.
"""

import base64
import hashlib
import re
from typing import Final

#: For texts, JSON, profiles: nothing runs, nothing is loaded, nothing frames them.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: For pages of text with a style of their own.
TEXT_PAGE: Final = f"{NOTHING}; style-src 'unsafe-inline'"
#: For a worker's own file: code and files of this server, and WebAssembly.
WORKER: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

_INLINE: Final = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def headers_of(policy: str) -> dict[str, str]:
    """The policy, and that the type of content is to be believed."""
    return {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}


def page_policy(html: bytes) -> str:
    """For Streamlit's page.

    Args:
        html: the page as it is sent; the scripts that stand in it may run, and no other text may.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode('ascii')}'"
        for script in _INLINE.findall(html)
    )
    return (
        f"default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' {hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; "
        "frame-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'"
    )
