"""The comparison for programs: JSON, described by `matrix.schema.json` beside this module."""

from __future__ import annotations

import json
from typing import Any

from conformance.data import shipped_json
from conformance.matrix.table import Cell, Column, Matrix, Row

SCHEMA = "session-conformance/matrix/1"


def as_json(matrix: Matrix) -> str:
    """Return the whole comparison as JSON, in ASCII; `cells` are in the order of `targets`."""
    value = {
        "schema": SCHEMA,
        "suite": {
            "versions": list(matrix.suite_versions),
            "scenarios_sha256": list(matrix.editions),
        },
        "targets": [_column(one) for one in matrix.columns],
        "requirements": [_row(one) for one in matrix.rows],
    }
    return json.dumps(value, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema that every comparison meets."""
    return shipped_json("conformance.matrix", "matrix.schema.json")


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "version": column.version,
        "verdict": column.verdict.value if column.verdict else None,
        "classes": {
            name.value: verdict.value if verdict else None
            for name, verdict in column.classes.items()
        },
        "counts": {outcome.value: number for outcome, number in column.counts.items()},
        "could_not_be_run": column.trouble or None,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "level": row.level.value,
        "class": row.conformance_class.value,
        "says": row.says,
        "cells": [_cell(one) for one in row.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "outcome": cell.outcome.value if cell.outcome else None,
        "reasons": list(cell.reasons),
    }
