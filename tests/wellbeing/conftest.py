"""A store for what is recorded."""

from tests.stores import clock, sqlite_store, sqlite_template

__all__ = ["clock", "sqlite_store", "sqlite_template"]
