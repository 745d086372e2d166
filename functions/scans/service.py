"""Scans: a presentation is verified again on our side, by the published keys and the withdrawal table, and recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from msgspec import structs
from pynamodb.exceptions import GetError

from credentials import UNCHECKED, KeySet, Pass, Refused, StatusUnknown, Verifier, Withdrawn
from credentials.live import take_apart
from credentials.transport import read_digits
from functions.checkins.door import FEVER_C
from functions.keys import service as keys
from functions.lookups import service as lookups
from functions.scans import rules
from functions.scans.model import ProofRow, ReportRow, ScanRow
from functions.scans.rules import Judged, Report, Seen, Sighting
from functions.shared import log
from functions.shared.config import settings
from functions.shared.tables import living
from functions.status import rules as status_rules
from functions.status import service as status
from functions.status.service import Slot


@dataclass(frozen=True)
class Place:
    """Where a scan happens: the gate and its venue, and the device that scans (empty on one machine only).

    `measures` tells whether temperatures are taken there.
    """

    gate: str
    venue: str
    area: str
    device: str
    measures: bool = False


@dataclass(frozen=True)
class Shown:
    """What a guard's device saw; `nonce` are the six digits it chose, if it did; `at` is its instant, epoch seconds.

    `temperature_c` is what was measured, degrees Celsius, None when nobody measured.
    """

    presentation: str
    direction: Literal["in", "out"]
    at: int
    nonce: str | None = None
    identity_checked: bool = False
    temperature_c: float | None = None


@dataclass(frozen=True)
class Recorded:
    """The verdict and the row's id; no row is written of what is no pass of ours. `fever` is what its row keeps."""

    judged: Judged
    scan: str | None = None
    fever: bool | None = None


@dataclass(frozen=True)
class Filed:
    """What became of a report: filed now (`new`), filed before, or `refused` with the code of a law."""

    new: bool
    refused: str | None = None


@dataclass(frozen=True)
class Sources:
    """Where verification's facts come from; a test hands in its own."""

    keys: Callable[[int], KeySet] = keys.trusted_keys
    is_withdrawn: Callable[[Slot], bool] = status.is_withdrawn


SOURCES = Sources()


def verify(shown: Shown, place: Place, received_at: int, sources: Sources = SOURCES) -> Recorded:
    """Verify for a turnstile, now: a live proof opens it once, and the same request within 5 s gets the same answer."""
    judged, proof_at = _examine(shown, received_at, sources)
    seen = Seen(place.gate, place.device, shown.direction, received_at)
    if judged.credential and proof_at is not None:
        first = _first_seen(judged.credential, proof_at, seen)
        if not rules.is_same_scan(first, seen):
            return Recorded(rules.replayed(judged.credential))
    return _record(judged, shown, place, received_at, proof_at)


def record(shown: Shown, place: Place, received_at: int, sources: Sources = SOURCES) -> Recorded:
    """Verify a scan again as of its own instant and record it; the same scan again is the row that stands.

    The status is today's: a pass withdrawn since is recorded as withdrawn.
    """
    if not rules.is_believable(shown.at, received_at):
        return Recorded(Judged("refused", rules.OUT_OF_WINDOW, rules.OUT_OF_WINDOW))
    judged, proof_at = _examine(shown, shown.at, sources, received_at)
    if judged.credential and proof_at is not None:
        seen = Seen(place.gate, place.device, shown.direction, received_at)
        first = _first_seen(judged.credential, proof_at, seen)
        # At its own gate and direction it is the scan that stands; anywhere else somebody shows a copy.
        if (first.gate, first.direction) != (place.gate, shown.direction):
            judged, proof_at = rules.replayed(judged.credential), None
    return _record(judged, shown, place, received_at, proof_at)


def of_gate(gate: str, start: int, end: int, at: int) -> Iterator[ScanRow]:
    """Yield a gate's scans with start ≤ instant < end, in order of time."""
    first, last = rules.ulid(start, b"\0" * 10), rules.ulid(end, b"\0" * 10)
    return living(ScanRow.query(gate, ScanRow.ulid.between(first, last), consistent_read=True), at)


def file_report(report: Report, place: Place, received_at: int) -> Filed:
    """File what a code at a gate led to; the same report of the same device again is the row that stands."""
    refused = rules.refusal_of(report, received_at)
    if refused:
        return Filed(new=False, refused=refused)
    # A name with the root's dot is the same host.
    report = replace(report, host=report.host.removesuffix("."))
    row = ReportRow(
        f"report#{place.gate}",
        rules.report_id(report, place.device),
        kind=report.kind,
        host=report.host,
        at=report.at,
        received_at=received_at,
        device=place.device,
        ttl=report.at + rules.KEPT_S,
    )
    new = row.put_if_absent()
    if new:
        # For an alarm to count. Without the host: anybody can write anything into a code, a phone number too.
        log.event("gate.reported", gate=place.gate, kind=report.kind)
    return Filed(new)


def reported_at(gate: str, at: int) -> list[Sighting]:
    """Return what was reported at a gate in the last fortnight, each host once, of the newest reports."""
    newest = ReportRow.query(f"report#{gate}", consistent_read=True, scan_index_forward=False, limit=_MOST_REPORTS)
    return rules.sightings(Report(row.kind, row.host, int(row.at)) for row in living(newest, at))


_MOST_REPORTS = 2_000  # one page of the table's: a device that reports without end must not hold its manager up


def _examine(shown: Shown, at: int, sources: Sources, received_at: int | None = None) -> tuple[Judged, int | None]:
    """The verdict, and the instant of the live proof when the proof stands."""
    try:
        credential = _verifier(sources, (received_at or at) // _KEYS_S).verify_presentation(
            shown.presentation, at=at, status=UNCHECKED, nonce=shown.nonce
        )
    except Refused as refusal:
        return rules.refuse(refusal), None
    proof_at = _proof_at(shown.presentation) if credential.live else None
    try:
        _check_status(credential, sources, at if received_at is None else received_at)
    except Refused as refusal:
        return rules.refuse(refusal), proof_at
    checked = structs.replace(credential, status_checked=True)
    return rules.accept(checked, identity_checked=shown.identity_checked), proof_at


_KEYS_S = 300  # a new key statement binds a turnstile within five minutes


@lru_cache(maxsize=8)
def _verifier(sources: Sources, window: int) -> Verifier:
    return Verifier(sources.keys(window * _KEYS_S), issuer=settings().issuer)


def _check_status(credential: Pass, sources: Sources, received_at: int) -> None:
    entry = credential.credential_status
    slot = Slot(entry.status_list_credential.rpartition("/")[2], int(entry.status_list_index))
    end = status_rules.list_end(slot.list)
    if end is None or received_at >= end + status_rules.KEPT_S:
        raise StatusUnknown("the list is no longer kept", credential)
    try:
        withdrawn = sources.is_withdrawn(slot)
    except GetError:
        # The table did not answer: nobody is let in for that, and nobody called withdrawn.
        raise StatusUnknown("the withdrawal table did not answer", credential) from None
    if withdrawn:
        raise Withdrawn(credential)


def _proof_at(presentation: str) -> int | None:
    """The instant in the proof of a presentation that was verified as live."""
    before, mark, after = presentation.partition("#")
    shown = after if mark else before
    if "~" in shown:
        return take_apart(shown.partition("~")[2])[0]
    return read_digits(shown, settings().issuer).iat


def _first_seen(credential: Pass, proof_at: int, seen: Seen) -> Seen:
    row = ProofRow(
        f"proof#{credential.sub}",
        str(proof_at),
        seen_gate=seen.gate,
        seen_by=seen.device,
        seen_direction=seen.direction,
        seen_at=seen.at,
        ttl=proof_at + rules.KEPT_S,
    )
    if row.put_if_absent():
        return seen
    return ProofRow.get(row.sub, row.proof_at, consistent_read=True).read()


def _record(judged: Judged, shown: Shown, place: Place, received_at: int, proof_at: int | None) -> Recorded:
    credential = judged.credential
    if credential is None:
        return Recorded(judged)
    # What a venue does not ask for is not kept; the scan is, for it happened.
    taken = shown.temperature_c if place.measures else None
    fever = None if taken is None else taken >= FEVER_C
    entry = credential.credential_status
    scan = rules.scan_id(judged, credential.sub, proof_at=proof_at, direction=shown.direction, at=shown.at)
    judged = rules.measured(judged, fever=fever, direction=shown.direction)
    row = ScanRow(
        place.gate,
        scan,
        venue=place.venue,
        area=place.area,
        at=shown.at,
        received_at=received_at,
        direction=shown.direction,
        sub=credential.sub,
        status_list=entry.status_list_credential.rpartition("/")[2],
        index=int(entry.status_list_index),
        verdict=judged.verdict,
        code=judged.code,
        cause=judged.cause,
        live=credential.live,
        device=place.device,
        fever=fever,
        ttl=shown.at + rules.KEPT_S,
    )
    new = row.put_if_absent()
    stored = row if new else ScanRow.get(place.gate, scan, consistent_read=True)
    _tell(stored)
    kept = judged if new else Judged(stored.verdict, stored.code, stored.cause, credential)  # type: ignore[arg-type]  # as stored
    return Recorded(kept, scan, stored.fever)


def _tell(scan: ScanRow) -> None:
    # After the scan: a record that fails must not have been told. On a repeat as well, by the row that stands: it
    # makes no second lookup, and the first attempt may have ended between the two writes.
    lookups.note_scan(
        scan.sub,
        scan.ulid,
        gate=scan.gate,
        venue=scan.venue,
        direction=scan.direction,
        verdict=scan.verdict,
        at=int(scan.at),
    )
