"""The `job` table: job / `head` or `part#nnnnnn`; index `by_owner` owner / job."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from functions.shared.clock import DAY_S
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


class Head(JobTable):
    """A job: whose, of what, how far. `plan` is the plan in force, 0 before the check; `plans` how many were begun."""

    class Meta(TableMeta):
        """Found under `TABLE_JOB`."""

        logical = "job"

    sort = UnicodeAttribute(range_key=True, attr_name="sk", default=HEAD)
    owner = UnicodeAttribute()  # unit:U-100 or lab:L-1
    area = UnicodeAttribute()
    kind = UnicodeAttribute()
    file_format = UnicodeAttribute()
    mode = UnicodeAttribute(default="")
    sha256 = UnicodeAttribute()
    size_bytes = NumberAttribute()
    state = UnicodeAttribute()
    awaited = BooleanAttribute(default=False)  # the file itself is still to come, by a presigned PUT
    created_at = NumberAttribute()
    received_at = NumberAttribute()
    sequence = NumberAttribute(default=0)  # a staff list's place among the uploads of its unit
    plan = NumberAttribute(default=0)
    plans = NumberAttribute(default=0)
    parts = NumberAttribute(default=0)
    base = UnicodeAttribute(null=True)
    moved = BooleanAttribute(default=False)
    rows_total = NumberAttribute(default=0)
    rows_rejected = NumberAttribute(default=0)
    rows_repeated = NumberAttribute(default=0)
    rows_flagged = NumberAttribute(default=0)
    added = NumberAttribute(null=True)
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
        return f"{self.job}-{int(self.plan)}"


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
    changed = NumberAttribute(default=0)


def part_key(plan: int, number: int) -> str:
    """Return a part's sort key; the parts of a plan lie together."""
    return f"part#{plan:03d}{number:05d}"


def plan_prefix(plan: int) -> str:
    """Return what the sort keys of a plan's parts begin with."""
    return f"part#{plan:03d}"
