"""`checkin`: pk the pid / sk `slot#venue#direction`; index `by_venue` venue, hour and shard / at, keys only."""

from __future__ import annotations

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from functions.checkins.inside import Move
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
    entrance = UnicodeAttribute(null=True)  # the short code that was scanned; no part of the identity
    party = NumberAttribute(null=True)  # how many came with this one check-in, when it was more than one
    # Whether a temperature that was measured was at or above the limit: the number itself is kept nowhere.
    fever = BooleanAttribute(null=True)
    # JSON: what changes where people inside are counted. It stands in the row so that the counters need no other, and
    # count the same in any replay. `counted` and `before` are its form in the release before: of the one venue.
    moves = UnicodeAttribute(null=True)
    counted = BooleanAttribute(null=True)
    before = NumberAttribute(null=True)

    @property
    def made_at(self) -> int:
        """When it was made, epoch seconds."""
        return int(self.at)

    def changed(self) -> tuple[Move, ...]:
        """Return what it changes where people inside are counted."""
        if self.moves:
            return msgspec.json.decode(self.moves, type=tuple[Move, ...])
        if not self.counted:
            return ()
        before = None if self.before is None else int(self.before)
        return (Move(self.venue, before, int(before is not None), int(self.direction == "in"), own=True),)
