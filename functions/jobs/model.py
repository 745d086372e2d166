"""The `job` table: job / `head` or `part#nnnnnn`.

Heads stand in two indexes, newest last: `by_owner`, and `by_state`, the jobs of a district in one state.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.clock import DAY_S
from functions.shared.labels import district_of
from functions.shared.tables import Table, TableMeta

LIFE_S = 90 * DAY_S
HEAD = "head"


class JobTable(Table):
    """What the rows of a job share."""

    class Meta(TableMeta):
        """Found under `TABLE_JOB`."""

        logical = "job"

    job = UnicodeAttribute(hash_key=True, attr_name="pk")


class Same(JobTable):
    """How often the same bytes from the same owner made a job anew: pk `same#digest`."""

    class Meta(TableMeta):
        """Found under `TABLE_JOB`."""

        logical = "job"

    sort = UnicodeAttribute(range_key=True, attr_name="sk", default=HEAD)
    attempt = NumberAttribute()


class ByOwner(GlobalSecondaryIndex["Head"]):
    """The jobs of a unit or laboratory, by when they were made."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class ByState(GlobalSecondaryIndex["Head"]):
    """The jobs of a district in a state, by when they were made; narrower areas are a filter, wider ones a scan."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_state"
        projection = AllProjection()

    district_state = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class Head(JobTable):
    """A job: whose, of what, how far. `plan` is the plan in force, 0 before the check; `plans` how many were begun."""

    class Meta(TableMeta):
        """Found under `TABLE_JOB`."""

        logical = "job"

    by_owner = ByOwner()
    by_state = ByState()
    sort = UnicodeAttribute(range_key=True, attr_name="sk", default=HEAD)
    owner = UnicodeAttribute()  # unit:U-100 or lab:L-1
    area = UnicodeAttribute()
    kind = UnicodeAttribute()
    file_format = UnicodeAttribute()
    mode = UnicodeAttribute(default="")
    sha256 = UnicodeAttribute()
    size_bytes = NumberAttribute()
    state = UnicodeAttribute()
    district_state = UnicodeAttribute(default="")  # changes with the state, by `reach` alone
    awaited = BooleanAttribute(default=False)  # the file itself is still to come, by a presigned PUT
    created_at = NumberAttribute()
    received_at = NumberAttribute()
    sequence = NumberAttribute(default=0)  # a staff list's place among the uploads of its unit
    plan = NumberAttribute(default=0)
    plans = NumberAttribute(default=0)
    parts = NumberAttribute(default=0)
    base = UnicodeAttribute(null=True)
    moved = BooleanAttribute(default=False)
    lake = JSONAttribute(null=True)  # rows of the files that the plan in force gives to the lake, by what they hold
    fed = UnicodeAttribute(default="")  # which of them the lake's manifest names by now, and of which plan
    rows_total = NumberAttribute(default=0)
    rows_rejected = NumberAttribute(default=0)
    rows_repeated = NumberAttribute(default=0)
    rows_flagged = NumberAttribute(default=0)
    added = NumberAttribute(null=True)
    changed = NumberAttribute(null=True)
    leaving = NumberAttribute(null=True)
    holds = JSONAttribute(null=True)  # [kind, subject of the hold] of all that is held
    released = JSONAttribute(null=True)  # the same, of what a person let through
    shift_s = NumberAttribute(default=0)
    cause = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)

    @property
    def subject(self) -> str:
        """The unit's or laboratory's id."""
        return self.owner.partition(":")[2]

    @property
    def generation(self) -> str:
        """The staff list's generation that the plan in force makes."""
        return self.generation_of(int(self.plan))

    def generation_of(self, plan: int) -> str:
        """Return the staff list's generation that a plan makes."""
        return f"{self.job}-{plan}"


class Part(JobTable):
    """One part of a plan: `task` is `apply` or `settle`; a lease says who works on it, until when."""

    class Meta(TableMeta):
        """Found under `TABLE_JOB`."""

        logical = "job"

    sort = UnicodeAttribute(range_key=True, attr_name="sk")
    task = UnicodeAttribute()
    rows = NumberAttribute()
    urgent = BooleanAttribute(default=False)
    done = BooleanAttribute(default=False)
    lease_until = NumberAttribute(default=0)


def state_place(area: str, state: str) -> str:
    """Return the partition of `by_state` in which a job of an area stands."""
    return f"{district_of(area)}#{state}"


def reach(head: Head, state: str) -> list[Action]:
    """Return what puts a job in a state, and in its place among those of its district in that state."""
    return [Head.state.set(state), Head.district_state.set(state_place(head.area, state))]


def part_key(plan: int, number: int) -> str:
    """Return a part's sort key; the parts of a plan lie together."""
    return f"part#{plan:03d}{number:05d}"


def plan_prefix(plan: int) -> str:
    """Return what the sort keys of a plan's parts begin with."""
    return f"part#{plan:03d}"
