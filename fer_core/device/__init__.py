"""What a visitor's own browser needs to do the same analysis: numbers, networks, test vectors."""

from fer_core.device.networks import Network, model_hindrance, network_files
from fer_core.device.numbers import device_numbers

__all__ = ["Network", "device_numbers", "model_hindrance", "network_files"]
