"""Signing: an entitlement becomes a pass when its holder's page fetches it, or when it is printed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pynamodb.exceptions import TransactWriteError

import credentials
from functions.keys import service as keys
from functions.matching import service as matching
from functions.passes import rules, service
from functions.passes.model import KEPT_S, PRINTED, PassRow, passes_of, place_of
from functions.shared import log
from functions.shared.config import settings
from functions.shared.fields import Fields
from functions.shared.masking import mask
from functions.shared.problems import Conflict, TooMany, Unavailable
from functions.shared.secrets import keyed_hash
from functions.shared.transactions import lost, transaction
from functions.staff import service as staff
from functions.status import service as status
from functions.units import service as units

FIELDS: Final = Fields("pass")
MOST_AT_ONCE: Final = 30  # unexpired passes of a person and unit; a page that asks for more is broken or hostile
_ATTEMPTS = 6
_TAIL = 4  # characters of the document that a printed pass shows
_HASH_BYTES = 12  # 16 characters of base64url


@dataclass(frozen=True)
class Holder:
    """Who a pass is bound to: a key and its thumbprint, or paper (`jwk` None) with the reason it was asked for."""

    thumbprint: str
    jwk: dict[str, str] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a pass is made from, read together at one instant."""

    pid: str
    listing: staff.Listing
    unit: units.Unit
    entitlement: matching.Entitlement
    life: rules.Life


def issue(pid: str, scope: str, holder_jwk: dict[str, str], thumbprint: str, at: int) -> str:
    """Return the pass of a person and unit bound to a fresh holder key; the same bytes whenever it is asked again.

    Arguments: `holder_jwk` a public JWK on P-256 whose private half the caller proved to hold, `thumbprint` its
    RFC 7638 thumbprint, `at` the instant in epoch seconds. A printed pass of the same scope is withdrawn.

    Raises:
        Conflict: with the full cause as its code when the person is not entitled, `withdrawn` when the pass bound to
            this key was taken back: fetch another with a new key.
    """
    row = _signed(pid, scope, at, lambda _evidence: Holder(thumbprint, holder_jwk))
    service.withdraw_other_kind(row, at)
    return row.token


def print_token(pid: str, scope: str, reason: str, at: int) -> str:
    """Return a pass for paper, without a holder key; live passes of the same scope are withdrawn.

    Whether this person may have one (no device enrolled, a named reason, a unit or an officer asks) is `printing`'s
    to decide. A second copy of a standing one is the same bytes.

    Raises:
        Conflict: with the full cause as its code when the person is not entitled.
    """
    row = _signed(pid, scope, at, lambda evidence: Holder(_copy(evidence), None, reason))
    service.withdraw_other_kind(row, at)
    return row.token


def _copy(evidence: Evidence) -> str:
    """Name the printed copy: after a withdrawn one of the same life comes another, never the same bytes."""
    rows = [row for row in passes_of(evidence.pid, evidence.unit.unit) if row.printed]
    gone = [row for row in rows if row.expires_at == evidence.life.expires_at and _is_withdrawn(row)]
    return f"{PRINTED}.{len(gone)}" if gone else PRINTED


def _signed(pid: str, scope: str, at: int, holder_of: Callable[[Evidence], Holder]) -> PassRow:
    for _attempt in range(_ATTEMPTS):
        evidence = _evidence(pid, scope, at)
        holder = holder_of(evidence)
        place = place_of(scope, evidence.life.expires_at, holder.thumbprint)
        row = PassRow.find(pid, place, at=at) or _sign_another(evidence, holder, place, at)
        if row is None:
            continue
        if _is_withdrawn(row):
            raise Conflict("This pass was taken back. Fetch another with a new key.", code="withdrawn")
        return row
    raise Conflict("Your status is changing at this moment. Try again.", code="busy")


def _sign_another(evidence: Evidence, holder: Holder, place: str, at: int) -> PassRow | None:
    unexpired = [row for row in passes_of(evidence.pid, evidence.unit.unit) if row.expires_at > at]
    if len(unexpired) >= MOST_AT_ONCE and sum(not _is_withdrawn(row) for row in unexpired) >= MOST_AT_ONCE:
        raise TooMany("So many passes were fetched that no more are signed today.", retry_after_s=3600, code="passes")
    return _sign(evidence, holder, place, at)


def _evidence(pid: str, scope: str, at: int) -> Evidence:
    entitlement, listing, unit = matching.entitlement(pid, scope, at), staff.listing(scope, pid, at), units.unit(scope)
    if entitlement is None or listing is None or unit is None:
        raise _refused("not-listed")
    life = rules.life(entitlement.sampled_at, min(entitlement.expires_at, unit.ends_at))
    cause = rules.refusal(entitlement.verdict, entitlement.cause, life.expires_at, at)
    if cause:
        raise _refused(cause)
    if life.sampled_at > at:  # a clock that is right decides for nobody before their sample
        raise Unavailable(
            "The service's clock is wrong just now. Try again in a minute.", retry_after_s=60, code="clock"
        )
    return Evidence(pid, listing, unit, entitlement, life)


def _refused(cause: str) -> Conflict:
    return Conflict("There is no pass to fetch now; your status says why and what to do.", code=cause)


def _sign(evidence: Evidence, holder: Holder, place: str, at: int) -> PassRow | None:
    """Sign and store a pass, or return None when the entitlement or the row was written meanwhile."""
    claims = _claims(evidence, holder, status.allocate(evidence.life.expires_at, at), at)
    signer = keys.signer("pass", at)
    row = PassRow(
        evidence.pid,
        place,
        sub=claims.subject,
        kid=signer.kid,
        status_list=claims.status_list,
        status_index=claims.status_index,
        token=credentials.issue_pass(claims, signer),
        signed_at=at,
        expires_at=claims.expires_at,
        reason=FIELDS.encrypt(f"{evidence.pid}|{place}", "reason", holder.reason) if holder.reason else None,
        ttl=claims.expires_at + KEPT_S,
    )
    if not _stored(row, evidence.entitlement):
        return None
    log.event("pass.signed", scope=evidence.unit.unit, printed=row.printed)
    return row


def _stored(row: PassRow, entitlement: matching.Entitlement) -> bool:
    # One transaction: a refusal written after the evidence was read makes it fail, and a refusal written after it
    # finds the row, so that no withdrawal can miss a pass (law 6).
    try:
        with transaction() as together:
            together.condition_check(*matching.standing_check(entitlement))
            together.save(row, condition=PassRow.place.does_not_exist())
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def _claims(evidence: Evidence, holder: Holder, slot: status.Slot, at: int) -> credentials.PassClaims:
    unit, listing, life = evidence.unit, evidence.listing, evidence.life
    subject = _hash("subject", evidence.pid, unit.unit, str(life.expires_at), holder.thumbprint)
    reference = _hash("reference", subject, evidence.entitlement.lab, evidence.entitlement.tube)
    return credentials.PassClaims(
        issuer=settings().issuer,
        subject=subject,
        issued_at=at,
        expires_at=life.expires_at,
        name=mask(listing.name),
        unit=rules.cut(unit.name, 64),
        zone=rules.cut(unit.zone, 32),
        venues=tuple(rules.cut(venue, 32) for venue in listing.venues[: rules.MOST_VENUES]),
        sampled_at=life.sampled_at,
        reference=reference,
        document_number=unit.document_number,
        document_issued_by=rules.cut(unit.document_issued_by, 64),
        status_list=slot.list,
        status_index=slot.index,
        holder=holder.jwk,
        document_tail=None if holder.jwk else listing.id_tail.rjust(_TAIL, "*"),  # an unknown document may be shorter
    )


def _hash(*facts: str) -> str:
    return base64.urlsafe_b64encode(keyed_hash("sub", *facts)[:_HASH_BYTES]).decode()


def _is_withdrawn(row: PassRow) -> bool:
    return status.is_withdrawn(service.slot_of(row))
