"""A venue code 场所码: ten characters for people, and the same signed for the address a poster's symbol holds.

    short    = 8 characters of Crockford's base 32 (40 random bits) + 2 check digits    K7QM3XPA91
    address  = <venue>-<short>-<mark>, mark = base32(HMAC-SHA256(secret, venue, short)[:5]), lower case

The check digits are the 40 bits modulo 97: a prime over 32 to whose modulus 32 has an order of 48, so that any one wrong
character and any two exchanged ones of the eight are seen before anybody is asked. ISO/IEC 7064 MOD 97-10, as in an
IBAN, counts a letter as two digits and misses one in a hundred. The mark shows that we made the code, without a table: whoever tries out codes costs nothing but a hash. Both
hang on a wall; neither is a secret.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM = 8
_SHORT = re.compile(rf"[{ALPHABET}]{{{_RANDOM}}}[0-9]{{2}}")
_ADDRESS = re.compile(r"(?P<venue>[A-Za-z0-9_-]{1,40})-(?P<short>[0-9A-Z]{10})-(?P<mark>[a-z2-7]{8})\Z")
# What people read for something else, and what they put between: by Crockford's own table.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

Sign = Callable[[str, str], bytes]


@dataclass(frozen=True)
class Address:
    """What a poster's symbol says: which venue, by which code, and the mark that we made it."""

    venue: str
    short: str
    mark: str


def make_short(randomness: bytes) -> str:
    """Return a new short code.

    Args:
        randomness: 5 random bytes.
    """
    drawn = int.from_bytes(randomness, "big")
    data = "".join(ALPHABET[(drawn >> shift) & 31] for shift in range(5 * (_RANDOM - 1), -1, -5))
    return data + _check_digits(data)


def read_short(text: str) -> str | None:
    """Return the short code somebody typed, None when it is none: of another length, or a character is wrong."""
    folded = text.upper().translate(_MISREAD)
    if not _SHORT.fullmatch(folded) or folded[_RANDOM:] != _check_digits(folded[:_RANDOM]):
        return None
    return folded


def spelled(short: str) -> str:
    """Return a short code as people read it: K7QM-3XPA-91."""
    return f"{short[:4]}-{short[4:8]}-{short[8:]}"


def address(venue: str, short: str, sign: Sign) -> str:
    """Return the last part of the address a poster's symbol holds."""
    return f"{venue}-{short}-{_mark(venue, short, sign)}"


def read_address(text: str) -> Address | None:
    """Return what an address says, None when it is none; whether we made it, `is_ours` tells."""
    found = _ADDRESS.match(text)
    if found is None or read_short(found["short"]) != found["short"]:
        return None
    return Address(found["venue"], found["short"], found["mark"])


def is_ours(found: Address, sign: Sign) -> bool:
    """Tell whether the mark is ours: constant in time, since the mark of a code one chose must not be learnt by trying."""
    return hmac.compare_digest(found.mark, _mark(found.venue, found.short, sign))


def _mark(venue: str, short: str, sign: Sign) -> str:
    return base64.b32encode(sign(venue, short)[:5]).decode().lower()


def _check_digits(data: str) -> str:
    rest = 0
    for char in data:
        rest = (rest * 32 + ALPHABET.index(char)) % 97
    return f"{rest:02}"
