"""Servers with one planted defect each; every one must be caught, and every scenario must catch."""
