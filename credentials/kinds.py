"""The kinds of credential a verifier knows. A later kind adds a row and a subject's shape, not a second verifier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind's `type` says, and what follows from it."""

    name: str
    types: tuple[str, ...]
    printed: bool


PASS = Kind("pass", ("VerifiableCredential", "EpidemicPass"), printed=False)
PRINTED_PASS = Kind("printed-pass", ("VerifiableCredential", "EpidemicPass", "PrintedPass"), printed=True)

KINDS: dict[tuple[str, ...], Kind] = {kind.types: kind for kind in (PASS, PRINTED_PASS)}
