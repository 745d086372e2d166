"""Where the next page begins: opaque, authenticated, bound to who asked what, good for 15 minutes.

A position may hold a pid, so a cursor is encrypted as well: AES-256-GCM with the caller, the route and the filter as
associated data. A cursor of another caller, route or filter does not open, nor does one of yesterday.
"""

from __future__ import annotations

import base64
import binascii
import os
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.shared.problems import Malformed
from functions.shared.secrets import secret

LIFE_S = 15 * 60
_NONCE = 12


def write_cursor(position: Any, *, caller: str, route: str, filter_: str = "", at: int) -> str:
    """Return a cursor for a position of plain JSON values."""
    nonce = os.urandom(_NONCE)
    text = msgspec.json.encode([at + LIFE_S, position])
    closed = nonce + AESGCM(_key()).encrypt(nonce, text, _bound(caller, route, filter_))
    return base64.urlsafe_b64encode(closed).rstrip(b"=").decode()


def read_cursor(cursor: str, *, caller: str, route: str, filter_: str = "", at: int) -> Any:
    """Return the position a cursor holds.

    Raises:
        Malformed: `cursor` when it is altered, expired, or was made for another caller, route or filter.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(caller, route, filter_))
        ends_at, position = msgspec.json.decode(text)
    except (InvalidTag, ValueError, binascii.Error, msgspec.DecodeError):
        raise _bad_cursor() from None
    if at >= ends_at:
        raise _bad_cursor()
    return position


def _bad_cursor() -> Malformed:
    return Malformed("This page link is no longer good. Start again from the first page.", code="cursor")


def _key() -> bytes:
    return sha256(b"epipass cursor" + secret("cursor")).digest()


def _bound(caller: str, route: str, filter_: str) -> bytes:
    return msgspec.json.encode([caller, route, filter_])
