"""`gate`: pk the gate, index `by_venue`. `shift`: pk gate / sk thumbprint of the device's key."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.gates.rules import Gate, Shift
from functions.shared.tables import Table, TableMeta


class ByVenue(GlobalSecondaryIndex["GateRow"]):
    """The gates of a venue."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_venue"
        projection = AllProjection()

    venue = UnicodeAttribute(hash_key=True)
    gate = UnicodeAttribute(range_key=True, attr_name="pk")


class GateRow(Table):
    """A gate; of its manager's code only the hash is stored."""

    class Meta(TableMeta):
        """Found under `TABLE_GATE`."""

        logical = "gate"

    by_venue = ByVenue()
    gate = UnicodeAttribute(hash_key=True, attr_name="pk")
    venue = UnicodeAttribute()
    name = UnicodeAttribute()
    direction = UnicodeAttribute(default="in")
    code_hash = UnicodeAttribute(default="")

    def read(self) -> Gate:
        """Return the row as the rules know it."""
        return Gate(self.gate, self.venue, self.name, self.direction, self.code_hash)


class ShiftRow(Table):
    """A shift: this device may guard this gate until then."""

    class Meta(TableMeta):
        """Found under `TABLE_SHIFT`."""

        logical = "shift"

    gate = UnicodeAttribute(hash_key=True, attr_name="pk")
    device = UnicodeAttribute(range_key=True, attr_name="sk")
    label = UnicodeAttribute(default="")
    started_at = NumberAttribute()
    ends_at = NumberAttribute()
    revoked_at = NumberAttribute(null=True)

    def read(self) -> Shift:
        """Return the row as the rules know it."""
        revoked = None if self.revoked_at is None else int(self.revoked_at)
        return Shift(self.gate, self.device, self.label, int(self.started_at), int(self.ends_at), revoked)
