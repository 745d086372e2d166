"""Print jobs: asked for, looked at, fetched. Printing itself is `working`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.printing import rules
from functions.printing.model import LIFE_S, PrintRow, Same
from functions.printing.rules import Wanted
from functions.shared import queue
from functions.shared.aws import client
from functions.shared.labels import district_of
from functions.shared.objects import uploads
from functions.shared.pages import page_of
from functions.shared.problems import Conflict, FieldError, NotFound, Rejected
from functions.shared.threads import spread
from functions.venues import service as venues

QUEUE: Final = "prints"
SHOWN: Final = 20
LINK_S: Final = 300


def ask(area: str, size: str, wanted: Wanted, named: Sequence[str], at: int) -> tuple[PrintRow, bool]:
    """Ask for the posters of an area; return the job and whether it is new. The same while one goes on is that one.

    Args:
        area: a district or below.
        size: of a page, as `posters.SIZES`.
        wanted: which posters.
        named: the ids of venues, when those that are named are wanted.
        at: epoch seconds.

    Raises:
        Rejected: a named venue lies elsewhere, is not open, or there is no such.
    """
    _check(area, named, at)
    what = rules.digest(area, size, wanted, named)
    same = Same.find(f"same#{what}", at=at)
    attempt = int(same.attempt) if same else 0
    last = PrintRow.find(_name(what, attempt), at=at) if same else None
    if last is not None and last.state not in rules.OVER:
        return last, False
    made = PrintRow(
        _name(what, attempt + 1),
        district=district_of(area),
        asked_at=at,
        area=area,
        size=size,
        wanted=wanted,
        venues=msgspec.json.encode(sorted(set(named))).decode(),
        state="waiting",
        ttl=at + LIFE_S,
    )
    # The job's name follows from what was asked before: of two requests at once, one makes it. A row of that name whose
    # life is over may stand there for another day or two.
    new = made.put_if(PrintRow.job.does_not_exist() | (PrintRow.ttl <= at))
    # Sent before it counts as asked: of a job that nobody was sent, the same request must not find that it goes on.
    queue.send(QUEUE, {"job": made.job})
    Same(f"same#{what}", attempt=attempt + 1, ttl=at + LIFE_S).save()
    return (made, True) if new else (must(made.job, at), False)


def must(job: str, at: int) -> PrintRow:
    """Return a print job.

    Raises:
        NotFound: there is none, or it is older than 7 days.
    """
    found = PrintRow.find(job, at=at) if job.startswith("P-") else None
    if found is None:
        raise NotFound("There is no such print job. They are kept for 7 days; print again.", code="no-print")
    return found


def newest(area: str, at: int) -> Sequence[PrintRow]:
    """Return the newest print jobs of a district or an area in it, the newest first."""
    inside = PrintRow.area.startswith(area)
    found = PrintRow.by_district.query(district_of(area), filter_condition=inside, scan_index_forward=False)
    return page_of(PrintRow, found, SHOWN, at).items


def link(row: PrintRow) -> str:
    """Return an address of 5 minutes at which the file of a job is fetched.

    Raises:
        Conflict: it is not printed yet, or holds nothing.
    """
    if row.state != "done" or not row.pages_total:
        raise Conflict("There is no file (yet). Look how far the job is.", code="no-file")
    wanted = {
        "Bucket": uploads.name,
        "Key": file_name(row.job),
        "ResponseContentDisposition": f'attachment; filename="posters-{row.job}.pdf"',
        "ResponseContentType": "application/pdf",
    }
    return str(client("s3").generate_presigned_url("get_object", Params=wanted, ExpiresIn=LINK_S))


def file_name(job: str) -> str:
    """Name the object that holds a job's file."""
    return f"prints/{job}.pdf"


def plan_name(job: str) -> str:
    """Name the object that lists a job's pages."""
    return f"prints/{job}.json"


def _name(what: str, attempt: int) -> str:
    return f"P-{what}-{attempt}"


def _check(area: str, named: Sequence[str], at: int) -> None:
    def is_there(venue_id: str) -> bool:
        found = venues.venue(venue_id, at)
        return found is not None and found.open and found.area.startswith(area)

    ids = sorted(set(named))
    wrong = [one for one, good in zip(ids, spread(is_there, ids), strict=True) if not good]
    if wrong:
        raise Rejected(
            "Some of these venues lie elsewhere, are not open, or are not there.",
            errors=tuple(FieldError(f"/venues/{one}", "venue", "leave it out") for one in wrong[:SHOWN]),
        )
