"""The printing: list the pages, draw them, store the file, note each poster as printed.

Every step can be repeated. What is printed is listed before the first page is drawn, and noted as printed after the file
is stored: a worker that dies in between leaves a job that another one finishes, with the same pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, cast

import msgspec
from pynamodb.expressions.update import Action

from functions.printing import rules, service
from functions.printing.model import PrintRow
from functions.printing.rules import Page, Wanted
from functions.shared import clock, log, posters
from functions.shared.config import settings
from functions.shared.objects import uploads
from functions.shared.posters import Size
from functions.shared.threads import spread
from functions.venues import codes, entrances
from functions.venues import poster as venue_posters
from functions.venues import service as venues
from functions.venues.rules import Venue

LEASE_S: Final = 60
_BEAT_S: Final = 2
_TRIES: Final = 5


class Busy(Exception):
    """Another worker prints this job; again when its lease may have run out."""


def work(job: str, now: Callable[[], int] = clock.now) -> None:
    """Print a job; one that is done or gone is left as it is.

    Raises:
        Busy: another worker prints it.
    """
    row = PrintRow.find(job, at=now())
    if row is None or row.state == "done":
        return
    _lease(row, now())
    pages = _pages(row, now)
    if pages:
        data = _draw(row, pages, now)
        uploads.put(service.file_name(job), data, content_type="application/pdf")
        row.update(actions=[PrintRow.size_bytes.set(len(data)), PrintRow.leased_until.set(now() + LEASE_S)])
    _note_printed(pages, now())
    row.update(actions=[PrintRow.state.set("done"), PrintRow.pages_done.set(len(pages))])
    log.event("print.done", job=job, pages=len(pages), bytes=int(row.size_bytes))


def give_up(job: str, at: int) -> None:
    """Say of a job that it failed too often; sent again, it goes on all the same."""
    row = PrintRow.find(job, at=at)
    if row is not None:
        row.update_if([PrintRow.state.set("failed")], PrintRow.state != "done")


def _lease(row: PrintRow, at: int) -> None:
    actions: list[Action] = [PrintRow.leased_until.set(at + LEASE_S), PrintRow.state.set("running")]
    if not row.update_if(actions, (PrintRow.leased_until <= at) & (PrintRow.state != "done")):
        raise Busy(row.job)


def _pages(row: PrintRow, now: Callable[[], int]) -> list[Page]:
    if row.planned:
        stored = uploads.get(service.plan_name(row.job))
        if stored is None:
            raise LookupError(f"the list of {row.job} is gone")
        return msgspec.json.decode(stored, type=list[Page])
    pages, more = _list_pages(row, now)
    uploads.put(service.plan_name(row.job), msgspec.json.encode(pages), content_type="application/json")
    row.update(
        actions=[
            PrintRow.planned.set(True),
            PrintRow.pages_total.set(len(pages)),
            PrintRow.more.set(more),
            PrintRow.leased_until.set(now() + LEASE_S),
        ]
    )
    return pages


def _list_pages(row: PrintRow, now: Callable[[], int]) -> tuple[list[Page], bool]:
    """Return the pages, and whether there are more than one job prints."""
    wanted, at = cast("Wanted", row.wanted), now()
    chosen = rules.in_walking_order(one for one in _venues(row, wanted, at) if rules.wants(one, wanted))
    pages: list[Page] = []
    for some in spread(lambda one: _with_code(one, wanted, at), chosen[: rules.MOST_PAGES]):
        pages += some
        _beat(row, now)
    kept = pages[: rules.MOST_PAGES]
    return kept, len(chosen) > rules.MOST_PAGES or len(pages) > len(kept)


def _venues(row: PrintRow, wanted: Wanted, at: int) -> Iterator[Venue]:
    if wanted == "named":
        ids = msgspec.json.decode(row.venues, type=list[str])
        found = spread(lambda venue_id: venues.venue(venue_id, at), ids)
        yield from (one for one in found if one is not None and one.area.startswith(row.area))
        return
    yield from venues.every(row.area, at)


def _with_code(venue: Venue, wanted: Wanted, at: int) -> list[Page]:
    """Return a venue's pages; one that has no code gets one for its door."""
    chosen = rules.codes_of(venue, wanted)
    if not venue.current_codes and not chosen:
        chosen = [entrances.add_code(venue.venue, "", at)]
    return rules.pages_of(venue, chosen)


def _draw(row: PrintRow, pages: Iterable[Page], now: Callable[[], int]) -> bytes:
    book, me_url = posters.Book(cast("Size", row.size)), settings().me_url
    for number, page in enumerate(pages):
        url = entrances.url(me_url, page.venue, page.code)
        spelled = codes.spelled(page.code)
        book.add(venue_posters.of_code(page.name, page.label, url, spelled=spelled, made_at=page.made_at))
        _beat(row, now, number + 1)
    return book.finish()


def _beat(row: PrintRow, now: Callable[[], int], pages: int = 0) -> None:
    """Tell how far the job is and that it lives, every few seconds: each time costs a write."""
    at = now()
    if at + LEASE_S - int(row.leased_until) < _BEAT_S:
        return
    row.update(actions=[PrintRow.pages_done.set(pages), PrintRow.leased_until.set(at + LEASE_S)])


def _note_printed(pages: Iterable[Page], at: int) -> None:
    printed: dict[str, set[str]] = {}
    for page in pages:
        printed.setdefault(page.venue, set()).add(page.code)

    def note(venue_id: str) -> None:
        # Somebody may change the venue's codes at the same moment; its poster is in the file all the same.
        if not any(entrances.note_printed(venue_id, printed[venue_id], at) for _ in range(_TRIES)):
            log.event("print.not-noted", venue=venue_id)

    for _ in spread(note, printed):
        pass
