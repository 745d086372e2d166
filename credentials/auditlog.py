"""The audit log's chain, and the signed heads by which its newest rows are held to.

Each row holds the hash of the row before, so that none can be changed, moved or taken out unseen. A chain is one shard's
rows in order of their sequence. Rows leave at its old end after three years, so a chain may begin in the middle: the
first row's link cannot be checked, every later one can. What a chain cannot show by itself is that its newest rows are
missing, or that all of it was written anew: its head is published each day, signed, and whoever keeps a copy can. Nor
can it show that its oldest rows left too early: each row after a head that was signed within three years must be there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from credentials import jws
from credentials.curve import Signer
from credentials.keys import KeySet, header_table
from credentials.payload import Instant
from credentials.refusals import Unreadable, Untrusted

SHARDS: Final = 4
KEPT_S: Final = 3 * 365 * 86_400  # how long a row is kept
GENESIS: Final = ""  # what the first row of a chain holds in place of a hash
TYP: Final = "audit-heads+jwt"
MAX_CHARS: Final = 8_192


@dataclass(frozen=True)
class Entry:
    """One row: who did what, in which case, how much came of it. Never a pid; a venue by a hash, or as who acted.

    `hash` is the SHA-256 of the JSON array of the others in this order, `previous` the row before's.
    """

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


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """A shard's newest row as it was when heads were signed."""

    shard: Annotated[int, Meta(ge=0, lt=SHARDS)]
    sequence: Annotated[int, Meta(ge=1)]
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Heads(Struct, frozen=True, forbid_unknown_fields=True):
    """The heads of all shards that have rows, at the instant `iat`."""

    iss: str
    iat: Instant
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Checked:
    """What a check of one shard found: its first and last row, how many heads it was held to, how many are older."""

    first: Entry | None = None
    last: Entry | None = None
    rows: int = 0
    held: int = 0
    older: int = 0


class Broken(Exception):
    """A chain does not hold; says where and by which law.

    `altered`, `gap`, `link`, `order` and `shard` are of the row itself; `rewritten`: another row stood there when a head
    was signed; `cut`: rows that a signed head names, or that followed it, are not there any more.
    """

    def __init__(self, law: str, shard: int, sequence: int) -> None:
        super().__init__(f"shard {shard}, row {sequence}: {law}")
        self.law = law
        self.shard = shard
        self.sequence = sequence


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


def oldest_kept(signed: Iterable[Heads], shard: int, at: int) -> int | None:
    """Return after which row of a shard none may be missing: each came after heads signed less than three years ago.

    A shard that is not among the heads had no row yet. None when all heads are older, or there are none.
    """
    # A row's instant is its request's, which began before the row was written: a day is more than any request takes.
    young = (one for one in signed if one.iat + KEPT_S > at + 86_400)
    newest = (next((head.sequence for head in one.heads if head.shard == shard), 0) for one in young)
    return min(newest, default=None)


def verify_chain(rows: Iterable[Entry], heads: Collection[Head] = (), after: int | None = None) -> Checked:
    """Check one shard's rows in order, and that each head of it that was signed is among them.

    Args:
        rows: oldest first, each once; read once, so that a log of any length fits.
        heads: those of this shard, in any order.
        after: the sequence after which no row may be missing, by `oldest_kept`.

    Raises:
        Broken: at the first row that does not follow from the one before, or is not what a head says.
    """
    signed: dict[int, set[str]] = {}
    for head in heads:
        signed.setdefault(head.sequence, set()).add(head.hash)
    first: Entry | None = None
    last: Entry | None = None
    count = held = 0
    for entry in rows:
        if first is None and after is not None and entry.sequence > after + 1:
            raise Broken("cut", entry.shard, after + 1)
        _check_row(entry, last)
        if signed.get(entry.sequence, {entry.hash}) != {entry.hash}:
            raise Broken("rewritten", entry.shard, entry.sequence)
        first, last, count, held = first or entry, entry, count + 1, held + (entry.sequence in signed)
    for head in heads:
        if head.sequence > (last.sequence if last else 0):
            raise Broken("cut", head.shard, head.sequence)
    return Checked(first, last, count, held, len(signed) - held)


def sign_heads(*, issuer: str, at: int, heads: Iterable[Head], signer: Signer) -> str:
    """Sign the heads of all shards.

    Args:
        issuer: the issuer's URL.
        at: epoch seconds, their `iat`.
        heads: one a shard that has rows.
        signer: a *log* key.
    """
    content = msgspec.json.encode(Heads(issuer, at, tuple(heads)))
    return jws.sign_compact(jws.header_text(TYP, signer.kid), content, signer)


def read_heads(token: str, keys: KeySet, issuer: str) -> Heads:
    """Return what was signed.

    Raises:
        Unreadable: no signed heads.
        Untrusted: signed by another key than the issuer's log key of that day, or for another issuer.
    """
    key, raw, signature = jws.open_token(token, MAX_CHARS, header_table(keys, TYP), TYP)
    jws.check_signature(key.key, token, signature, key.kid)
    try:
        found = msgspec.json.decode(raw, type=Heads)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("shape", "no heads of a log") from None
    if found.iss != issuer:
        raise Untrusted("another issuer's", key.kid)
    if not key.may_sign("log", found.iat):
        raise Untrusted("a key that signs no logs, or not then", key.kid)
    return found


def _check_row(entry: Entry, last: Entry | None) -> None:
    law = _broken_law(entry, last)
    if law:
        raise Broken(law, entry.shard, entry.sequence)


def _broken_law(entry: Entry, last: Entry | None) -> str:
    if entry.hash != row_hash(entry):
        return "altered"
    if last is None:
        return "" if (entry.sequence == 1) == (entry.previous == GENESIS) else "link"
    if entry.shard != last.shard:
        return "shard"
    if entry.sequence != last.sequence + 1:
        return "gap" if entry.sequence > last.sequence else "order"
    return "" if entry.previous == last.hash else "link"
