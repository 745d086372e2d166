"""`lookup`: pk `sub#<pass subject>` or `pid#<pid>` / sk the instant and what makes the act one."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class LookupRow(Table):
    """Somebody looked: where, when and with what verdict; never which guard, clerk or officer."""

    class Meta(TableMeta):
        """Found under `TABLE_LOOKUP`."""

        logical = "lookup"

    who = UnicodeAttribute(hash_key=True, attr_name="pk")
    moment = UnicodeAttribute(range_key=True, attr_name="sk")
    kind = UnicodeAttribute()
    at = NumberAttribute()
    gate = UnicodeAttribute(default="")
    venue = UnicodeAttribute(default="")
    unit = UnicodeAttribute(default="")
    direction = UnicodeAttribute(default="")
    verdict = UnicodeAttribute(default="")
    way = UnicodeAttribute(default="")
    ground = UnicodeAttribute(default="")
    district = UnicodeAttribute(default="")
    searched_at = NumberAttribute(default=0)
    own_at = NumberAttribute(default=0)  # when the newest check-in of the person's own device was received
