"""The `district` table: pk a district's division code; what it set for all that lies in it."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class DistrictRow(Table):
    """A district's presets by kind of venue, as JSON, and when its scheme ends: each is changed without the other."""

    class Meta(TableMeta):
        """Found under `TABLE_DISTRICT`."""

        logical = "district"

    district = UnicodeAttribute(hash_key=True, attr_name="pk")
    presets = UnicodeAttribute(default="{}")
    ends_at = NumberAttribute(null=True)
