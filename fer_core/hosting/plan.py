"""How one start of the app serves: where, with which certificate, under which addresses."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_core.errors import ConfigError
from fer_core.hosting.addresses import (
    check_port,
    is_loopback,
    is_wildcard,
    lan_addresses,
    lan_addresses_v6,
)
from fer_core.hosting.authority import Authority, ensure_signed
from fer_core.hosting.certificate import Certificate, check_certificate, ensure_self_signed


@dataclass(frozen=True)
class ServingPlan:
    """One start of the app."""

    host: str
    port: int
    certificate: Certificate | None
    names: tuple[str, ...]
    base_path: str = ""

    @property
    def scheme(self) -> str:
        """``http`` on loopback, ``https`` else."""
        return "http" if self.certificate is None else "https"

    @property
    def urls(self) -> tuple[str, ...]:
        """Addresses that a person can open, the likeliest first."""
        hosts = (f"[{name}]" if ":" in name else name for name in self.names)
        return tuple(f"{self.scheme}://{host}:{self.port}{self.base_path}" for host in hosts)

    def announcement(self) -> str:
        """The one line that the person who started the app reads."""
        line = f"Mien is ready: {' or '.join(self.urls)}"
        if self.certificate is not None and self.certificate.is_self_signed:
            line += " (self-signed certificate: the browser asks once whether to go on)"
        return line

    def streamlit_options(self) -> dict[str, Any]:
        """Streamlit's own settings for this start."""
        options: dict[str, Any] = {
            "server.address": self.host,
            "server.port": self.port,
            "server.headless": True,
            "browser.gatherUsageStats": False,
            # Known here, so that no server outside is asked which addresses are this one's.
            "browser.serverAddress": self.names[0],
            "logger.level": "warning",  # its start would name the address a second time
            # Streamlit's own greeting asks a server outside for this computer's public address.
            "logger.hideWelcomeMessage": True,
        }
        if self.certificate is not None:
            options["server.sslCertFile"] = str(self.certificate.cert)
            options["server.sslKeyFile"] = str(self.certificate.key)
        return options


def plan_serving(
    host: str,
    port: int,
    *,
    cert: Path | None,
    key: Path | None,
    tls_folder: Path,
    base_path: str = "",
) -> ServingPlan:
    """Check everything that can be wrong before the app starts.

    Loopback is served over http, which browsers trust there; everything else over https, with
    the certificate given, else with one kept in the folder: signed by the authority there, or by
    itself.

    Raises:
        ConfigError: the port or address can't be used, or the certificate.
    """
    if (cert is None) != (key is None):
        given, missing = ("CERT", "KEY") if key is None else ("KEY", "CERT")
        raise ConfigError(f"{given} is given without {missing}; a certificate needs both files.")
    check_port(host, port)
    names = _names_of_all(host) if is_wildcard(host) else (host,)
    certificate = None
    if cert is not None and key is not None:
        certificate = check_certificate(cert, key)
    elif not is_loopback(host):
        has_authority = Authority.of(tls_folder).is_there
        certificate = (ensure_signed if has_authority else ensure_self_signed)(tls_folder, names)
    return ServingPlan(
        host=host, port=port, certificate=certificate, names=names, base_path=base_path
    )


def _names_of_all(wildcard: str) -> tuple[str, ...]:
    """By which this computer is reached where a server listens on all its addresses."""
    names = lan_addresses()
    if ":" in wildcard:
        # Browsers give no camera to an address in brackets: where there is no other, a name.
        names = (*(names or (socket.gethostname(),)), *lan_addresses_v6())
    return names or ("127.0.0.1",)
