"""The whole closed vocabulary, put together from the modules that give its words their meaning."""

from __future__ import annotations

from conformance.changes import carriers, credential_changes, csrf_changes
from conformance.claims import claims
from conformance.durations import durations
from conformance.expectations import expectations
from conformance.guessing import disguises
from conformance.jwtchanges import token_changes
from conformance.model import Vocabulary
from conformance.needs import needs
from conformance.newcomers import newcomers
from conformance.origins import origins
from conformance.paths import path_spellings
from conformance.returns import addresses
from conformance.sendings import sendings
from conformance.shapes import shapes
from conformance.verbs import verbs

VOCABULARY = Vocabulary(
    verbs=verbs.words,
    expectations=expectations.words,
    durations=durations.words,
    needs=needs.words,
    credential_changes=credential_changes.words,
    token_changes=token_changes.words,
    carriers=carriers.words,
    csrf_changes=csrf_changes.words,
    origins=origins.words,
    path_spellings=path_spellings.words,
    claims=claims.words,
    newcomers=newcomers.words,
    shapes=shapes.words,
    sendings=sendings.words,
    addresses=addresses.words,
    disguises=disguises.words,
)
