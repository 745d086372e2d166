"""The `unit` table: pk the unit; index `by_area` district / unit."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.tables import Table, TableMeta


class ByArea(GlobalSecondaryIndex["UnitRow"]):
    """Units of a district; narrower areas are a filter, wider ones a scan."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    unit = UnicodeAttribute(range_key=True, attr_name="pk")


class UnitRow(Table):
    """A unit: its approval and document, and the generation of its staff list that is in force."""

    class Meta(TableMeta):
        """Found under `TABLE_UNIT`."""

        logical = "unit"

    by_area = ByArea()
    unit = UnicodeAttribute(hash_key=True, attr_name="pk")
    # The index's partition is the district (6 digits): an index on the full code could not answer for a district.
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    category = UnicodeAttribute(default="")
    zone = UnicodeAttribute(default="")
    document_number = UnicodeAttribute()
    document_issued_by = UnicodeAttribute()
    quota = NumberAttribute()
    ends_at = NumberAttribute()
    approved_at = NumberAttribute()
    current = UnicodeAttribute(null=True)
    current_at = NumberAttribute(null=True)
    replaced = UnicodeAttribute(null=True)
    uploads = NumberAttribute(null=True)
