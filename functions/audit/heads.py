"""The heads of the log, signed and published once a day: whoever keeps a copy can hold the log's newest rows to it."""

from __future__ import annotations

from credentials.auditlog import SHARDS, Head, sign_heads
from functions.audit import service
from functions.keys import service as keys
from functions.keys.rules import day_of
from functions.shared import log
from functions.shared.config import settings
from functions.shared.objects import public


def key_of(day: str) -> str:
    """Return where a day's heads are published (`2026-11-27`, UTC)."""
    return f".well-known/audit/{day}.jwt"


def publish(at: int) -> bool:
    """Publish the heads as they stand at an instant, epoch seconds; tell whether this call did.

    A day's first word stands: heads that could be put anew could be put to fit a log that was written anew.
    """
    newest = (service.newest(shard) for shard in range(SHARDS))
    heads = [Head(entry.shard, entry.sequence, entry.hash) for entry in newest if entry]
    token = sign_heads(issuer=settings().issuer, at=at, heads=heads, signer=keys.signer("log", at))
    new = public.put_if_absent(key_of(day_of(at)), token.encode("ascii"), content_type="application/jwt")
    log.event("audit.heads-published", new=new)
    return new
