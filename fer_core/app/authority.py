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

from fer_core.app.language.asked import language_asked
from fer_core.app.language.spoken import speaking, spoken, tr
from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.hosting.authority import Authority, profile_of
from fer_core.hosting.policy import TEXT_PAGE, headers_of
from fer_core.text import mark

ROUTE: Final = "/certificate"
PROFILE, PLAIN = f"{ROUTE}/mien.mobileconfig", f"{ROUTE}/mien.crt"
_HEADERS: Final = {"Cache-Control": "no-store", **headers_of(TEXT_PAGE)}
_NONE: Final = mark(
    "This server has no authority of its own; whoever runs it makes one by `mien certificate`."
)
_HEAD: Final = """<!doctype html><html lang="{code}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Mien</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 38rem; margin: 8vh auto; padding: 0 1.2rem }}
code {{ overflow-wrap: anywhere }} a {{ color: light-dark(#4338A8, #B5AEFF) }}</style>"""  # noqa: E501
#: Where ``<a>`` leads in a text.
_PROFILE_LINK, _PLAIN_LINK = "certificate/mien.mobileconfig", "certificate/mien.crt"


async def show_steps(request: Request) -> Response:
    """``GET /certificate``; 404 without an authority."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return _none(request)
    with speaking(language_asked(request.headers)):
        return HTMLResponse(_page(cert), headers=_HEADERS)


def _page(cert: x509.Certificate) -> str:
    """The steps on each device, as HTML, in the language that is spoken here."""
    may = cert.extensions.get_extension_for_class(x509.NameConstraints).value
    named = [
        one.value
        for one in may.permitted_subtrees or ()
        if isinstance(one, x509.DNSName) and "." in one.value and one.value != "home.arpa"
    ]
    reach = tr("It can vouch for names of a local network only.")
    if named:
        reach = tr("It can vouch for names of a local network and for {names} only.").format(
            names=escape(", ".join(named))
        )
    trust = tr(
        "Install the authority of this computer once; the browser then warns no more, and iPhones "
        "let the page's connection through."
    )
    compare = tr(
        "Compare this fingerprint (SHA-256) with the one that <code>mien certificate</code> "
        "printed for whoever runs this server:"
    )
    until = tr("It is good until {day}. Take it out the same way when you need it no more.")
    apple = [
        tr("Open <a>the profile</a> in Safari and allow the download."),
        tr("Settings, General, VPN &amp; Device Management: open the profile and install it."),
        tr("Settings, General, About, Certificate Trust Settings: switch its trust on."),
        tr("Open Mien again."),
    ]
    android = [
        tr("Download <a>the certificate</a>."),
        tr('Settings, search for "CA certificate", and choose the file.'),
    ]
    computers = tr(
        "macOS takes the profile, Windows and Linux <a>the certificate</a> into the trusted root "
        "authorities; Firefox has a list of its own, under Settings, Certificates."
    )
    trusting, others, before = (
        tr("Let this device trust Mien"),
        tr("Computers"),
        tr("Before you do"),
    )
    parts = [
        _HEAD.format(code=spoken().code, title=tr("Certificate")),
        f"<h1>{trusting}</h1>\n<p>{trust} {reach}</p>",
        f"<h2>iPhone, iPad</h2>{_steps(apple, _PROFILE_LINK)}",
        f"<h2>Android</h2>{_steps(android, _PLAIN_LINK)}",
        f"<h2>{others}</h2><p>{_linked(computers, _PLAIN_LINK)}</p>",
        f"<h2>{before}</h2><p>{compare}</p>",
        f"<p><code>{cert.fingerprint(hashes.SHA256()).hex(':').upper()}</code></p>",
        f"<p>{until.format(day=f'{cert.not_valid_after_utc:%Y-%m-%d}')}</p></html>",
    ]
    return "\n".join(parts)


def _steps(texts: list[str], link: str) -> str:
    return "".join(["<ol>", *(f"\n<li>{_linked(text, link)}</li>" for text in texts), "</ol>"])


def _linked(text: str, link: str) -> str:
    return text.replace("<a>", f'<a href="{link}">')


def _none(request: Request) -> Response:
    said = language_asked(request.headers).tr(_NONE)
    return PlainTextResponse(said, 404, headers=_HEADERS)


async def send_profile(request: Request) -> Response:
    """``GET /certificate/mien.mobileconfig``."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return _none(request)
    kind = "application/x-apple-aspen-config"
    return Response(profile_of(cert), media_type=kind, headers=_HEADERS)


async def send_plain(request: Request) -> Response:
    """``GET /certificate/mien.crt``, in DER."""
    cert = await run_in_threadpool(_read)
    if cert is None:
        return _none(request)
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
