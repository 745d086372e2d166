"""The tables `status_list` (a list, or the head of a half-day) and `withdrawal` (list / index)."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from functions.matching.grounds import Ground, Unfounded, flaw_of_withdrawal
from functions.shared.tables import Table, TableMeta
from functions.status.rules import Slot


class StatusListRow(Table):
    """A status list: the next counter, the secret its indices are scattered with, how often publishing was asked for.

    `busy_until` is the lease of whoever is publishing it; `published_at` the instant of the newest one.

    The secret never leaves this table: who knew it could tell which passes were signed one after the other.
    """

    class Meta(TableMeta):
        """Found under `TABLE_STATUS_LIST`."""

        logical = "status_list"

    name = UnicodeAttribute(hash_key=True, attr_name="pk")
    next = NumberAttribute(default=0)
    size = NumberAttribute()
    secret = BinaryAttribute(legacy_encoding=False)
    generation = NumberAttribute(default=0)
    published_at = NumberAttribute(default=0)
    opened_at = NumberAttribute()
    busy_until = NumberAttribute(default=0)


class HalfDayRow(Table):
    """The head of a half-day: which wave of its lists is being filled."""

    class Meta(TableMeta):
        """Shares the table `status_list`: a half-day's name is no list's name."""

        logical = "status_list"

    half = UnicodeAttribute(hash_key=True, attr_name="pk")
    wave = NumberAttribute(default=0)


class WithdrawalRow(Table):
    """One withdrawn pass, put once and never changed: the only truth about withdrawal, with what it rests on.

    One that a stranger would not come to cannot be written: `functions/matching/grounds.py` says what that means.
    """

    class Meta(TableMeta):
        """Found under `TABLE_WITHDRAWAL`."""

        logical = "withdrawal"

    list_name = UnicodeAttribute(hash_key=True, attr_name="pk")
    index = UnicodeAttribute(range_key=True, attr_name="sk")
    cause = UnicodeAttribute()
    withdrawn_at = NumberAttribute()
    decided_at = NumberAttribute(default=0)
    policy = UnicodeAttribute(default="")
    evidence = UnicodeAttribute(default="[]")
    by = UnicodeAttribute(default="")

    @classmethod
    def of(cls, slot: Slot, ground: Ground, at: int, *, ttl: int) -> WithdrawalRow:
        """Return the row that withdraws the pass at a place."""
        return cls(
            slot.list,
            str(slot.index),
            cause=ground.cause,
            withdrawn_at=at,
            decided_at=ground.decided_at,
            policy=ground.policy,
            evidence=ground.evidence,
            by=ground.by,
            ttl=ttl,
        )

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:  # noqa: FBT001, FBT002 - the library's
        """Return the row as it is put.

        Raises:
            Unfounded: it takes a pass away without a cause that its evidence gives.
        """
        flaw = flaw_of_withdrawal(self.cause, self.policy, int(self.decided_at), self.evidence, self.by)
        if flaw:
            raise Unfounded(f"a withdrawal without a ground: {flaw}")
        made: dict[str, dict[str, Any]] = super().serialize(null_check)
        return made
