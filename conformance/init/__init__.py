"""Writes a profile for a server that nobody has described yet, from its URL or a recorded login."""
