"""The `staff` table: `unit#generation` / pid; index `by_person` pid / `unit#generation`, keys only."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from functions.shared.tables import Table, TableMeta


class ByPerson(GlobalSecondaryIndex["StaffRow"]):
    """In which generations of which units a person stands."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_person"
        projection = KeysOnlyProjection()

    pid = UnicodeAttribute(hash_key=True, attr_name="sk")
    in_list = UnicodeAttribute(range_key=True, attr_name="pk")


class StaffRow(Table):
    """One person of one generation of a unit's list.

    `person` is a JWE of name, phone and id tail; `order` says when the row was received and by which job, so that of
    two rows about a person the later one stands whatever order they are applied in.
    """

    class Meta(TableMeta):
        """Found under `TABLE_STAFF`."""

        logical = "staff"

    by_person = ByPerson()
    in_list = UnicodeAttribute(hash_key=True, attr_name="pk")
    pid = UnicodeAttribute(range_key=True, attr_name="sk")
    role = UnicodeAttribute(default="")
    venues = UnicodeAttribute(default="")  # one a line
    until = NumberAttribute()
    person = UnicodeAttribute()
    sealed_at = NumberAttribute()
    order = UnicodeAttribute()
