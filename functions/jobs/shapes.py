"""What job routes read and write."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from functions.jobs.model import Head
from functions.jobs.service import Totals
from functions.shared.clock import rfc3339

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]


class UploadIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A file that will come by a presigned PUT: over 4 MiB, or whenever that suits the sender."""

    kind: Literal["staff-list", "results"]
    format: Literal["csv", "xlsx", "jsonl"]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    size: Annotated[int, Meta(ge=1)]
    mode: Literal["update", "replace"] = "update"
    unit: Id | UnsetType = UNSET
    lab: Id | UnsetType = UNSET


class DecisionIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's decision on what is held; the reason is kept with the job."""

    decision: Literal["apply", "cancel"]
    reason: Annotated[str, Meta(min_length=1, max_length=256)]


class JobOut(Struct, frozen=True, omit_defaults=True):
    """A job as its owner and officers see it; `owner` is the unit's or laboratory's id.

    `rows_accepted` keep every law, `rows_applied` are in the tables already; `leaving_names` are masked. Of a staff
    list `added` are new, `changed` were listed with something else in their row, `leaving` go. `awaited` says that
    the file itself has not come yet.
    """

    job: str
    owner: str
    kind: str
    state: str
    rows_total: int
    rows_accepted: int
    rows_rejected: int
    rows_applied: int
    created_at: str
    mode: str | UnsetType = UNSET
    awaited: bool | UnsetType = UNSET
    rows_repeated: int | UnsetType = UNSET
    rows_flagged: int | UnsetType = UNSET
    added: int | UnsetType = UNSET
    changed: int | UnsetType = UNSET
    leaving: int | UnsetType = UNSET
    leaving_names: tuple[str, ...] | UnsetType = UNSET
    shift_s: int | UnsetType = UNSET
    cause: str | UnsetType = UNSET
    errors: str | UnsetType = UNSET
    to_correct: str | UnsetType = UNSET


class JobsOut(Struct, frozen=True, omit_defaults=True):
    """Jobs, the newest first; `next` is the cursor of the page after."""

    jobs: tuple[JobOut, ...]
    next: str | None = None


class UploadOut(JobOut, frozen=True, omit_defaults=True):
    """The job, and where to PUT its file with which headers; no address when the file is here already."""

    url: str | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET
    expires_in_s: int | UnsetType = UNSET


def upload_out(job: JobOut, url: str, headers: dict[str, str], expires_in_s: int) -> UploadOut:
    """Shape a job whose file is still to come."""
    return UploadOut(**structs.asdict(job), url=url, headers=headers, expires_in_s=expires_in_s)


def job_out(head: Head, totals: Totals, leaving_names: tuple[str, ...] = (), *, owner: bool = False) -> JobOut:
    """Shape a job; to its owner, with where its rejected rows are (they are people's data)."""
    staff, rejected = head.kind == "staff-list", bool(head.plan and head.rows_rejected)
    return JobOut(
        job=head.job,
        owner=head.subject,
        kind=head.kind,
        state=head.state,
        rows_total=int(head.rows_total),
        rows_accepted=int(head.rows_total) - int(head.rows_rejected) if head.plan else 0,
        rows_rejected=int(head.rows_rejected),
        rows_applied=totals.applied,
        created_at=rfc3339(int(head.created_at)),
        mode=head.mode if staff else UNSET,
        awaited=True if head.awaited and head.state == "received" else UNSET,
        rows_repeated=int(head.rows_repeated) if head.rows_repeated else UNSET,
        rows_flagged=int(head.rows_flagged) if head.rows_flagged else UNSET,
        added=int(head.added) if head.added is not None else UNSET,
        changed=int(head.changed) if head.changed is not None else UNSET,
        leaving=int(head.leaving) if head.leaving is not None else UNSET,
        leaving_names=leaving_names or UNSET,
        shift_s=int(head.shift_s) if head.shift_s else UNSET,
        cause=head.cause or UNSET,
        errors=f"/jobs/{head.job}/errors.csv" if rejected else UNSET,
        to_correct=f"/jobs/{head.job}/to-correct.xlsx" if rejected and owner else UNSET,
    )
