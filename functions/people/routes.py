"""`POST /codes`, `/people` and `/tokens`: how somebody's device comes to act for them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from credentials import proofs
from functions.keys import service as keys
from functions.people import devices, service
from functions.shared.config import settings
from functions.shared.http import Answer, Request, Routes

routes = Routes("people")

Short = Annotated[str, Meta(min_length=1, max_length=64)]
Proof = Annotated[str, Meta(min_length=1, max_length=2048)]
Coordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public JWK on P-256 (RFC 7518 section 6.2), as WebCrypto exports it once `ext` and `key_ops` are dropped."""

    kty: str
    crv: str
    x: Coordinate
    y: Coordinate

    def jwk(self) -> dict[str, str]:
        """Return the key as a JWK."""
        return {"kty": self.kty, "crv": self.crv, "x": self.x, "y": self.y}


class CodeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to send a one-time code."""

    phone: Short


class CodeOut(msgspec.Struct, frozen=True):
    """How long a code is good, if one was sent: that is not told."""

    valid_s: int = 600


class PersonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody says they are, and the device that shall act for them."""

    id_number: Short
    name: Short
    phone: Short
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
    device_key: PublicKey
    proof: Proof
    id_type: Annotated[str, Meta(max_length=64)] = "resident-id"
    label: Annotated[str, Meta(max_length=64)] = ""
    replace_oldest: bool = False


class TokenIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which person's device asks, and its proof."""

    pid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$(?!\n)")]
    device_key: PublicKey
    proof: Proof


class PersonOut(msgspec.Struct, frozen=True):
    """An enrolled person and the device's first token, to be sent as `Authorization: DPoP`."""

    pid: str
    token: str
    expires_in: int


@routes.post("/codes", roles={"public"}, body=CodeIn, answer=CodeOut, status=202, summary="Send a one-time code")
def ask_code(request: Request) -> CodeOut:
    """Always 202 for a phone that can exist, whoever it belongs to and however often it was asked for."""
    service.ask_code(request.body.phone, request.viewer, request.at)
    return CodeOut()


@routes.post("/people", roles={"public"}, body=PersonIn, answer=PersonOut, status=201, summary="Enrol a device")
def enrol(request: Request) -> Answer:
    """Anybody may enrol; what it gives them depends on the lists they are on."""
    given: PersonIn = request.body
    thumbprint = devices.proved_key(given.device_key.jwk(), given.proof, path="/people", at=request.at)
    enrolment = service.Enrolment(
        id_type=given.id_type,
        id_number=given.id_number,
        name=given.name,
        phone=given.phone,
        code=given.code,
        label=given.label,
        replace_oldest=given.replace_oldest,
    )
    pid = service.enrol(enrolment, thumbprint, request.at)
    return Answer(_token(pid, thumbprint, request.at), status=201)


@routes.post("/tokens", roles={"public"}, body=TokenIn, answer=PersonOut, summary="Renew a device's token")
def renew(request: Request) -> PersonOut:
    """A fresh 15-minute token for an enrolled device."""
    given: TokenIn = request.body
    thumbprint = devices.proved_key(given.device_key.jwk(), given.proof, path="/tokens", at=request.at)
    service.renew(given.pid, thumbprint, request.at)
    return _token(given.pid, thumbprint, request.at)


def _token(pid: str, thumbprint: str, at: int) -> PersonOut:
    token = proofs.issue_access_token(
        subject=pid,
        role="holder",
        scope=pid,
        device=thumbprint,
        issuer=settings().issuer,
        signer=keys.signer("token", at),
        at=at,
    )
    return PersonOut(pid, token, proofs.TOKEN_LIFE_S)
