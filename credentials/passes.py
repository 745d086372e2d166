"""The pass: what an issuer says of a holder, and the token that says it."""

from __future__ import annotations

from msgspec import Struct

from credentials import jws
from credentials import payload as wire
from credentials.curve import Signer
from credentials.instants import rfc3339
from credentials.kinds import PASS, PRINTED_PASS
from credentials.payload import (
    Confirmation,
    HolderKey,
    Instant,
    OfficialDocument,
    Payload,
    Status,
    Subject,
    Test,
)
from credentials.refusals import Unreadable
from credentials.shape import SUBJECT_PREFIX, check_shape, context_of

TYP = "vc+jwt"
MAX_TOKEN_CHARS = 4_096
MAX_PAYLOAD_BYTES = 2_944
_FIRST_INSTANT, _LAST_INSTANT = 1_000_000_000, 9_999_999_999  # ten digits


class PassClaims(Struct, frozen=True, kw_only=True):
    """The facts of one pass. Instants are epoch seconds.

    Attributes:
        issuer: the issuer's URL, without a trailing slash.
        subject: 16 characters of `[A-Za-z0-9_-]`, new for each pass (the part of `sub` after `urn:epipass:`).
        issued_at: when it is signed; `not_before` the same unless told.
        expires_at: at most 48 h after `not_before` and after the sample.
        name: masked, 1 to 32 code points.
        unit: 1 to 64; `zone` 0 to 32; at most 8 `venues` of 1 to 32.
        sampled_at: cut to its minute here.
        reference: exactly 16 characters of `[A-Za-z0-9_-]`.
        document_number: the approving document, 1 to 32; `document_issued_by` 1 to 64.
        status_list: the list's name; `status_index` its bit.
        holder: the holder's public JWK (`x`, `y` are read); None makes a printed pass, which needs
            `document_tail`, the last 4 characters of the identity document.
    """

    issuer: str
    subject: str
    issued_at: int
    expires_at: int
    not_before: int | None = None
    name: str
    unit: str
    zone: str = ""
    venues: tuple[str, ...] = ()
    sampled_at: int
    reference: str
    document_number: str
    document_issued_by: str
    status_list: str
    status_index: int
    holder: dict[str, str] | None = None
    document_tail: str | None = None


class Pass(Struct, frozen=True, gc=False):
    """A pass that was verified: the payload's members, and what was checked of it.

    `printed`: made for a person without a key, so the identity must be checked. `live`: its holder's key signed just
    now. `status_checked`: a status list said that it is not withdrawn.
    """

    payload: Payload
    printed: bool
    live: bool = False
    status_checked: bool = False

    @property
    def iss(self) -> str:
        """The issuer's URL."""
        return self.payload.iss

    @property
    def sub(self) -> str:
        """`urn:epipass:` and 16 characters, new for each pass."""
        return self.payload.sub

    @property
    def iat(self) -> int:
        """When it was signed, in epoch seconds."""
        return self.payload.iat

    @property
    def nbf(self) -> int:
        """From when it is valid, in epoch seconds."""
        return self.payload.nbf

    @property
    def exp(self) -> int:
        """Until when it is valid, in epoch seconds."""
        return self.payload.exp

    @property
    def context(self) -> tuple[str, ...]:
        """`@context`."""
        return self.payload.context

    @property
    def type(self) -> tuple[str, ...]:
        """`VerifiableCredential`, `EpidemicPass`, and for a printed one `PrintedPass`."""
        return self.payload.type

    @property
    def issuer(self) -> str:
        """The same as `iss`."""
        return self.payload.issuer

    @property
    def valid_from(self) -> str:
        """`nbf` in RFC 3339."""
        return self.payload.valid_from

    @property
    def valid_until(self) -> str:
        """`exp` in RFC 3339."""
        return self.payload.valid_until

    @property
    def credential_subject(self) -> Subject:
        """Whom it speaks of, masked; unit, zone, venues, test and document."""
        return self.payload.credential_subject

    @property
    def credential_status(self) -> Status:
        """Where its withdrawal would be found."""
        return self.payload.credential_status

    @property
    def cnf(self) -> Confirmation | None:
        """The holder's key; None in a printed pass."""
        return self.payload.cnf


def issue_pass(claims: PassClaims, signer: Signer) -> str:
    """Sign a pass: the compact JWS.

    Raises:
        Unreadable: when the facts break a law of the profile; nothing is signed that `verify` would refuse.
    """
    payload = payload_of(claims)
    check_shape(payload, claims.issuer)
    raw = wire.encode(payload)
    if len(raw) > MAX_PAYLOAD_BYTES:
        raise Unreadable("size", f"over {MAX_PAYLOAD_BYTES} bytes of payload")
    wire.check_text(raw, payload)
    return jws.sign_compact(jws.header_text(TYP, signer.kid), raw, signer)


def payload_of(claims: PassClaims) -> Payload:
    """The credential that states these facts."""
    issuer, holder = claims.issuer, claims.holder
    nbf = claims.issued_at if claims.not_before is None else claims.not_before
    subject = SUBJECT_PREFIX + claims.subject
    return Payload(
        iss=issuer,
        sub=subject,
        iat=_instant(claims.issued_at),
        nbf=_instant(nbf),
        exp=_instant(claims.expires_at),
        context=context_of(issuer),
        type=(PRINTED_PASS if holder is None else PASS).types,
        issuer=issuer,
        valid_from=rfc3339(nbf),
        valid_until=rfc3339(claims.expires_at),
        credential_subject=_subject(subject, claims),
        credential_status=Status(
            type="BitstringStatusListEntry",
            status_purpose="revocation",
            status_list_index=str(claims.status_index),
            status_list_credential=f"{issuer}/status/{claims.status_list}",
        ),
        cnf=None if holder is None else Confirmation(jwk=_holder_key(holder)),
    )


def _instant(instant: int) -> Instant:
    if type(instant) is not int or not _FIRST_INSTANT <= instant <= _LAST_INSTANT:
        raise Unreadable("shape", "an instant that is no integer of epoch seconds")
    return instant


def _holder_key(jwk: dict[str, str]) -> HolderKey:
    if jwk.get("kty", "EC") != "EC" or jwk.get("crv", "P-256") != "P-256":
        raise Unreadable("shape", "the holder's key is not on P-256")
    return HolderKey(crv="P-256", kty="EC", x=jwk.get("x", ""), y=jwk.get("y", ""))


def _subject(subject: str, claims: PassClaims) -> Subject:
    return Subject(
        id=subject,
        name=claims.name,
        document_tail=claims.document_tail,
        unit=claims.unit,
        zone=claims.zone,
        venues=tuple(claims.venues),
        test=Test(
            sampled_at=rfc3339(claims.sampled_at - claims.sampled_at % 60),
            result="negative",
            reference=claims.reference,
        ),
        official_document=OfficialDocument(number=claims.document_number, issued_by=claims.document_issued_by),
    )
