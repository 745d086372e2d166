"""Scans over HTTP: a turnstile asks for a verdict, a guard's page sends what it scanned, up to 25 at once.

What it scanned may be no pass but an address that is not ours: that is reported to the gate's manager.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from credentials import Pass
from functions.checkins.recording import require_temperature
from functions.gates import service as gates
from functions.scans import service
from functions.scans.rules import Report, Sighting, Verdict
from functions.scans.service import Filed, Place, Recorded, Shown
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Malformed
from functions.venues import nesting

routes = Routes("scans")
desk_routes = Routes("gate-reports")
_MOST = 25

Instant = Annotated[str, Meta(min_length=16, max_length=35, examples=["2026-11-22T08:05:00+08:00"])]

# Whatever a scanner read: the strict reader refuses what is no pass, of any length, and answers so.
Presentation = str
Temperature = Literal["passed", "failed", "not-asked"]
Nonce = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]


class VerifyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What was read of a symbol: its URL, its digits, or `jws~kb`; the six digits when the turnstile chose them."""

    presentation: Presentation
    nonce: Nonce | None = None


class ScanIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One scan of a guard; `identity_checked` when the guard looked at the document of a printed pass's holder.

    `temperature_c` is 30.0 to 45.0 with one decimal, where the venue's policy takes temperatures.
    """

    presentation: Presentation
    direction: Literal["in", "out"]
    at: Instant
    nonce: Nonce | None = None
    identity_checked: bool = False
    temperature_c: Annotated[float, Meta(examples=[36.6])] | None = None


class ScansIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Scans in the order they were made."""

    scans: Annotated[tuple[ScanIn, ...], Meta(min_length=1, max_length=_MOST)]


class CredentialOut(Struct, frozen=True, omit_defaults=True):
    """What a guard compares with the person: nothing that the pass itself does not show."""

    name: str
    unit: str
    zone: str
    venues: tuple[str, ...]
    sampled_at: str
    expires_at: str
    document_number: str
    document_issued_by: str
    live: bool
    printed: bool
    document_tail: str | None = None


class VerdictOut(Struct, frozen=True, omit_defaults=True):
    """The verdict; `credential` only when the pass's signature is genuine, `scan` only when a row records it.

    `temperature` answers one that was sent: `not-asked` where the venue takes none, then nothing of it was kept.
    """

    verdict: Verdict
    code: str
    cause: str
    credential: CredentialOut | None = None
    scan: str | None = None
    temperature: Temperature | None = None


class VerdictsOut(Struct, frozen=True):
    """The verdicts, in the order of the scans."""

    results: tuple[VerdictOut, ...]


class GateReportIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a code scanned at the gate led to; `host` is a URL's hostname, in lower case and ASCII, and nothing more of it."""

    kind: Literal["foreign-link"]
    host: Annotated[str, Meta(min_length=1, max_length=253, examples=["pass.example.com"])]
    at: Instant


class GateReportsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Reports in the order they were made."""

    reports: Annotated[tuple[GateReportIn, ...], Meta(min_length=1, max_length=_MOST)]


class GateReportResult(Struct, frozen=True):
    """One of them: 201 filed, 200 filed before, 422 refused with the broken law as its code (`host`, `at-out-of-window`)."""

    status: Literal[200, 201, 422]
    code: str


class GateReportResults(Struct, frozen=True):
    """The results, in the order of the reports."""

    results: tuple[GateReportResult, ...]


class GateReportOut(Struct, frozen=True, omit_defaults=True):
    """A host that codes at the gate led to, and when last; `count` when it was reported more than once."""

    kind: Literal["foreign-link"]
    host: str
    at: str
    count: int = 1


class GateReportsOut(Struct, frozen=True):
    """The hosts of the last fortnight, the newest first."""

    reports: tuple[GateReportOut, ...]


@routes.post(
    "/passes/verify",
    roles={"guard"},
    body=VerifyIn,
    answer=VerdictOut,
    summary="Verify a presentation now and once, for a turnstile",
)
def verify(request: Request) -> VerdictOut:
    """Verify and record; the gate's own direction is the turnstile's."""
    place, direction = _place(request)
    shown = Shown(request.body.presentation, direction, request.at, request.body.nonce)
    return _verdict(service.verify(shown, place, request.at))


@routes.post(
    "/scans",
    roles={"guard"},
    body=ScansIn,
    answer=VerdictsOut,
    summary="Record up to 25 scans, each verified again as of its instant; a repeat makes no second row",
)
def record(request: Request) -> VerdictsOut:
    """Record a guard's scans."""
    place, _direction = _place(request)
    shown = [_shown(number, one) for number, one in enumerate(request.body.scans)]
    recorded = ((one, service.record(one, place, request.at)) for one in shown)
    return VerdictsOut(tuple(_verdict(told, _temperature(one, told)) for one, told in recorded))


@routes.post(
    "/gates/{gate}/reports",
    roles={"guard"},
    body=GateReportsIn,
    answer=GateReportResults,
    summary="Report up to 25 foreign addresses that codes at the gate led to, by their host alone; a repeat is the same",
)
def file_reports(request: Request, gate: str) -> GateReportResults:
    """File a guard's reports, each by itself."""
    request.caller.require_scope(gate)
    place, _direction = _place(request)
    reports = [Report(one.kind, one.host, _instant("reports", n, one.at)) for n, one in enumerate(request.body.reports)]
    return GateReportResults(tuple(_result(service.file_report(one, place, request.at)) for one in reports))


@desk_routes.get(
    "/gates/{gate}/reports",
    roles={"venue", "officer"},
    answer=GateReportsOut,
    summary="Foreign addresses that codes at the gate led to in the last fortnight",
)
def reports(request: Request, gate: str) -> GateReportsOut:
    """List the hosts, the newest first."""
    gates.managed(request.caller, gate, request.at)
    return GateReportsOut(tuple(_sighting(one) for one in service.reported_at(gate, request.at)))


def _place(request: Request) -> tuple[Place, Literal["in", "out"]]:
    gate = gates.require_shift(request.caller, request.at)
    lineage = nesting.lineage(gate.venue, request.at)
    measures = any(one.policy.temperature for one in lineage)
    place = Place(gate.gate, gate.venue, lineage[0].area if lineage else "", request.caller.device, measures)
    return place, "out" if gate.direction == "out" else "in"


def _shown(number: int, scan: ScanIn) -> Shown:
    at = _instant("scans", number, scan.at)
    if scan.temperature_c is not None:
        require_temperature(scan.temperature_c, f"/scans/{number}/temperature_c")
    return Shown(scan.presentation, scan.direction, at, scan.nonce, scan.identity_checked, scan.temperature_c)


def _temperature(shown: Shown, recorded: Recorded) -> Temperature | None:
    if shown.temperature_c is None:
        return None
    if recorded.fever is None:
        return "not-asked"
    return "failed" if recorded.fever else "passed"


def _instant(member: str, number: int, text: str) -> int:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        wrong = FieldError(f"/{member}/{number}/at", "instant", "RFC 3339")
        raise Malformed("`at` is an instant by RFC 3339.", errors=(wrong,)) from None


def _result(filed: Filed) -> GateReportResult:
    if filed.refused:
        return GateReportResult(422, filed.refused)
    return GateReportResult(201 if filed.new else 200, "ok")


def _sighting(one: Sighting) -> GateReportOut:
    return GateReportOut(one.kind, one.host, rfc3339(one.at), one.count)  # type: ignore[arg-type]  # stored by us


def _verdict(recorded: Recorded, temperature: Temperature | None = None) -> VerdictOut:
    judged = recorded.judged
    shown = _credential(judged.credential) if judged.credential else None
    return VerdictOut(judged.verdict, judged.code, judged.cause, shown, recorded.scan, temperature)


def _credential(credential: Pass) -> CredentialOut:
    subject = credential.credential_subject
    return CredentialOut(
        name=subject.name,
        unit=subject.unit,
        zone=subject.zone,
        venues=tuple(subject.venues),
        sampled_at=subject.test.sampled_at,
        expires_at=rfc3339(credential.exp),
        document_number=subject.official_document.number,
        document_issued_by=subject.official_document.issued_by,
        live=credential.live,
        printed=credential.printed,
        document_tail=subject.document_tail,
    )
