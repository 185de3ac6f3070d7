"""Measures what a session check costs: the reference beside what people would use instead."""
