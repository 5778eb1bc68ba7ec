"""What stands between the app and a browser: addresses, ports, certificates."""

from fer_core.hosting.addresses import check_port, clean_base_path, is_loopback, lan_addresses
from fer_core.hosting.certificate import Certificate, check_certificate, ensure_self_signed
from fer_core.hosting.plan import ServingPlan, plan_serving

__all__ = [
    "Certificate",
    "ServingPlan",
    "check_certificate",
    "check_port",
    "clean_base_path",
    "ensure_self_signed",
    "is_loopback",
    "lan_addresses",
    "plan_serving",
]
