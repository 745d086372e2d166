"""The `canary` table: one row a canary, kept as long as what it left elsewhere."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.canary.rules import Canary
from functions.shared.clock import DAY_S
from functions.shared.tables import Table, TableMeta

KEPT_S = 14 * DAY_S


class CanaryRow(Table):
    """How far a canary is. Every step can be repeated, so that whoever looks next goes on where another was killed.

    `number` is the invented document's; `negative` and `correction` are the jobs of its two uploads.
    """

    class Meta(TableMeta):
        """Found under `TABLE_CANARY`."""

        logical = "canary"

    name = UnicodeAttribute(hash_key=True, attr_name="pk")
    number = UnicodeAttribute()
    begun_at = NumberAttribute()
    negative = UnicodeAttribute(null=True)
    token = UnicodeAttribute(null=True)
    corrected_at = NumberAttribute(null=True)
    correction = UnicodeAttribute(null=True)
    applied_at = NumberAttribute(null=True)
    decided_at = NumberAttribute(null=True)
    seen_at = NumberAttribute(null=True)

    def read(self) -> Canary:
        """Return the row as the rules read it."""
        return Canary(
            name=self.name,
            begun_at=int(self.begun_at),
            signed=self.token is not None,
            corrected_at=_whole(self.corrected_at),
            applied_at=_whole(self.applied_at),
            decided_at=_whole(self.decided_at),
            seen_at=_whole(self.seen_at),
        )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
