"""The `lab` table: pk the laboratory."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class LabRow(Table):
    """A registered laboratory; index `by_area` (district / laboratory) is there for the officer's console."""

    class Meta(TableMeta):
        """Found under `TABLE_LAB`."""

        logical = "lab"

    lab = UnicodeAttribute(hash_key=True, attr_name="pk")
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    approved_at = NumberAttribute()
