"""The `venue` table: pk the venue; index `by_area` district / venue; new and old images feed the counters."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.tables import Table, TableMeta


class ByArea(GlobalSecondaryIndex["VenueRow"]):
    """Venues of a district; narrower areas are a filter, wider ones a scan."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    venue = UnicodeAttribute(range_key=True, attr_name="pk")


class VenueRow(Table):
    """A venue: its application, the decision on it, its codes and its policy."""

    class Meta(TableMeta):
        """Found under `TABLE_VENUE`."""

        logical = "venue"

    by_area = ByArea()
    venue = UnicodeAttribute(hash_key=True, attr_name="pk")
    # The index's partition is the district (6 digits): an index on the full code could not answer for a district.
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    category = UnicodeAttribute(default="")
    address = UnicodeAttribute(default="")
    parent = UnicodeAttribute(default="")
    state = UnicodeAttribute()
    applied_at = NumberAttribute()
    decided_at = NumberAttribute(null=True)
    reason = UnicodeAttribute(default="")
    pass_required = BooleanAttribute(default=True)
    max_list_age_s = NumberAttribute()
    shards = NumberAttribute(default=1)
    codes = UnicodeAttribute(default="[]")  # JSON: compared whole when it changes
