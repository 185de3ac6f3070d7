"""The servers that are measured: one endpoint each, `/me`, that answers the user's name.

Each is written as its framework's documentation shows. `BENCHMARK_DATABASE` is the URL of the
store, in SQLAlchemy's spelling.
"""
