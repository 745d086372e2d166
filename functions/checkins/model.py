"""`checkin`: pk the pid / sk `slot#venue#direction`; index `by_venue` venue, hour and shard / at, keys only."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from functions.shared.tables import Table, TableMeta


class ByVenue(GlobalSecondaryIndex["CheckinRow"]):
    """Who was at a venue within an hour; a reader asks all its shards."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_venue"
        projection = KeysOnlyProjection()

    hour_shard = UnicodeAttribute(hash_key=True)
    at = NumberAttribute(range_key=True)


class CheckinRow(Table):
    """A check-in; `area` is the venue's at that moment, for the counters."""

    class Meta(TableMeta):
        """Found under `TABLE_CHECKIN`."""

        logical = "checkin"

    by_venue = ByVenue()
    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    place = UnicodeAttribute(range_key=True, attr_name="sk")
    hour_shard = UnicodeAttribute()
    at = NumberAttribute()
    received_at = NumberAttribute()
    venue = UnicodeAttribute()
    area = UnicodeAttribute()
    direction = UnicodeAttribute()
    decision = UnicodeAttribute()
    cause = UnicodeAttribute()
    rule = UnicodeAttribute(default="")
    how = UnicodeAttribute(default="self")
    # Of a venue that counts who is inside: whether this one changes their number, and in which slot the person was
    # counted until now. They stand in the row so that the counters need no other, and count the same in any replay.
    counted = BooleanAttribute(null=True)
    before = NumberAttribute(null=True)
