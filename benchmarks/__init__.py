"""Measures this suite and its peers side by side: the same work, in turns, on one machine."""
