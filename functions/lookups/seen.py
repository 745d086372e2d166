"""Who looked at a person: the lookups of their passes and of themselves, read as one list, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from functions.lookups import rules
from functions.lookups.model import LookupRow
from functions.passes import service as passes
from functions.people import service as people
from functions.shared.tables import living
from functions.shared.threads import spread

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Some lookups, newest first, and the sort key after which the next page begins, if there is one."""

    rows: list[LookupRow]
    after: str | None


def of_person(pid: str, owned: people.Owned, before: str, at: int) -> Page:
    """Return a page of the lookups of the last 14 days that are the person's to see, older than the key `before`."""
    found = chain.from_iterable(spread(lambda who: _newest(who, before, at), _partitions(pid, owned, at)))
    rows = sorted(found, key=lambda row: row.moment, reverse=True)
    page = rows[:PAGE]
    shown = [row for row in page if _is_owned(row, owned)]
    # A print is kept under its ten minutes, and shown with its own instant: a page is in the order of what it shows.
    shown.sort(key=lambda row: int(row.at), reverse=True)
    return Page(shown, page[-1].moment if len(rows) > PAGE else None)


def _partitions(pid: str, owned: people.Owned, at: int) -> Iterator[str]:
    yield rules.of_person(pid)
    for one in passes.named(pid, at):
        if owned.by_unit(one.scope) if one.printed else owned.by_device(one.signed_at):
            yield rules.of_pass(one.sub)


def _newest(who: str, before: str, at: int) -> list[LookupRow]:
    # Nothing ahead of its time, so that what is under embargo takes no place on a page either.
    older = LookupRow.moment < (before or rules.moment(at + rules.AHEAD_S))
    # One more than a page of each: whichever partitions the page is made from, it is known whether more follow.
    rows = LookupRow.query(who, older, consistent_read=True, scan_index_forward=False, limit=PAGE + 1)
    return [row for row in living(rows, at) if row.kind != "trace" or row.at <= at]


def _is_owned(row: LookupRow, owned: people.Owned) -> bool:
    if row.kind == "printed":
        return owned.by_unit(row.unit)
    if row.kind == "trace":
        return owned.by_document or (bool(row.own_at) and owned.by_device(int(row.own_at)))
    return row.kind == "scan" or owned.by_document
