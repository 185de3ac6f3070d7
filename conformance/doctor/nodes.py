"""The other nodes: each shows a stranger what the server at the base URL shows."""

from __future__ import annotations

from conformance.browser import Browser
from conformance.doctor.patient import Patient
from conformance.errors import Unreachable
from conformance.model import SharedNode


def other_nodes(patient: Patient) -> None:
    """Every node answers, and a stranger is signed out there."""
    for node in patient.profile.nodes:
        try:
            _signed_out(patient, node)
        except Unreachable as error:
            seen = f"{node.url} does not answer: {patient.stage.redact(str(error))}"
            patient.wrong("nodes", seen, node.place, "correct its URL, or start it")


def _signed_out(patient: Patient, node: SharedNode) -> None:
    stage = patient.stage
    browser = Browser(node.url, wire=stage.wire, clock=stage.clock, record=stage.record)
    page = patient.page(browser)
    seen = f"a stranger at {node.url}: {page.seen}"
    if page.signed_out:
        patient.ok("nodes", seen)
    else:
        change = "a node has to answer as the server at 'base url' does: is this one its like?"
        patient.wrong("nodes", seen, node.place, change)
