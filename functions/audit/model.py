"""The `audit` table: shard / sequence."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from credentials.auditlog import Entry
from functions.shared.tables import Table, TableMeta


class AuditRow(Table):
    """One act, linked to the one before by its hash."""

    class Meta(TableMeta):
        """Found under `TABLE_AUDIT`."""

        logical = "audit"

    shard = UnicodeAttribute(hash_key=True, attr_name="pk")
    sequence = UnicodeAttribute(range_key=True, attr_name="sk")  # 12 digits, so that text order is number order
    at = NumberAttribute()
    actor = UnicodeAttribute()
    act = UnicodeAttribute()
    case = UnicodeAttribute()
    query_hash = UnicodeAttribute()
    many = NumberAttribute(attr_name="count")  # PynamoDB has a method of that name
    result_hash = UnicodeAttribute()
    previous = UnicodeAttribute()
    hash = UnicodeAttribute()

    def entry(self) -> Entry:
        """Return the row as the chain reads it."""
        return Entry(
            shard=int(self.shard),
            sequence=int(self.sequence),
            at=int(self.at),
            actor=self.actor,
            act=self.act,
            case=self.case,
            query_hash=self.query_hash,
            count=int(self.many),
            result_hash=self.result_hash,
            previous=self.previous,
            hash=self.hash,
        )


def row_of(entry: Entry, ttl: int) -> AuditRow:
    """Return an entry as it is stored, to be kept until the instant `ttl`."""
    return AuditRow(
        str(entry.shard),
        sequence_key(entry.sequence),
        at=entry.at,
        actor=entry.actor,
        act=entry.act,
        case=entry.case,
        query_hash=entry.query_hash,
        many=entry.count,
        result_hash=entry.result_hash,
        previous=entry.previous,
        hash=entry.hash,
        ttl=ttl,
    )


def sequence_key(sequence: int) -> str:
    """Return a sequence as the sort key writes it."""
    return f"{sequence:012}"
