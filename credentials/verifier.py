"""The strict verifier: laws in order of their cost, the first that fails decides, nothing but Refused leaves it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from credentials import jws, live
from credentials import payload as wire
from credentials.keys import KeySet, VerifyingKey, header_table
from credentials.kinds import Kind
from credentials.passes import MAX_TOKEN_CHARS, TYP, Pass
from credentials.payload import Payload
from credentials.refusals import (
    Expired,
    NotLive,
    NotYetValid,
    Refused,
    StatusUnknown,
    Unreadable,
    Untrusted,
    Withdrawn,
)
from credentials.shape import check_shape, is_issuer
from credentials.status import StatusLists, Unchecked
from credentials.transport import Unpacked, read_digits

LEEWAY_S: Final = 60
MAX_TEXT_CHARS: Final = 8_192
MAX_PAIR_CHARS: Final = live.MAX_PRESENTATION_CHARS
_ONLY_DIGITS = re.compile(r"[0-9]+")


class _Read(NamedTuple):
    payload: Payload
    kind: Kind


class Verifier:
    """Verifies passes of one issuer.

    Args:
        keys: the issuer's keys.
        issuer: the issuer's URL, `https://…` without a trailing slash.

    Raises:
        Untrusted: when the keys come from another issuer's statement.
    """

    def __init__(self, keys: KeySet, *, issuer: str) -> None:
        if not is_issuer(issuer):
            raise ValueError("an issuer is an https URL without a trailing slash")
        if keys.statement is not None and keys.statement.iss != issuer:
            raise Untrusted("the key statement is another issuer's")
        self._issuer = issuer
        self._statement = keys.statement
        self._keys = header_table(keys, TYP)

    def verify(self, token: str, *, at: int, status: StatusLists | Unchecked) -> Pass:
        """Verify a token by itself, without a live proof.

        Args:
            token: the compact JWS.
            at: epoch seconds.
            status: the lists to ask, or `UNCHECKED`.

        Raises:
            Refused: one of its leaves, for any input whatever.
        """
        read = self._read(token, at)
        return self._judge_status(read, at, status, is_live=False)

    def verify_presentation(
        self, text: str, *, at: int, status: StatusLists | Unchecked, nonce: str | None = None
    ) -> Pass:
        """Verify what a guard scans: a QR's URL, its digits, `jws~kb`, or a token.

        Args:
            text: only what follows its first `#` is read, when it has one.
            at: epoch seconds.
            status: the lists to ask, or `UNCHECKED`.
            nonce: six digits the guard chose; then no other will do.

        Raises:
            Refused: one of its leaves, for any input whatever.
        """
        shown = _fragment(text)
        if _ONLY_DIGITS.fullmatch(shown):
            unpacked = read_digits(shown, self._issuer)
            key = self._keys.get(jws.header_text(TYP, unpacked.kid))
            if key is None:
                raise Untrusted("unknown key", unpacked.kid)
            read = self._judge(key, unpacked.payload, unpacked.issuer_signature, unpacked.token, at)
            proven = self._prove_unpacked(read, unpacked, at, nonce)
        else:
            token, tilde, proof = shown.partition("~")
            if len(shown) > MAX_PAIR_CHARS:
                raise Unreadable("size", f"over {MAX_PAIR_CHARS} characters")
            read = self._read(token, at)
            proven = self._prove(read, token, proof if tilde else None, at, nonce)
        return self._judge_status(read, at, status, is_live=proven)

    def _read(self, token: str, at: int) -> _Read:
        key, raw, signature = jws.open_token(token, MAX_TOKEN_CHARS, self._keys, TYP)
        return self._judge(key, raw, signature, token, at)

    def _judge(self, key: VerifyingKey, raw: bytes, signature: bytes, token: str, at: int) -> _Read:
        """Laws 4 to 8 over a token's parts."""
        payload = wire.decode(raw)
        kind = self._kind_of(raw, payload)
        if not key.may_sign("pass", payload.iat):
            raise Untrusted("not a pass key at that time", key.kid)
        jws.check_signature(key.key, token, signature, key.kid)
        if at < payload.nbf - LEEWAY_S or payload.iat > at + LEEWAY_S:
            raise NotYetValid(Pass(payload, kind.printed), max(payload.nbf, payload.iat))
        if at >= payload.exp + LEEWAY_S:
            raise Expired(Pass(payload, kind.printed), payload.exp)
        return _Read(payload, kind)

    def _kind_of(self, raw: bytes, payload: Payload) -> Kind:
        """The laws *text* and *shape*. Text comes first, and is looked at last: a good pass is what must be quick."""
        try:
            kind = check_shape(payload, self._issuer)
        except Refused:
            if not wire.is_plain(raw):
                raise Unreadable("text", "a control, direction or zero-width character") from None
            raise
        wire.check_text(raw, payload)
        return kind

    def _prove(self, read: _Read, token: str, proof: str | None, at: int, nonce: str | None) -> bool:
        """Whether a pass in text is live; raises NotLive."""
        key = read.payload.cnf
        if key is None:
            if proof is not None:
                raise Unreadable("live", "a printed pass with a proof")
            return False
        if proof is None:
            raise NotLive("no proof", _pass(read))
        try:
            live.check_proof(token, proof, key.jwk, issuer=self._issuer, at=at, nonce=nonce)
        except NotLive as problem:
            raise NotLive(str(problem), _pass(read), problem.age_s) from None
        return True

    def _prove_unpacked(self, read: _Read, unpacked: Unpacked, at: int, nonce: str | None) -> bool:
        """Whether a pass in digits is live; its proof is rebuilt, so only its time and signature can be wrong."""
        key, iat = read.payload.cnf, unpacked.iat
        if key is None:
            if iat is not None:
                raise Unreadable("live", "a printed pass with a proof")
            return False
        if iat is None:
            raise NotLive("no proof", _pass(read))
        chosen = live.nonce_of(iat) if nonce is None else nonce
        signed = live.signed_part(unpacked.token, self._issuer, iat, chosen)
        try:
            live.check_holder(signed, unpacked.signature, key.jwk, iat=iat, at=at)
        except NotLive as problem:
            raise NotLive(str(problem), _pass(read), problem.age_s) from None
        return True

    def _judge_status(self, read: _Read, at: int, status: StatusLists | Unchecked, *, is_live: bool) -> Pass:
        payload, kind = read
        statement = self._statement
        if statement is not None and statement.not_before is not None and payload.iat < statement.not_before:
            raise Withdrawn(Pass(payload, kind.printed, is_live))
        if isinstance(status, StatusLists):
            self._ask(read, at, status, is_live=is_live)
        if statement is not None and at >= statement.exp:
            raise StatusUnknown("the key statement is out of date", Pass(payload, kind.printed), at - statement.iat)
        return Pass(payload, kind.printed, is_live, isinstance(status, StatusLists))

    def _ask(self, read: _Read, at: int, lists: StatusLists, *, is_live: bool) -> None:
        entry = read.payload.credential_status
        try:
            lists.check(entry.status_list_credential, int(entry.status_list_index), at)
        except Withdrawn:
            raise Withdrawn(_pass(read, is_live=is_live)) from None
        except StatusUnknown as problem:
            raise StatusUnknown(str(problem), _pass(read, is_live=is_live), problem.age_s) from None


def _pass(read: _Read, *, is_live: bool = False) -> Pass:
    return Pass(read.payload, read.kind.printed, is_live)


def _fragment(text: object) -> str:
    """What is read of a scanned text: bounded before it is searched; raises Unreadable."""
    if not isinstance(text, str):
        raise Unreadable("size", "not a text")
    # A browser counts UTF-16 units: two for each of the characters that an odd scanner may put before the `#`.
    if len(text) > MAX_TEXT_CHARS or (not text.isascii() and _units_of(text) > MAX_TEXT_CHARS):
        raise Unreadable("size", f"over {MAX_TEXT_CHARS} characters")
    before, mark, after = text.partition("#")
    return after if mark else before


def _units_of(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
