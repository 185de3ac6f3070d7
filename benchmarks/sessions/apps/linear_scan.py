"""Sessions in a list that is searched from the start, as the classic exercise teaches.

`BENCHMARK_SESSIONS` is a JSON file of them. It is read once at the start, or, with
`BENCHMARK_REREAD=1`, at every look-up, as the exercise's file storage does it.
"""

import json
import os
from pathlib import Path

from flask import Flask, Response, jsonify, request

FILE = Path(os.environ["BENCHMARK_SESSIONS"])
REREAD = os.environ.get("BENCHMARK_REREAD") == "1"

app = Flask(__name__, static_folder=None)
held = json.loads(FILE.read_text())


@app.get("/me")
def me() -> Response:
    """Answer the name that belongs to the session."""
    sessions = json.loads(FILE.read_text()) if REREAD else held
    token = request.cookies.get("session")
    for one in sessions:
        if one["session_id"] == token:
            return jsonify(email=one["email"])
    return Response(status=401)
