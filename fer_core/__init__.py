"""Mien: facial expression recognition, live in a browser, on files and from the command line."""

__version__ = "0.1.0"
