"""Identity documents 证件: one validator a type. An unknown type is accepted and flagged, never a bad row.

Types and what their numbers look like:

| type | document | number |
|---|---|---|
| `resident-id` | 居民身份证 | 18 characters by GB 11643-1999 |
| `hk-macao-residence`, `taiwan-residence` | 港澳台居民居住证 | the same, with area 81, 82 or 83 |
| `foreigner-permanent-residence` | 外国人永久居留身份证 | 3 letters and 12 digits, or since 2023 18 by GB 11643 |
| `passport` | 护照 | 5 to 9 letters and digits (ICAO Doc 9303) |
| `hk-macao-permit` | 港澳居民来往内地通行证 | H or M and 8 digits, with or without 2 of the issue |
| `taiwan-permit` | 台湾居民来往大陆通行证 | 8 digits, with or without 2 of the issue |
| `epipass-canary` | the canary's own, drawn anew for each; no person and no staff list may name it | 32 hexadecimal digits |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul
from types import MappingProxyType
from typing import Final

from functions.shared.reserved import CANARY_DOCUMENT
from functions.shared.sheets.text import compact

RESIDENT_ID: Final = "resident-id"
_LONGEST = 64
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EARLIEST = date(1890, 1, 1)
_ORNAMENT = re.compile(r"[\s()\-_·:.]")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is compared: its type here, its folded number, and whether the type is one we know."""

    type: str
    number: str
    known: bool

    @property
    def tail(self) -> str:
        """The last four characters, which a printed pass shows beside the masked name."""
        return self.number[-4:]

    @property
    def reserved(self) -> bool:
        """Whether no person can have it (`functions/shared/reserved.py`)."""
        return self.type == CANARY_DOCUMENT


class DocumentFault(ValueError):
    """A number that is not one of its type. `law` names what is wrong; no part of the number is in it."""

    def __init__(self, law: str) -> None:
        self.law = law
        super().__init__(law)


def check_character(first_17: str) -> str:
    """Return the 18th character of a resident id (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK[sum(map(mul, map(int, first_17), _WEIGHTS)) % 11]


def read_document(id_type: str, id_number: str) -> Document:
    """Return the document that a type and number name.

    Args:
        id_type: any known name of a type in either language; empty means a resident id card.
        id_number: the number as typed; full-width characters, spaces and a leading apostrophe are folded.

    Raises:
        DocumentFault: `id-missing`, `id-length`, `id-form`, `id-birth-date` or `id-check-digit`.
    """
    number = compact(id_number).upper()
    if not number:
        raise DocumentFault("id-missing")
    if len(number) > _LONGEST:
        raise DocumentFault("id-length")
    kind = document_type(id_type)
    if kind not in _VALIDATORS:
        return Document(kind, number, known=False)
    return Document(kind, _VALIDATORS[kind](number), known=True)


@lru_cache(maxsize=256)
def document_type(text: str) -> str:
    """Return a type's name here; an unknown one comes back folded, cut to 32 characters."""
    key = _ORNAMENT.sub("", compact(text)).lower()
    return _TYPES.get(key, key[:32]) if key else RESIDENT_ID


def lost_digits(number: str) -> bool:
    """Tell whether an 18-digit number looks like one that a spreadsheet stored as a number: it ends in 000."""
    return len(number) == 18 and number.isdigit() and number.endswith("000")  # noqa: PLR2004 - GB 11643's length


def _resident(number: str) -> str:
    if len(number) != 18:  # noqa: PLR2004 - GB 11643's length; 15 digits have not been valid since 2013
        raise DocumentFault("id-length")
    if not (number[:17].isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        raise DocumentFault("id-form")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise DocumentFault("id-birth-date") from None
    if born < _EARLIEST:
        raise DocumentFault("id-birth-date")
    if check_character(number[:17]) != number[17]:
        raise DocumentFault("id-check-digit")
    return number


def _residence(*areas: str) -> Callable[[str], str]:
    def validate(number: str) -> str:
        if not _resident(number).startswith(areas):
            raise DocumentFault("id-form")
        return number

    return validate


def _permanent_residence(number: str) -> str:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return number
    if not number.startswith("9"):
        raise DocumentFault("id-form")
    return _resident(number)


def _by_form(form: str, kept: int = _LONGEST) -> Callable[[str], str]:
    pattern = re.compile(form)

    def validate(number: str) -> str:
        plain = _ORNAMENT.sub("", number)
        if not pattern.fullmatch(plain):
            raise DocumentFault("id-form")
        return plain[:kept]

    return validate


_VALIDATORS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        RESIDENT_ID: _resident,
        "hk-macao-residence": _residence("81", "82"),
        "taiwan-residence": _residence("83"),
        "foreigner-permanent-residence": _permanent_residence,
        "passport": _by_form(r"(?=.*[0-9])[A-Z0-9]{5,9}"),
        # The two digits of the issue change with each renewal; the person's number is what stands before them.
        "hk-macao-permit": _by_form(r"[HM][0-9]{8}(?:[0-9]{2})?", kept=9),
        "taiwan-permit": _by_form(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?", kept=8),
        CANARY_DOCUMENT: _by_form(r"[0-9A-F]{32}"),
    }
)

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        RESIDENT_ID: "resident-id residentid idcard residentidcard id 身份证 居民身份证 二代身份证 第二代居民身份证 中国居民身份证",
        "hk-macao-residence": "hk-macao-residence 港澳居民居住证 香港居民居住证 澳门居民居住证 港澳居住证",
        "taiwan-residence": "taiwan-residence 台湾居民居住证 台湾居住证",
        "foreigner-permanent-residence": "foreigner-permanent-residence 外国人永久居留身份证 外国人永久居留证 永久居留身份证 永居证",
        "passport": "passport 护照 普通护照 中国护照 外国护照",
        "hk-macao-permit": "hk-macao-permit 港澳居民来往内地通行证 港澳居民通行证 港澳来往内地通行证 回乡证 港澳通行证",
        "taiwan-permit": "taiwan-permit 台湾居民来往大陆通行证 台湾居民通行证 台胞证",
        CANARY_DOCUMENT: CANARY_DOCUMENT,
    }
)
_TYPES: Mapping[str, str] = MappingProxyType(
    {_ORNAMENT.sub("", name).lower(): kind for kind, names in _NAMES.items() for name in names.split()}
)
