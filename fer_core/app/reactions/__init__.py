"""The Reactions page."""
