"""Three ways to answer a suite: as the product does, leniently, and with nothing but refusals.

`Strict` is the product: a request is laid over a real pass, and the product's own verifier decides. `Lenient` takes
credentials of any kind; of it, only signing, the token's form, its header, its signature and the status list are the
product's. `Refusing` shows which of a suite's tests an endpoint passes that can do nothing at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final, Protocol

from conformance.datamodel import CONTEXT_V2, ENVELOPE, Json, Nonconforming, check_credential, open_envelope
from credentials import (
    KeySet,
    LocalSigner,
    PassClaims,
    Refused,
    StatusLists,
    Verifier,
    b64,
    issue_pass,
    jws,
    published_jwk,
    status_list,
)

MAX_CHARS: Final = 65_536
MEDIA: Final = "data:application/vc+jwt,"
_LIST = "conformance-1"
_DAY_S = 86_400


class Answers(Protocol):
    """What a suite may ask."""

    def issue(self, credential: Json) -> str:
        """A token for `credential`; Nonconforming or Refused when there is none."""

    def verify(self, token: str) -> None:
        """Hold a token to the law, its status too; Nonconforming or Refused when it breaks it."""


class Issuer:
    """An issuer of one day: a key for passes, one for lists, and an empty status list.

    Args:
        url: `https://…`, without a trailing slash.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.pass_key, self.status_key = LocalSigner.generate(), LocalSigner.generate()
        self.now = int(time.time())
        day = {"nbf": self.now - _DAY_S, "exp": self.now + _DAY_S}
        self.jwks: Json = {
            "keys": [
                published_jwk(self.pass_key.public_jwk(), use="pass", **day),
                published_jwk(self.status_key.public_jwk(), use="status", **day),
            ]
        }
        self.keys = KeySet.from_jwks(self.jwks)
        self.status_token = status_list(
            list_id=_LIST, bits=bytes(16_384), issuer=url, signer=self.status_key, at=self.now
        )
        self.lists = StatusLists(self.keys, url)
        self.lists.add(self.status_token, self.now)

    def entry(self) -> Json:
        """The status entry of a credential that nobody has withdrawn."""
        return {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": f"{self.url}/status/{_LIST}",
        }


def payload_of(token: str) -> Json:
    """A token's payload, nothing promised."""
    part = token.split(".")[1]
    found = json.loads(b64.decode(part))
    if not isinstance(found, dict):
        raise Nonconforming("a payload that is no object")
    return found


class Strict:
    """The product's issuing and verifying, nothing beside it."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self.holder = LocalSigner.generate()
        self._verifier = Verifier(issuer.keys, issuer=issuer.url)

    def issue(self, credential: Json) -> str:
        """A real pass where nothing but a pass is asked for; otherwise what was asked, as the verifier judges it."""
        genuine = payload_of(self.make())
        asked = json.dumps(self._laid_over(genuine, credential), ensure_ascii=False, separators=(",", ":"))
        key = self._issuer.pass_key
        token = jws.sign_compact(jws.header_text("vc+jwt", key.kid), asked.encode(), key)
        self.verify(token)
        return token

    def verify(self, token: str) -> None:
        """The product's verdict."""
        self._verifier.verify(token, at=int(time.time()), status=self._issuer.lists)

    def make(self, *, printed: bool = False, zone: str = "", ago_s: int = 0) -> str:
        """A real pass of an hour; `ago_s` seconds ago it began."""
        start = self._issuer.now - ago_s
        return issue_pass(
            PassClaims(
                issuer=self._issuer.url, subject="AAECAwQFBgcICQoL", issued_at=start, expires_at=start + 3_600,
                # In Latin letters: the data model's suite opens base64url with a decoder that knows no `-` and `_`.
                name="M*** S*****t", unit="Hospital No 3", zone=zone, sampled_at=start - 3_600,
                reference="mZ3v0xK9QwE1rT5y", document_number="EPI-2026-0000001",
                document_issued_by="District Office", status_list=_LIST, status_index=94_567,
                holder=None if printed else self.holder.public_jwk(), document_tail="602X" if printed else None,
            ),
            self._issuer.pass_key,
        )  # fmt: skip

    def _laid_over(self, genuine: Json, credential: Json) -> Json:
        """The pass with what was asked laid over it.

        The profile says itself what a pass's context, types and subject are, and gives it no `id`: where a suite asks
        for the least there is, the pass's own stand. A member that a suite leaves out is left out.
        """
        plain = {"@context": [CONTEXT_V2], "type": ["VerifiableCredential"], "issuer": self._issuer.url}
        kept = {name: value for name, value in genuine.items() if name in credential or not _is_required(name)}
        for name, value in credential.items():
            is_plain = (name in plain and plain[name] == value) or (
                name == "credentialSubject" and _is_only_named(value)
            )
            if not is_plain and not (name == "id" and str(value).startswith("urn:uuid:")):
                kept[name] = value
        return kept


def _is_required(member: str) -> bool:
    return member in ("@context", "type", "issuer", "credentialSubject")


def _is_only_named(subject: object) -> bool:
    return isinstance(subject, dict) and subject.keys() == {"id"} and isinstance(subject["id"], str)


class Lenient:
    """Any credential of the data model 2.0, signed and verified by the product's JOSE; laxer than any product of ours."""

    def __init__(self, issuer: Issuer, *, with_status: bool = False) -> None:
        self._issuer = issuer
        self._with_status = with_status
        self._headers = {jws.header_text("vc+jwt", kid): key for kid, key in issuer.keys.keys.items()}

    def issue(self, credential: Json) -> str:
        """Sign what the data model allows."""
        added = {"credentialStatus": self._issuer.entry()} if self._with_status else {}
        document = {**credential, **added}
        check_credential(document)
        key = self._issuer.pass_key
        raw = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return jws.sign_compact(jws.header_text("vc+jwt", key.kid), raw, key)

    def verify(self, token: str) -> None:
        """The product's laws of form, header and signature, the data model's of content, the product's of status."""
        key, raw, signature = jws.open_token(token, MAX_CHARS, self._headers, "vc+jwt")
        jws.check_signature(key.key, token, signature, key.kid)
        document = json.loads(raw)
        check_credential(document)
        entry = document.get("credentialStatus")
        if self._with_status and isinstance(entry, Mapping):
            self._issuer.lists.check(entry["statusListCredential"], int(entry["statusListIndex"]), int(time.time()))


class Refusing:
    """No to everything."""

    def issue(self, credential: Json) -> str:
        """Nothing."""
        raise Nonconforming(f"refused: {len(credential)} members")

    def verify(self, token: str) -> None:
        """Nothing."""
        raise Nonconforming(f"refused: {len(token)} characters")


def envelope(token: str) -> Json:
    """A token as the data model hands it around inside JSON."""
    return {"@context": [CONTEXT_V2], "type": ENVELOPE, "id": MEDIA + token}


def opened(document: Any) -> str:
    """The token in an envelope; raises Nonconforming for what is none."""
    media, token = open_envelope(document)
    if media != "vc+jwt":
        raise Nonconforming("id is no data URL of a vc+jwt")
    return token


def choose(name: str, issuer: Issuer, *, with_status: bool) -> Answers:
    """The answers called `strict`, `lenient` or `refusing`."""
    if name == "strict":
        return Strict(issuer)
    return Lenient(issuer, with_status=with_status) if name == "lenient" else Refusing()


REFUSALS: Final = (Nonconforming, Refused)
