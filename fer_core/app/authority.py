"""``/certificate``: the authority of this computer for phones to install, and the steps on each.

Whoever opens it has met the browser's warning already; it says how that ends. What is handed out is
public: the authority's certificate, never its key.
"""

from html import escape
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.hosting.authority import Authority, profile_of
from fer_core.hosting.policy import TEXT_PAGE, headers_of

ROUTE: Final = "/certificate"
PROFILE, PLAIN = f"{ROUTE}/mien.mobileconfig", f"{ROUTE}/mien.crt"
_HEADERS: Final = {"Cache-Control": "no-store", **headers_of(TEXT_PAGE)}
_NONE: Final = (
    "This server has no authority of its own; whoever runs it makes one by `mien certificate`."
)
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Certificate · Mien</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 38rem; margin: 8vh auto; padding: 0 1.2rem }}
code {{ overflow-wrap: anywhere }} a {{ color: light-dark(#4338A8, #B5AEFF) }}</style>
<h1>Let this device trust Mien</h1>
<p>Install the authority of this computer once; the browser then warns no more, and iPhones let the
page's connection through. It can vouch for names of a local network{names} only.</p>
<h2>iPhone, iPad</h2><ol>
<li>Open <a href="certificate/mien.mobileconfig">the profile</a> in Safari and allow the download.</li>
<li>Settings, General, VPN &amp; Device Management: open the profile and install it.</li>
<li>Settings, General, About, Certificate Trust Settings: switch its trust on.</li>
<li>Open Mien again.</li></ol>
<h2>Android</h2><ol><li>Download <a href="certificate/mien.crt">the certificate</a>.</li>
<li>Settings, search for "CA certificate", and choose the file.</li></ol>
<h2>Computers</h2><p>macOS takes the profile, Windows and Linux
<a href="certificate/mien.crt">the certificate</a> into the trusted root authorities; Firefox has a list
of its own, under Settings, Certificates.</p>
<h2>Before you do</h2><p>Compare this fingerprint (SHA-256) with the one that <code>mien
certificate</code> printed for whoever runs this server:</p><p><code>{print}</code></p>
<p>It is good until {until}. Take it out the same way when you need it no more.</p></html>"""  # noqa: E501


async def show_steps(_: Request) -> Response:
    """``GET /certificate``; 404 without an authority."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return PlainTextResponse(_NONE, 404, headers=_HEADERS)
    may = cert.extensions.get_extension_for_class(x509.NameConstraints).value
    named = [
        one.value
        for one in may.permitted_subtrees or ()
        if isinstance(one, x509.DNSName) and "." in one.value and one.value != "home.arpa"
    ]
    page = _PAGE.format(
        names=escape(f" and for {', '.join(named)}" if named else ""),
        print=cert.fingerprint(hashes.SHA256()).hex(":").upper(),
        until=f"{cert.not_valid_after_utc:%Y-%m-%d}",
    )
    return HTMLResponse(page, headers=_HEADERS)


async def send_profile(_: Request) -> Response:
    """``GET /certificate/mien.mobileconfig``."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return PlainTextResponse(_NONE, 404, headers=_HEADERS)
    kind = "application/x-apple-aspen-config"
    return Response(profile_of(cert), media_type=kind, headers=_HEADERS)


async def send_plain(_: Request) -> Response:
    """``GET /certificate/mien.crt``, in DER."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return PlainTextResponse(_NONE, 404, headers=_HEADERS)
    content = cert.public_bytes(serialization.Encoding.DER)
    return Response(content, media_type="application/x-x509-ca-cert", headers=_HEADERS)


def _read() -> x509.Certificate | None:
    found = Authority.of(settings().data_dir / "tls")
    if not found.is_there:
        return None
    try:
        return found.read()
    except ConfigError:
        return None
