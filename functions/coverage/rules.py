"""Which business has a code 应设尽设: who a business is, which venue is its own, and what a note may not hold.

What is compared is folded: width, case, spaces, punctuation and the kind of company make no difference.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

from functions.shared.labels import district_of
from functions.venues import duplicates

Rule = Literal["by-hand", "number", "name", "address"]
Standing = Literal["with-code", "without-code", "no-code-needed"]
STOPPED_S: Final = 7 * 86_400
PATROL_S: Final = 90 * 86_400
CHASE_LATE_S: Final = 72 * 3600  # a phone in a basement sends later
CHASE_AHEAD_S: Final = 120
MOST_ITEMS: Final = 200
HOUR_S: Final = 3600

# GB 32100-2015: the digits and the letters without I, O, S, V and Z; weights are powers of 3 modulo 31.
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH: Final = 18
_SIMILAR: Final = 0.5
_DATE = re.compile(r"(?<!\d)20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?!\d)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-._()/]+(?=\d)")
_TOO_MANY_DIGITS = re.compile(r"\d{7}")  # phones, identity documents, accounts; a house number has fewer
_NUMERALS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "001234567891234567891")


@dataclass(frozen=True)
class Business:
    """A business 经营主体 as a register states it; `number` is its registration number, empty when it is not known."""

    business: str
    name: str
    area: str
    address: str = ""
    number: str = ""
    kind: str = ""
    grid: str = ""


@dataclass(frozen=True)
class ByHand:
    """What an officer decided about a business: linked to a venue, needing no code, or not being some venues."""

    verdict: str = ""
    venue: str = ""
    apart: tuple[str, ...] = ()


NOTHING_BY_HAND: Final = ByHand()


@dataclass(frozen=True)
class Coded:
    """A venue that has a code on its door; name and address are folded."""

    venue: str
    area: str
    name: str
    address: str


@dataclass(frozen=True)
class Match:
    """The venue that is a business's own, and by which rule it is."""

    venue: str
    rule: Rule


@dataclass
class Index:
    """Venues that have a code, by what businesses are compared with."""

    by_id: dict[str, Coded] = field(default_factory=dict)
    by_number: dict[str, Coded] = field(default_factory=dict)
    by_name: dict[str, list[Coded]] = field(default_factory=lambda: defaultdict(list))
    by_address: dict[str, list[Coded]] = field(default_factory=lambda: defaultdict(list))

    def add(self, coded: Coded) -> None:
        """Take a venue in. Its id may be a registration number: officers register chains under theirs."""
        self.by_id[coded.venue] = coded
        if is_number(coded.venue.upper()):
            self.by_number[coded.venue.upper()] = coded
        if coded.name:
            self.by_name[coded.name].append(coded)
        if coded.address:
            self.by_address[coded.address].append(coded)


def index_of(venues: Iterable[Coded]) -> Index:
    """Return an index of venues."""
    index = Index()
    for one in venues:
        index.add(one)
    return index


def is_number(text: str) -> bool:
    """Tell whether a text is a unified social credit code 统一社会信用代码 with the right check character."""
    if len(text) != _LENGTH or any(one not in _ALPHABET for one in text):
        return False
    total = sum(_ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(text[:-1]))
    return _ALPHABET[-total % 31] == text[-1]


def folded_name(name: str) -> str:
    """Return a name as it is compared; folding what is folded changes nothing."""
    return _settled(duplicates.folded_name, name)


def folded_address(address: str) -> str:
    """Return an address as it is compared: letters and digits alone, in one width and case."""
    return _settled(_letters, address)


def business_id(area: str, name: str, address: str, number: str) -> str:
    """Return a business's id: its district and its number, or its name and address where it has none."""
    own = number or f"{folded_name(name)}\n{folded_address(address)}"
    digest = sha256(f"{district_of(area)}\n{own}".encode()).digest()
    return "B-" + base64.b32encode(digest)[:16].decode().lower()


def match(business: Business, by_hand: ByHand, index: Index) -> Match | None:
    """Return the venue that is a business's own, None when it has no code.

    What an officer said comes first. Then the registration number decides, then the same name in the same community,
    then the same address under a similar name; of several alike the first by id, so that the answer is always the same.
    """
    if by_hand.verdict == "linked":
        return Match(by_hand.venue, "by-hand") if by_hand.venue in index.by_id else None
    for rule, candidates in _candidates(business, index):
        found = min((one.venue for one in candidates if one.venue not in by_hand.apart), default="")
        if found:
            return Match(found, rule)
    return None


def standing(by_hand: ByHand, matched: Match | None) -> Standing:
    """Tell whether a business has a code, needs one, or needs none."""
    if by_hand.verdict == "exempt":
        return "no-code-needed"
    return "with-code" if matched else "without-code"


def every_match(business: Business, index: Index) -> tuple[str, ...]:
    """Return all venues that a business would be matched with: what unlinking says it is not."""
    return tuple(sorted({one.venue for _rule, candidates in _candidates(business, index) for one in candidates}))


def similar(one: str, other: str) -> bool:
    """Tell whether two folded names may be one's: either within the other, or half of their pairs of letters shared."""
    short, long = sorted((one, other), key=len)
    if len(short) > 1 and short in long:
        return True
    pairs, others = _pairs(one), _pairs(other)
    return bool(pairs and others) and 2 * len(pairs & others) >= _SIMILAR * (len(pairs) + len(others))


def scan_state(hour: int | None, at: int) -> Literal["scanned", "never-scanned", "stopped"]:
    """Tell how a venue's code is used.

    Args:
        hour: of its newest check-in, since the epoch; None when it never had one.
        at: epoch seconds.
    """
    if hour is None:
        return "never-scanned"
    # The hour's end: a check-in may have been in its last second.
    return "stopped" if (hour + 1) * HOUR_S <= at - STOPPED_S else "scanned"


def is_personal(text: str) -> bool:
    """Tell whether a note may hold a phone, an identity number or a mail address, however it is spaced or written."""
    plain = _DATE.sub("", unicodedata.normalize("NFKC", text).translate(_NUMERALS))
    return "@" in plain or _TOO_MANY_DIGITS.search(_BETWEEN_DIGITS.sub("", plain)) is not None


def patrol_id(actor: str, area: str, facts: Iterable[str], items: Collection[str], day: str) -> str:
    """Return a patrol's id, so that the same list made by the same person on the same day is one patrol."""
    text = "\n".join((actor, area, day, *facts, *sorted(items)))
    return "P-" + base64.b32encode(sha256(text.encode()).digest())[:16].decode().lower()


def newest_hours(arrivals: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Return the newest hour of each venue among check-ins (venue, instant): the same in any order, however often."""
    newest: dict[str, int] = {}
    for venue, at in arrivals:
        newest[venue] = max(at // HOUR_S, newest.get(venue, 0))
    return newest


def _candidates(business: Business, index: Index) -> Iterable[tuple[Rule, list[Coded]]]:
    numbered = index.by_number.get(business.number) if business.number else None
    yield "number", [numbered] if numbered else []
    name, address = folded_name(business.name), folded_address(business.address)
    yield "name", [one for one in index.by_name.get(name, ()) if name and _one_community(one.area, business.area)]
    yield "address", [one for one in index.by_address.get(address, ()) if address and similar(one.name, name)]


def _one_community(one: str, other: str) -> bool:
    # A register may know an area only down to the subdistrict: what contains the other may be the same place.
    return one.startswith(other) or other.startswith(one)


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def _settled(fold: Callable[[str], str], text: str) -> str:
    """Fold until folding changes nothing: what is left after `有限公司` may end in another kind of company."""
    while (folded := fold(text)) != text:
        text = folded
    return folded
