"""`scan`: pk the gate / sk a ULID.

Beside the scans stand the live proofs that were seen (pk `proof#<sub>` / sk the instant) and what guards reported (pk
`report#<gate>` / sk a ULID). Neither has an `area`: the counters count a row with one.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from functions.scans.rules import Seen
from functions.shared.tables import Table, TableMeta


class ScanRow(Table):
    """A genuine pass at a gate, with the verdict; it names the pass, never the person."""

    class Meta(TableMeta):
        """Found under `TABLE_SCAN`."""

        logical = "scan"

    gate = UnicodeAttribute(hash_key=True, attr_name="pk")
    ulid = UnicodeAttribute(range_key=True, attr_name="sk")
    venue = UnicodeAttribute()
    area = UnicodeAttribute()
    at = NumberAttribute()
    received_at = NumberAttribute()
    direction = UnicodeAttribute()
    sub = UnicodeAttribute()
    status_list = UnicodeAttribute(attr_name="list")
    index = NumberAttribute()
    verdict = UnicodeAttribute()
    code = UnicodeAttribute()
    cause = UnicodeAttribute()
    live = BooleanAttribute()
    device = UnicodeAttribute(default="")
    fever = BooleanAttribute(null=True)  # as in a check-in: the number itself is kept nowhere


class ProofRow(Table):
    """A live proof that was seen: one pass and instant, once."""

    class Meta(TableMeta):
        """The table of the scans: both live as long and are written together."""

        logical = "scan"

    sub = UnicodeAttribute(hash_key=True, attr_name="pk")
    proof_at = UnicodeAttribute(range_key=True, attr_name="sk")
    seen_gate = UnicodeAttribute()
    seen_by = UnicodeAttribute()
    seen_direction = UnicodeAttribute()
    seen_at = NumberAttribute()

    def read(self) -> Seen:
        """Return the row as the rules know it."""
        return Seen(self.seen_gate, self.seen_by, self.seen_direction, int(self.seen_at))


class ReportRow(Table):
    """What a guard's device reported: a code at this gate led to a host that is not ours."""

    class Meta(TableMeta):
        """The table of the scans: a report is about one, and lives as long."""

        logical = "scan"

    reported_gate = UnicodeAttribute(hash_key=True, attr_name="pk")
    ulid = UnicodeAttribute(range_key=True, attr_name="sk")
    kind = UnicodeAttribute()
    host = UnicodeAttribute()
    at = NumberAttribute()
    received_at = NumberAttribute()
    device = UnicodeAttribute(default="")
