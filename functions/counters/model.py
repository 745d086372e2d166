"""`counter`: pk `area#day` / sk `metric#streamShard`."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class CounterRow(Table):
    """How many, and the last sequence among them: text, for a sequence has up to 40 digits and a number 38."""

    class Meta(TableMeta):
        """Found under `TABLE_COUNTER`."""

        logical = "counter"

    partition = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk")
    n = NumberAttribute()
    last = UnicodeAttribute(null=True)
