"""The JSON-LD context that gives our members their meaning, published at `<issuer>/contexts/v1`."""

from __future__ import annotations

from importlib.resources import files

from credentials.shape import is_issuer


def context_document(issuer: str) -> bytes:
    """Version 1 of the context for this issuer, as the bytes to publish (`application/ld+json`).

    It never changes: a later meaning is a `v2` beside it. It extends the W3C's credentials context, which already
    gives `id`, `type`, `name`, `issuer`, `validFrom`, `validUntil` and the status entry theirs.
    """
    if not is_issuer(issuer):
        raise ValueError("an issuer is an https URL without a trailing slash")
    source = files("credentials").joinpath("data", "context-1.json").read_text(encoding="utf-8")
    return source.replace("{issuer}", issuer).encode()
