"""The `venue` table, with the places of what waits and of what lies in what; and `venue_code`, short codes by themselves.

`venue`: pk the venue; indexes `by_area` district / venue, `by_parent` parent / venue, `by_state` district and state /
when applied, of what waits for somebody alone. New and old images feed the counters.
`venue_code`: pk a short code, so that one that was typed by hand leads to its venue.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from functions.shared.tables import Table, TableMeta


class ByArea(GlobalSecondaryIndex["VenueRow"]):
    """Venues of a district; narrower areas are a filter, wider ones a scan."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    venue = UnicodeAttribute(range_key=True, attr_name="pk")


class ByParent(GlobalSecondaryIndex["VenueRow"]):
    """The venues inside a venue; one that lies in none is not here."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_parent"
        projection = KeysOnlyProjection()

    parent = UnicodeAttribute(hash_key=True)
    venue = UnicodeAttribute(range_key=True, attr_name="pk")


class ByState(GlobalSecondaryIndex["VenueRow"]):
    """What waits for somebody in a district, the oldest application first; what was decided is not here."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_state"
        projection = AllProjection()

    waiting = UnicodeAttribute(hash_key=True)
    applied_at = NumberAttribute(range_key=True)


class VenueRow(Table):
    """A venue: its application, the decision on it, its codes and its policy."""

    class Meta(TableMeta):
        """Found under `TABLE_VENUE`."""

        logical = "venue"

    by_area = ByArea()
    by_parent = ByParent()
    by_state = ByState()
    venue = UnicodeAttribute(hash_key=True, attr_name="pk")
    # The index's partition is the district (6 digits): an index on the full code could not answer for a district.
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    category = UnicodeAttribute(default="")
    address = UnicodeAttribute(default="")
    parent = UnicodeAttribute(null=True)
    about = UnicodeAttribute(default="{}")  # JSON: position, hours, expected peak, whether it moves
    contact = UnicodeAttribute(default="")  # encrypted: who answers for the venue, and their phone
    state = UnicodeAttribute()
    waiting = UnicodeAttribute(null=True)  # `district#state` while somebody has to act
    applied_at = NumberAttribute()
    decided_at = NumberAttribute(null=True)
    reason = UnicodeAttribute(default="")
    pass_required = BooleanAttribute(default=True)
    max_list_age_s = NumberAttribute()
    policy = UnicodeAttribute(default="{}")  # JSON: what the policy asks beside the columns above and below
    shards = NumberAttribute(default=1)
    codes = UnicodeAttribute(default="[]")  # JSON: compared whole when it changes


class VenueCodeRow(Table):
    """A short code's venue. What the code is for, and whether it is in use, stands with the venue."""

    class Meta(TableMeta):
        """Found under `TABLE_VENUE_CODE`."""

        logical = "venue_code"

    code = UnicodeAttribute(hash_key=True, attr_name="pk")
    venue = UnicodeAttribute()
