"""Revisions of the tables, applied by ``fer_core.storage.migrate``."""
