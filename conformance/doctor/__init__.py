"""Proves a profile before any verdict: every sign and action with a positive and a negative try."""
