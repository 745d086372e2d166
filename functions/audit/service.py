"""Who did what: appended by every officer's act, read by auditors."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from zlib import crc32

from credentials.auditlog import GENESIS, KEPT_S, SHARDS, Entry, row_hash
from functions.audit.model import AuditRow, row_of, sequence_key
from functions.shared import log
from functions.shared.problems import Unavailable
from functions.shared.tables import living

_ACT = re.compile(r"[a-z][a-z-]{0,31}(\.[a-z-]{1,32})?")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_:#.@|-]{0,128}")
_HEX = re.compile(r"([0-9a-f]{64})?")
_ATTEMPTS = 40


class NotRecorded(Unavailable):
    """The log took no row: nothing is answered without one, and whoever asked is told when to send it again.

    Where a row is written before the act nothing was done. Where it tells what came of one, the act stands: each can be
    sent again, and has its row then.
    """

    def __init__(self) -> None:
        super().__init__(
            "The audit log takes no row at the moment, and nothing is answered without one. Send it again in a minute.",
            retry_after_s=60,
            code="audit",
        )


def hash_of(*facts: str) -> str:
    """Return the hash that stands in a row for a query or a result too telling to be kept."""
    return sha256("\x00".join(facts).encode()).hexdigest()


def record(
    actor: str,
    act: str,
    *,
    case: str | None = None,
    query_hash: str | None = None,
    count: int = 0,
    result_hash: str | None = None,
    at: int,
    attempts: int = _ATTEMPTS,
    pause: Callable[[float], None] = time.sleep,
) -> Entry:
    """Append one act to the log and return its row; call it before the act is acknowledged.

    Arguments: `actor` the caller's subject; `act` like `unit.register`; `case` the id of the thing acted on, never of
    a person or a venue; the two hashes by `hash_of`; `attempts` fewer than usual where somebody waits at a door.

    Raises:
        ValueError: when an argument could be prose: a name must not slip into a log that is kept for years.
        NotRecorded: when the shard was written to by others at every attempt; the act must then not be acknowledged.
    """
    facts = Entry(
        shard=crc32(actor.encode()) % SHARDS,
        sequence=0,
        at=at,
        actor=actor,
        act=act,
        case=case or "",
        query_hash=query_hash or "",
        count=count,
        result_hash=result_hash or "",
        previous=GENESIS,
        hash="",
    )
    _refuse_prose(facts)
    for attempt in range(attempts):
        entry = _following(facts, newest(facts.shard))
        # Two writers that read the same last row aim at the same sequence; the key lets one of them through.
        if row_of(entry, at + KEPT_S).put_if_absent():
            return entry
        pause(random.uniform(0, 0.01 * min(attempt + 1, 10)))  # noqa: S311 - jitter, not a secret
    refused = NotRecorded()
    log.failure("audit.not-recorded", refused, shard=facts.shard)  # an orderly refusal alone would call nobody
    raise refused


def entries(shard: int, *, after: int = 0, limit: int | None = None, at: int) -> Iterator[Entry]:
    """Yield a shard's rows that follow the sequence `after`, oldest first, at most `limit`."""
    rows = AuditRow.query(str(shard), AuditRow.sequence > sequence_key(after), consistent_read=True, page_size=limit)
    # Counted once those past their life are left out: a page that is not full is the last.
    return (row.entry() for row in islice(living(rows, at), limit))


def _following(facts: Entry, last: Entry | None) -> Entry:
    linked = replace(facts, sequence=last.sequence + 1 if last else 1, previous=last.hash if last else GENESIS)
    return replace(linked, hash=row_hash(linked))


def newest(shard: int) -> Entry | None:
    """Return a shard's newest row, None when it has none."""
    # Rows past their life count too while they are there: the chain goes on from them.
    for row in AuditRow.query(str(shard), consistent_read=True, scan_index_forward=False, limit=1):
        return row.entry()
    return None


def _refuse_prose(facts: Entry) -> None:
    wrong = (
        not _ACT.fullmatch(facts.act)
        or not _IDENTIFIER.fullmatch(facts.actor)
        or not _IDENTIFIER.fullmatch(facts.case)
        or not _HEX.fullmatch(facts.query_hash)
        or not _HEX.fullmatch(facts.result_hash)
    )
    if wrong:
        raise ValueError("an audit row holds ids, counts and hashes only")
