"""`counter`: numbers, each row of one stream shard.

`area above#day` / `area#metric#shard` for reports, `in#venue` / `slot#shard` for who is inside, `rate#venue#window` /
`shard` for how busy a venue is.
"""

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
    seen_at = NumberAttribute(null=True)  # when it last moved: a shard long closed is merged with others
