"""Fills stores with sessions: `python -m benchmarks.sessions.seeds FORMAT URL COUNT FILE`.

A module per format, with a function `seed(url, count)` that creates the tables as the framework
does, adds `count` sessions, and yields what a browser presents for each and the name to expect.
Each runs in a process of its own, since frameworks are set up once per process.
"""
