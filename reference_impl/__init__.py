"""A session-authentication server meant to be read: the reference of session-conformance."""
