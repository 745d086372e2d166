"""Scans over HTTP: a turnstile asks for a verdict, a guard's page sends what it scanned, up to 25 at once."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from credentials import Pass
from functions.gates import service as gates
from functions.scans import service
from functions.scans.rules import Verdict
from functions.scans.service import Place, Recorded, Shown
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Malformed
from functions.venues import service as venues

routes = Routes("scans")
_MOST = 25

# Whatever a scanner read: the strict reader refuses what is no pass, of any length, and answers so.
Presentation = str
Nonce = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]


class VerifyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What was read of a symbol: its URL, its digits, or `jws~kb`; the six digits when the turnstile chose them."""

    presentation: Presentation
    nonce: Nonce | None = None


class ScanIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One scan of a guard; `identity_checked` when the guard looked at the document of a printed pass's holder."""

    presentation: Presentation
    direction: Literal["in", "out"]
    at: Annotated[str, Meta(min_length=16, max_length=35, examples=["2026-11-22T08:05:00+08:00"])]
    nonce: Nonce | None = None
    identity_checked: bool = False


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
    """The verdict; `credential` only when the pass's signature is genuine, `scan` only when a row records it."""

    verdict: Verdict
    code: str
    cause: str
    credential: CredentialOut | None = None
    scan: str | None = None


class VerdictsOut(Struct, frozen=True):
    """The verdicts, in the order of the scans."""

    results: tuple[VerdictOut, ...]


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
    return VerdictsOut(tuple(_verdict(service.record(one, place, request.at)) for one in shown))


def _place(request: Request) -> tuple[Place, Literal["in", "out"]]:
    gate = gates.require_shift(request.caller, request.at)
    venue = venues.known(gate.venue, request.at)
    area = venue.area if venue else ""
    return Place(gate.gate, gate.venue, area, request.caller.device), "out" if gate.direction == "out" else "in"


def _shown(number: int, scan: ScanIn) -> Shown:
    try:
        at = parse_instant(scan.at)
    except (ValueError, OverflowError):
        wrong = FieldError(f"/scans/{number}/at", "instant", "RFC 3339")
        raise Malformed("`at` is an instant by RFC 3339.", errors=(wrong,)) from None
    return Shown(scan.presentation, scan.direction, at, scan.nonce, scan.identity_checked)


def _verdict(recorded: Recorded) -> VerdictOut:
    judged = recorded.judged
    shown = _credential(judged.credential) if judged.credential else None
    return VerdictOut(judged.verdict, judged.code, judged.cause, shown, recorded.scan)


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
