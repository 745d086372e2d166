"""How a unit names its people: a ref that means nothing to anybody else, and nothing in another unit.

A ref is the pid encrypted under AES-SIV (RFC 5297) with the unit as associated data: deterministic, so that a page may
link to it; authenticated, so that an invented or foreign one does not open; and not the pid, which two units could
compare.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from functions.shared.problems import NotFound
from functions.shared.secrets import secret


def ref_of(unit: str, pid: str) -> str:
    """Return the ref of a person in a unit: 43 characters of base64url."""
    sealed = _cipher().encrypt(_raw(pid), [unit.encode()])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def pid_of_ref(unit: str, ref: str) -> str:
    """Return the pid that a unit's ref means.

    Raises:
        NotFound: the ref is none of this unit's.
    """
    try:
        raw = _cipher().decrypt(_raw(ref), [unit.encode()])
    except (InvalidTag, ValueError, binascii.Error):
        raise NotFound("There is no such person on this unit's list.", code="person") from None
    pid = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    if ref_of(unit, pid) != ref:  # two bits of the last character say nothing: a ref has one spelling all the same
        raise NotFound("There is no such person on this unit's list.", code="person")
    return pid


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _cipher() -> AESSIV:
    return AESSIV(sha256(b"epipass person ref" + secret("sub")).digest())
