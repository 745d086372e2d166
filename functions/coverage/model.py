"""Who should have a code, when a venue was last scanned, and who walks to whom.

`register`: pk a business, made of its district and registration number or name and address; index `by_area` district /
business. `last_seen`: pk a venue or `venue#code`, the hour of its newest check-in. `patrol`: pk the patrol / sk `head`, `item#…` or
`chase#item#…`; index `by_area` district / when it was made, of heads alone.
"""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.tables import Table, TableMeta

HEAD: Final = "head"


class RegisterByArea(GlobalSecondaryIndex["RegisterRow"]):
    """Businesses of a district; narrower areas are a filter."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    business = UnicodeAttribute(range_key=True, attr_name="pk")


class RegisterRow(Table):
    """A business as the register has it, and what an officer decided about it; nothing of any person."""

    class Meta(TableMeta):
        """Found under `TABLE_REGISTER`."""

        logical = "register"

    by_area = RegisterByArea()
    business = UnicodeAttribute(hash_key=True, attr_name="pk")
    district = UnicodeAttribute(attr_name="area")
    area = UnicodeAttribute(attr_name="division")
    name = UnicodeAttribute()
    address = UnicodeAttribute(default="")
    number = UnicodeAttribute(default="")
    kind = UnicodeAttribute(default="")
    grid = UnicodeAttribute(default="")
    loaded_at = NumberAttribute()
    # By hand: `linked` to a venue, or `exempt`, or nothing but venues that it is not.
    verdict = UnicodeAttribute(default="")
    venue = UnicodeAttribute(default="")
    apart = UnicodeAttribute(default="[]")  # JSON: venues that an officer said are others
    reason = UnicodeAttribute(default="")
    decided_by = UnicodeAttribute(default="")
    decided_at = NumberAttribute(default=0)
    chased_at = NumberAttribute(null=True)
    outcome = UnicodeAttribute(default="")  # of the newest chase


class SeenRow(Table):
    """The hour of the newest check-in of a venue, or of one of its posters (`venue#code`): no person, no count."""

    class Meta(TableMeta):
        """Found under `TABLE_LAST_SEEN`."""

        logical = "last_seen"

    venue = UnicodeAttribute(hash_key=True, attr_name="pk")
    hour = NumberAttribute()  # since the epoch, of the check-in's own instant


class PatrolByArea(GlobalSecondaryIndex["PatrolHead"]):
    """Patrols of a district by when they were made; items and chases have no district and are not here."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    district = UnicodeAttribute(hash_key=True, attr_name="area")
    made_at = NumberAttribute(range_key=True)


class PatrolHead(Table):
    """A walk: where, for what, whose."""

    class Meta(TableMeta):
        """Found under `TABLE_PATROL`."""

        logical = "patrol"

    by_area = PatrolByArea()
    patrol = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk", default=HEAD)
    district = UnicodeAttribute(attr_name="area")
    made_at = NumberAttribute()
    area = UnicodeAttribute(attr_name="division")
    kind = UnicodeAttribute()
    label = UnicodeAttribute()
    made_by = UnicodeAttribute()
    items = NumberAttribute()


class PatrolItem(Table):
    """A business or venue to look at, as it was called when the patrol was made."""

    class Meta(TableMeta):
        """The table of the heads: they are read together, and live no longer."""

        logical = "patrol"

    patrol = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk")
    place = NumberAttribute()  # in the walk
    name = UnicodeAttribute()
    address = UnicodeAttribute(default="")
    area = UnicodeAttribute(attr_name="division")


class ChaseRow(Table):
    """One call or visit and what came of it."""

    class Meta(TableMeta):
        """The table of the heads."""

        logical = "patrol"

    patrol = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk")
    at = NumberAttribute()
    by = UnicodeAttribute()
    how = UnicodeAttribute()
    outcome = UnicodeAttribute()
    note = UnicodeAttribute(default="")


def item_key(item: str) -> str:
    """Return where an item of a patrol stands."""
    return f"item#{item}"


def chase_key(item: str, client: str) -> str:
    """Return where a chase stands; its id is made by the phone, so that what it sends twice is one chase."""
    return f"chase#{item}#{client}"
