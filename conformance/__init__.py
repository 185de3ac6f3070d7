"""The black-box conformance suite for session authentication."""

__version__ = "0.1.0"
