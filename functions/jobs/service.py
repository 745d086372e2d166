"""Jobs: take a file in, tell how far it is, let a person decide on what is held."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from functions.audit import service as audit
from functions.jobs import vault
from functions.jobs.applying import parts_of
from functions.jobs.checking import errors_name, leaving_name
from functions.jobs.model import HEAD, LIFE_S, Head, Same, reach, state_place
from functions.jobs.plan import LONGEST_CAUSE
from functions.jobs.rules import may_decide
from functions.jobs.sending import is_small, send_step
from functions.shared import log
from functions.shared.aws import client
from functions.shared.clock import DAY_S
from functions.shared.objects import uploads
from functions.shared.problems import Conflict, Forbidden, NotFound
from functions.units import service as units

Kind = Literal["staff-list", "results"]
PRESIGNED_S = 15 * 60
KEPT_S = 7 * DAY_S  # the uploaded file's own life
INLINE_BYTES = 1 << 20


@dataclass(frozen=True)
class Upload:
    """What came: whose file, of which kind, and what its bytes hash to. `area` is the owner's, for its officers."""

    kind: Kind
    subject: str
    area: str
    file_format: str
    mode: str
    sha256: str
    size_bytes: int

    @property
    def owner(self) -> str:
        """The owner as the `job` table names it: `unit:U-100` or `lab:L-1`."""
        return f"{'unit' if self.kind == 'staff-list' else 'lab'}:{self.subject}"

    @property
    def digest(self) -> str:
        """What makes two uploads the same."""
        facts = (self.owner, self.kind, self.mode, self.file_format, self.sha256)
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()


@dataclass(frozen=True)
class Totals:
    """What the parts of a job say together: rows in parts, rows in done parts."""

    accepted: int
    applied: int


def receive(upload: Upload, data: bytes, at: int) -> tuple[Head, bool]:
    """Take a file in; return its job and whether it is a new one.

    The same bytes return the first job while it is under way or its list is in force.
    """
    return _job(upload, data, at)


def announce(upload: Upload, at: int) -> tuple[Head, bool]:
    """Make the job of a file that is still to come by a presigned PUT; return it and whether it is new."""
    return _job(upload, None, at)


def arrived(job: str, data: bytes, at: int) -> None:
    """Take in a file that came by a presigned PUT: encrypt it, check that it is the one announced, go on."""
    head = Head.find(job, HEAD, at=at)
    if head is None:
        return
    if not head.awaited:
        if head.state == "received":  # taken in before, but whoever did may not have got to say so
            send_step(head)
        return
    if hashlib.sha256(data).hexdigest() != head.sha256 or len(data) != head.size_bytes:
        actions = [
            *reach(head, "failed"),
            Head.awaited.set(False),
            Head.cause.set("checksum: not the announced file"),
        ]
        head.update_if(actions, Head.state == "received")
        return
    vault.keep(job, "upload", data)
    head.update_if(
        [
            Head.awaited.set(False),
            Head.received_at.set(at),
            Head.sequence.set(_sequence(head.kind, head.subject)),
        ],
        Head.awaited == True,  # noqa: E712 - a condition, not a comparison
    )
    send_step(head)


def find(job: str, at: int) -> Head:
    """Return a job.

    Raises:
        NotFound: there is none, or none any more.
    """
    head = Head.find(job, HEAD, at=at) if not job.startswith("same") else None
    if head is None:
        raise NotFound("There is no such job.", code="no-job")
    return head


def is_large(job: str, at: int) -> bool:
    """Tell whether a job is about to be checked and will take a while."""
    head = Head.find(job, HEAD, at=at)
    return head is not None and head.state == "received" and not is_small(head)


def totals(head: Head) -> Totals:
    """Ask a job's parts how far it is; results that are done are in their parts to the last row."""
    if head.kind == "results" and head.state == "done":
        return Totals(accepted := int(head.rows_total) - int(head.rows_rejected), accepted)
    parts = [part for part in parts_of(head) if part.task == "apply"]
    return Totals(
        accepted=sum(int(part.rows) for part in parts),
        applied=sum(int(part.rows) for part in parts if part.done),
    )


def leaving_names(head: Head) -> Sequence[str]:
    """Return the masked names of those who leave, as many as are shown, while the file is kept."""
    data = vault.take(head.job, leaving_name(int(head.plan))) if head.plan and head.leaving else None
    return data.decode().splitlines() if data else ()


def errors(head: Head) -> bytes | str:
    """Return a job's `errors.csv`, or a 5-minute link to it when it is large.

    Raises:
        NotFound: the job has not been checked.
    """
    place = errors_name(head.job, int(head.plan))
    # Asked for its size first: that of a million bad rows would not fit this function.
    size = uploads.size(place) if head.plan else None
    data = uploads.get(place) if size is not None and size <= INLINE_BYTES else None
    if size is None or (data is None and size <= INLINE_BYTES):
        raise NotFound("This job has no list of bad rows (yet).", code="no-errors")
    if data is not None:
        return data
    link = {"Bucket": uploads.name, "Key": place}
    return str(client("s3").generate_presigned_url("get_object", Params=link, ExpiresIn=300))


def presigned(head: Head) -> tuple[str, dict[str, str]]:
    """Return where to PUT an announced file and the headers that must go with it; both are signed."""
    checksum = base64.b64encode(binascii.unhexlify(head.sha256)).decode()
    signed = {
        "Bucket": uploads.name,
        # A small file is announced to the queue of small ones: its place is what the bucket can tell it by.
        "Key": f"incoming/small/{head.job}" if is_small(head) else f"incoming/{head.job}",
        "ContentLength": int(head.size_bytes),
        "ChecksumSHA256": checksum,
    }
    url = client("s3").generate_presigned_url("put_object", Params=signed, ExpiresIn=PRESIGNED_S)
    return str(url), {"x-amz-checksum-sha256": checksum, "Content-Length": str(int(head.size_bytes))}


def decide(head: Head, decision: Literal["apply", "cancel"], reason: str, *, actor: str, owner: bool, at: int) -> Head:
    """Release or cancel what is held; the same decision again is the same.

    Raises:
        Forbidden: the owner may confirm that people leave, and cancel; the rest is for an officer.
        Conflict: the job is not held, was decided otherwise, or its file is gone.
        NotRecorded: the audit log took no row, so the job waits as it did.
    """
    if head.state != "held":
        if head.decision == decision:
            send_step(head)  # the first time it may not have been said; a step twice is harmless
            return head
        raise Conflict("This job does not wait for a decision.", code="not-held")
    kinds = [str(kind) for kind, _ in head.holds or []]
    if not all(may_decide(kind, decision, owner=owner) for kind in kinds):
        raise Forbidden("An officer of the area decides on this one.", code="officer")
    if decision == "apply" and at > head.received_at + KEPT_S - DAY_S:
        raise Conflict("The file was kept for 7 days; upload it again.", code="file-gone")
    actions = [
        *reach(head, "running" if decision == "apply" else "cancelled"),
        Head.decision.set(decision),
        Head.reason.set(reason),
        Head.decided_by.set(actor),
        Head.released.set([*(head.released or []), *(head.holds or [])]),
        Head.cause.set(f"{'released' if decision == 'apply' else 'cancelled'}: {head.cause or ''}"[:LONGEST_CAUSE]),
    ]
    seen = (Head.state == "held") & (Head.plan == int(head.plan))
    # Its row first: a file that is let go changes who may come in.
    audit.record(actor, f"job.{decision}", case=head.job, count=int(head.leaving or 0), at=at)
    if not head.update_if(actions, seen):
        return decide(find(head.job, at), decision, reason, actor=actor, owner=owner, at=at)
    send_step(head)
    log.event("job.decided", job=head.job, decision=decision)
    return find(head.job, at)


def _job(upload: Upload, data: bytes | None, at: int) -> tuple[Head, bool]:
    key = f"same#{upload.digest}"
    Same(key, HEAD, attempt=1, ttl=at + 4 * LIFE_S).put_if_absent()
    while True:
        same = Same.find(key, HEAD, at=0)
        attempt = int(same.attempt) if same else 1
        job = _job_id(upload.digest, attempt)
        head = Head.find(job, HEAD, at=0)
        if head is None:
            return _create(job, upload, data, at)
        if _stands(head):
            return _continue(head, data, at), False
        # Over, and not in force any more: the same bytes are a new wish. Of two who ask, one moves the count.
        Same(key, HEAD).update_if([Same.attempt.set(attempt + 1)], Same.attempt == attempt)


def _create(job: str, upload: Upload, data: bytes | None, at: int) -> tuple[Head, bool]:
    if data is not None:
        vault.keep(job, "upload", data)  # first the file, then the row that promises it
    head = Head(
        job,
        HEAD,
        owner=upload.owner,
        area=upload.area,
        kind=upload.kind,
        file_format=upload.file_format,
        mode=upload.mode,
        sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        state="received",
        district_state=state_place(upload.area, "received"),
        awaited=data is None,
        created_at=at,
        received_at=at,
        sequence=_sequence(upload.kind, upload.subject),
        ttl=at + LIFE_S,
    )
    new = head.put_if_absent()
    if data is not None:
        send_step(head)
    return find(job, at), new


def _sequence(kind: str, subject: str) -> int:
    return units.next_upload(subject) if kind == "staff-list" else 0


def _continue(head: Head, data: bytes | None, at: int) -> Head:
    """Give a job that is under way another push: its first message may have been lost before it was sent."""
    if head.awaited and data is not None:
        arrived(head.job, data, at)
    elif head.state in {"received", "running"} and not head.awaited:
        send_step(head)
    return head


def _stands(head: Head) -> bool:
    if head.state in {"failed", "cancelled"}:
        return False
    if head.state != "done" or head.kind == "results":
        return True
    unit = units.unit(head.subject)
    return unit is not None and unit.current == head.generation


def _job_id(digest: str, attempt: int) -> str:
    raw = hashlib.sha256(f"{digest}#{attempt}".encode()).digest()[:15]
    return f"J-{base64.b32encode(raw).decode()}"
