"""The history of the schema: one file in versions/ per step, run by models/migrations.py."""
