"""The `print` table: pk the print job, index `by_district` district / when asked; pk `same#digest`, how often the same was asked."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.clock import DAY_S
from functions.shared.tables import Table, TableMeta

LIFE_S = 7 * DAY_S  # as long as the bucket keeps the file


class ByDistrict(GlobalSecondaryIndex["PrintRow"]):
    """Print jobs of a district, in the order they were asked; narrower areas are a filter."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_district"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True)
    asked_at = NumberAttribute(range_key=True)


class PrintRow(Table):
    """A print job: what is asked, how far it is. Its pages are listed in an object beside the file, once they are known."""

    class Meta(TableMeta):
        """Found under `TABLE_PRINT`."""

        logical = "print"

    by_district = ByDistrict()
    job = UnicodeAttribute(hash_key=True, attr_name="pk")
    district = UnicodeAttribute()
    asked_at = NumberAttribute()
    area = UnicodeAttribute()
    size = UnicodeAttribute()
    wanted = UnicodeAttribute()
    venues = UnicodeAttribute(default="[]")  # JSON: the ids that were named
    state = UnicodeAttribute()
    planned = BooleanAttribute(default=False)
    pages_total = NumberAttribute(default=0)
    pages_done = NumberAttribute(default=0)
    more = BooleanAttribute(default=False)
    size_bytes = NumberAttribute(default=0)
    leased_until = NumberAttribute(default=0)


class Same(Table):
    """How often the same was asked anew: `attempt` is part of the newest job's name."""

    class Meta(TableMeta):
        """The table of the jobs: both are read together, and live no longer."""

        logical = "print"

    key = UnicodeAttribute(hash_key=True, attr_name="pk")
    attempt = NumberAttribute()
