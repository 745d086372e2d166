"""The `run` table: the plan of a cut-off, a run's head, groups of parts and held units. Decisions lie in the lake."""

from __future__ import annotations

import zlib
from typing import Final, TypeVar

import msgspec
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from functions.shared.clock import DAY_S
from functions.shared.tables import Table, TableMeta

KEPT_S: Final = 90 * DAY_S

HEAD: Final = "head"
LISTED: Final = "run"  # what every head says in the index: there are few runs a day, so one partition holds them

Shape = TypeVar("Shape")


class ByStart(GlobalSecondaryIndex["RunRow"]):
    """The heads of runs, by when they were planned; what a list of runs shows, without their plans."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_start"
        projection = IncludeProjection(["state", "area", "cutoff", "ttl", "v"])

    listed = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class RunRow(Table):
    """One row of a run; heads alone stand in the index `by_start`.

    ============================  =====================  ====================================================
    pk                            sk                     holds
    ============================  =====================  ====================================================
    `plan#<cut-off>#<area>`       `head`                 the plan, put once: two starts of a cut-off are one run
    run                           `head`                 the plan, the state, the attempt and its execution
    run                           `folded#nnnn`          the files in which a group's state and standing lie
    run                           `part#nnnn`            which attempt decided the group, and how many chunks it wrote
    run                           `applied#nnnn`         that the group was applied
    run                           `unit#<unit>`          a held unit and what was decided about it
    ============================  =====================  ====================================================
    """

    class Meta(TableMeta):
        """Found under `TABLE_RUN`."""

        logical = "run"

    by_start = ByStart()
    run = UnicodeAttribute(hash_key=True, attr_name="pk")
    place = UnicodeAttribute(range_key=True, attr_name="sk")
    data = BinaryAttribute(legacy_encoding=False, null=True)
    state = UnicodeAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    area = UnicodeAttribute(null=True)
    cutoff = NumberAttribute(null=True)
    attempt = NumberAttribute(null=True)
    execution = UnicodeAttribute(null=True)
    label = UnicodeAttribute(null=True)  # of a group: the attempt whose decisions count
    chunks = NumberAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)  # JWE: it is somebody's prose
    created_at = NumberAttribute(null=True)
    began_at = NumberAttribute(null=True)  # of a head: when its first execution began
    gathered_at = NumberAttribute(null=True)  # of a head: when its groups were first gathered
    changed_at = NumberAttribute(null=True)


def plan_key(cutoff: int, area: str) -> str:
    """Return the partition of a cut-off's plan."""
    return f"plan#{cutoff}#{area}"


def part_place(group: int) -> str:
    """Return the sort key of a decided group."""
    return f"part#{group:04d}"


def folded_place(group: int) -> str:
    """Return the sort key of a folded group."""
    return f"folded#{group:04d}"


def applied_place(group: int) -> str:
    """Return the sort key of the mark that a group was applied."""
    return f"applied#{group:04d}"


def unit_place(unit: str) -> str:
    """Return the sort key of a held unit."""
    return f"unit#{unit}"


def packed(value: object) -> bytes:
    """Return a value as compressed JSON."""
    return zlib.compress(msgspec.json.encode(value))


def unpacked(data: bytes | None, shape: type[Shape]) -> Shape:
    """Return what `packed` was given."""
    return msgspec.json.decode(zlib.decompress(data or b""), type=shape)
