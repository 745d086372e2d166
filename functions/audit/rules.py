"""The audit log's chain: each row holds the hash of the row before, so that none can be changed or taken out unseen.

A chain is one shard's rows in order of their sequence. Rows leave at its old end after three years, so a chain may
begin in the middle: the first row's link cannot be checked, every later one can. What a chain cannot show is that its
newest rows are missing; whoever keeps the last hash they saw can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

SHARDS = 4
GENESIS = ""  # what the first row of a chain holds in place of a hash


@dataclass(frozen=True)
class Entry:
    """One row: who did what, in which case, how much came of it. Never a pid and never a venue."""

    shard: int
    sequence: int
    at: int
    actor: str
    act: str
    case: str
    query_hash: str
    count: int
    result_hash: str
    previous: str
    hash: str


class Broken(Exception):
    """A chain does not hold; says where and by which law: `altered`, `gap`, `link`, `order` or `shard`."""

    def __init__(self, law: str, entry: Entry) -> None:
        super().__init__(f"shard {entry.shard}, row {entry.sequence}: {law}")
        self.law = law
        self.entry = entry


def row_hash(entry: Entry) -> str:
    """Return the SHA-256, in hex, of the canonical JSON array of everything in a row but its own hash."""
    facts = [
        entry.shard,
        entry.sequence,
        entry.at,
        entry.actor,
        entry.act,
        entry.case,
        entry.query_hash,
        entry.count,
        entry.result_hash,
        entry.previous,
    ]
    return sha256(json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def verify_chain(rows: Iterable[Entry]) -> Entry | None:
    """Check one shard's rows in order and return the last, whose hash a careful auditor writes down.

    Raises:
        Broken: at the first row that does not follow from the one before.
    """
    last: Entry | None = None
    for entry in rows:
        if entry.hash != row_hash(entry):
            raise Broken("altered", entry)
        if last is None:
            _check_first(entry)
        else:
            _check_next(last, entry)
        last = entry
    return last


def _check_first(entry: Entry) -> None:
    if (entry.sequence == 1) != (entry.previous == GENESIS):
        raise Broken("link", entry)


def _check_next(last: Entry, entry: Entry) -> None:
    if entry.shard != last.shard:
        raise Broken("shard", entry)
    if entry.sequence != last.sequence + 1:
        raise Broken("gap" if entry.sequence > last.sequence else "order", entry)
    if entry.previous != last.hash:
        raise Broken("link", entry)
