"""Giving a job's rows to the lake, as one file or two: what goes ahead of a hold, and the rest.

The files are written by the check and named in the lake's manifest when the job goes on, before any of its rows is in a
table. Again is harmless: a file's name is its job's and plan's.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from functions.jobs.model import Head
from functions.jobs.plan import PartPlan, Plan
from functions.jobs.rules import AHEAD
from functions.lake import service as lake
from functions.lake.files import ListingLine, part_of
from functions.lake.manifest import Kind, Source
from functions.results.rules import Result
from functions.shared.reserved import CANARY_LAB
from functions.staff import service as staff

URGENT = "urgent"
REST = "rest"


def write(head: Head, number: int, plan: Plan, at: int) -> dict[str, int]:
    """Write the files of a plan, of those that have a row; return the rows of each, for the head to keep."""
    if head.kind != "results":
        generation = head.generation_of(number)
        return {REST: lake.listings_file(_name(head, number, REST), _listed(head.subject, generation, plan, at)).rows}
    if head.subject == CANARY_LAB:  # no run decides about its people, and each group of a run fetches every file
        return {}
    received_at = int(head.received_at)
    filled = [which for which in (URGENT, REST) if any(part.urgent == (which == URGENT) for part in plan.parts)]
    return {
        which: lake.results_file(
            _name(head, number, which), _results(plan.parts, urgent=which == URGENT), received_at
        ).rows
        for which in filled
    }


def feed(head: Head) -> None:
    """Have runs read what may be applied of the plan in force: all of it, or what goes ahead of its hold."""
    wanted = URGENT if head.state in AHEAD else REST
    mark = f"{int(head.plan)}-{wanted}"
    if head.fed == mark or not head.lake:
        return
    kind: Kind = "results" if head.kind == "results" else "listings"
    names = [which for which in (URGENT, REST) if which in head.lake and (which == URGENT or wanted == REST)]
    lake.add([Source(kind, lake.key(kind, _name(head, int(head.plan), which)), head.lake[which]) for which in names])
    head.update(actions=[Head.fed.set(mark)])


def _name(head: Head, number: int, which: str) -> str:
    return f"{head.job}-{number}-{which}"


def _results(parts: tuple[PartPlan, ...], *, urgent: bool) -> Iterator[Result]:
    for part in parts:
        if part.urgent == urgent:
            yield from msgspec.msgpack.decode(part.data, type=list[Result])


def _listed(unit: str, generation: str, plan: Plan, at: int) -> Iterator[ListingLine]:
    for part in plan.parts:
        if part.task == "apply":
            for entry in msgspec.msgpack.decode(part.data, type=list[staff.Entry]):
                yield ListingLine(part_of(entry.pid), entry.pid, unit, generation, entry.until, at)
