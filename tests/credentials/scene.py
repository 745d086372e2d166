"""One issuer with its keys, one holder: what the tests of this room start from."""

from __future__ import annotations

from credentials import KeySet, Verifier
from tests.vectors.material import ISSUER, jwks

KEYS = KeySet.from_jwks(jwks())
VERIFIER = Verifier(KEYS, issuer=ISSUER)
