"""Keys of follow-up teams: contact data leaves only as a JWE that the team's private key opens.

A key is registered by an officer and confirmed by another person, or whoever asks for traces could have them answered
to a key of their own. A key's id stands for one key for ever: what a trace was approved for cannot be replaced later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

from functions.shared.labels import is_label
from functions.shared.pages import Page, page_of
from functions.shared.problems import Conflict, FieldError, Forbidden, NotFound, Rejected
from functions.tracing import rules
from functions.tracing.model import FollowUpKey

_MEMBERS = ("crv", "kty", "x", "y")
_ALGORITHM, _ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"


@dataclass(frozen=True)
class Key:
    """A follow-up team's key as the desk shows it; instants in epoch seconds."""

    key: str
    name: str
    area: str
    jwk: dict[str, str]
    registered_by: str
    confirmed_by: str
    retired_at: int

    @property
    def usable(self) -> bool:
        """Whether a trace may name it."""
        return bool(self.confirmed_by) and not self.retired_at


def key(key_id: str, at: int) -> Key:
    """Return a key.

    Raises:
        NotFound: there is none of that id.
    """
    row = FollowUpKey.find(key_id, at=at)
    if row is None:
        raise NotFound("There is no such follow-up key.", code="no-key")
    return _read(row)


def register(key_id: str, public: dict[str, str], *, name: str, area: str, actor: str, at: int) -> tuple[Key, bool]:
    """Register a team's public key and return it, and whether it is new; the same again changes nothing.

    Raises:
        Rejected: the name, or the key: not a public P-256 key.
        Conflict: the id stands for another key.
    """
    if not is_label(name, 64):
        raise _rejected("/name", "label", "1 to 64 characters that a page can show")
    text = _canonical(public)
    row = FollowUpKey(key_id, name=name, area=area, jwk=text, registered_by=actor, registered_at=at)
    if row.put_if_absent():
        return _read(row), True
    stored = FollowUpKey.get(key_id, consistent_read=True)
    if stored.jwk != text or stored.area != area:
        raise Conflict("This id stands for another key. Register the new one under a new id.", code="key-taken")
    return _read(stored), False


def confirm(key_id: str, actor: str, at: int) -> Key:
    """Confirm a key as another person than who registered it; again by anybody changes nothing.

    Raises:
        NotFound: no such key.
        Forbidden: `second-person`: who registered it asks.
        Conflict: it was retired.
    """
    stored = key(key_id, at)
    if rules.same_person(stored.registered_by, actor):
        raise Forbidden("Another person must confirm a key than who registered it.", code="second-person")
    if stored.retired_at:
        raise Conflict("This key was retired. Register a new one.", code="key-retired")
    FollowUpKey(key_id).update_if(
        [FollowUpKey.confirmed_by.set(actor)], (FollowUpKey.confirmed_by == "") & (FollowUpKey.retired_at == 0)
    )
    return key(key_id, at)


def retire(key_id: str, at: int) -> Key:
    """Retire a key whose private half was lost or seen: from now on nothing is encrypted to it, in no trace.

    Raises:
        NotFound: no such key.
    """
    key(key_id, at)
    FollowUpKey(key_id).update_if([FollowUpKey.retired_at.set(at)], FollowUpKey.retired_at == 0)
    return key(key_id, at)


def in_area(area: str, position: Any, limit: int, at: int) -> Page[Key]:
    """List the keys of an area and all below it; there are a few for each district, so the table is scanned."""
    found = FollowUpKey.scan(FollowUpKey.area.startswith(area), last_evaluated_key=position)
    page = page_of(FollowUpKey, found, limit, at)
    return Page([_read(row) for row in page.items], page.position)


def require_usable(key_id: str, area: str, at: int) -> Key:
    """Return a key that a trace of an area may name.

    Raises:
        Rejected: unknown, not confirmed, retired, or of another area.
    """
    row = FollowUpKey.find(key_id, at=at)
    found = _read(row) if row else None
    if found is None or not found.usable or not (area.startswith(found.area) or found.area.startswith(area)):
        raise _rejected("/follow_up_key", "key", "name a confirmed key of this area; GET /follow-up-keys lists them")
    return found


def encrypt(to: Key, text: str) -> str:
    """Return a compact JWE (RFC 7516; ECDH-ES+A256KW, RFC 7518 §4.6) that only the team's private key opens."""
    header = msgspec.json.encode({"alg": _ALGORITHM, "enc": _ENCRYPTION, "kid": to.key}).decode()
    token = jwe.JWE(text.encode(), protected=header, recipient=jwk.JWK(**to.jwk))
    return str(token.serialize(compact=True))


def _canonical(public: dict[str, str]) -> str:
    try:
        made = jwk.JWK(**public)
        told = made.export_public(as_dict=True)
        # The point is checked only when the key is used.
        made.get_op_key("verify")
    except (JWException, ValueError, TypeError):
        raise _not_a_key() from None
    if set(public) != set(_MEMBERS) or told.get("kty") != "EC" or told.get("crv") != "P-256":
        raise _not_a_key()
    return msgspec.json.encode({name: public[name] for name in _MEMBERS}).decode()


def _not_a_key() -> Rejected:
    return _rejected(
        "/jwk", "jwk", "a public P-256 key with the members kty, crv, x and y alone; never the private one"
    )


def _rejected(pointer: str, law: str, detail: str) -> Rejected:
    return Rejected(f"Not possible so: {detail}.", code=law, errors=(FieldError(pointer, law, detail),))


def _read(row: FollowUpKey) -> Key:
    return Key(
        row.key,
        row.name,
        row.area,
        msgspec.json.decode(row.jwk),
        row.registered_by,
        row.confirmed_by,
        int(row.retired_at),
    )
