"""The `lab` table: pk the laboratory; index `by_area` district / laboratory."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.tables import Table, TableMeta


class ByArea(GlobalSecondaryIndex["LabRow"]):
    """Laboratories of a district; narrower areas are a filter, wider ones a scan."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    lab = UnicodeAttribute(range_key=True, attr_name="pk")


class LabRow(Table):
    """A registered laboratory."""

    class Meta(TableMeta):
        """Found under `TABLE_LAB`."""

        logical = "lab"

    by_area = ByArea()
    lab = UnicodeAttribute(hash_key=True, attr_name="pk")
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    approved_at = NumberAttribute()
