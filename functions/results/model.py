"""The `result` table: pid / `lab#tube`; index `by_tube` says who else is in a tube, keys only."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from functions.results.rules import RETENTION_S, Result
from functions.shared.tables import Table, TableMeta


class ByTube(GlobalSecondaryIndex["ResultRow"]):
    """The people of one tube of one laboratory."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_tube"
        projection = KeysOnlyProjection()

    tube = UnicodeAttribute(hash_key=True)
    pid = UnicodeAttribute(range_key=True, attr_name="pk")


class ResultRow(Table):
    """The row that stands for one person in one tube; `order` decides whether another may take its place (law 1)."""

    class Meta(TableMeta):
        """Found under `TABLE_RESULT`."""

        logical = "result"

    by_tube = ByTube()
    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    place = UnicodeAttribute(range_key=True, attr_name="sk")
    tube = UnicodeAttribute()
    order = UnicodeAttribute(attr_name="ord")
    revision = NumberAttribute()
    pool_size = NumberAttribute()
    sampled_at = NumberAttribute()
    reported_at = NumberAttribute(null=True)
    result = UnicodeAttribute()
    site = UnicodeAttribute(default="")
    received_at = NumberAttribute()

    def read(self) -> Result:
        """Return the row as the rules read it."""
        lab, tube = self.place.split("#", 1)
        return Result(
            pid=self.pid,
            lab=lab,
            tube=tube,
            revision=int(self.revision),
            pool_size=int(self.pool_size),
            sampled_at=int(self.sampled_at),
            reported_at=None if self.reported_at is None else int(self.reported_at),
            result=self.result,  # type: ignore[arg-type]  # written from a `Result` only
            site=self.site,
        )


def place_of(lab: str, tube: str) -> str:
    """Return the sort key, which is the key of `by_tube` as well: a laboratory's name holds no `#`."""
    return f"{lab}#{tube}"


def row_of(result: Result, order: str, received_at: int) -> ResultRow:
    """Return the row to be stored; it is kept for its retention counted from the later of sample and receipt."""
    place = place_of(result.lab, result.tube)
    return ResultRow(
        result.pid,
        place,
        tube=place,
        order=order,
        revision=result.revision,
        pool_size=result.pool_size,
        sampled_at=result.sampled_at,
        reported_at=result.reported_at,
        result=result.result,
        site=result.site,
        received_at=received_at,
        ttl=max(result.sampled_at, received_at) + RETENTION_S,
    )
