"""An invented district of any size: the same numbers and the same seed give the same venues, people and visits.

Nobody in it exists: its area code is not assigned, its documents are of that area, its names are drawn from two short
lists. Venues are kept in memory; people and their visits are made one person at a time, so that a million are no more
than one. It knows no table and no rule of ours: whoever loads it turns this into rows (`infra/local/settling.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Final, Literal

from infra.local.places import DAY_S, Founding, Place, happens

CHINA: Final = timezone(timedelta(hours=8))
USUAL: Final = 1.95  # check-ins a day, on average, of people who scan wherever they go
HOUSEHOLD: Final = 3

_COMMUNITIES = 7  # of a subdistrict
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛超明霞秀平刚桂英华玉兰建国文斌"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WORKPLACES: Final = ("office", "tower", "school", "hospital", "shop", "restaurant", "mall")

Direction = Literal["in", "out"]


@dataclass(frozen=True)
class Size:
    """How large the district is; `visits` is how many check-ins a person makes a day, on average, at most USUAL."""

    people: int
    venues: int
    days: int
    until: date
    seed: int = 1
    visits: float = 0.5
    area: str = "990102"


@dataclass(frozen=True)
class Resident:
    """A person: an invented document, and where they live and work."""

    number: str
    name: str
    phone: str
    area: str
    household: int
    work: int | None  # the place's number


@dataclass(frozen=True)
class Visit:
    """A scan at a place, by its number among the district's; `at` in epoch seconds."""

    place: int
    direction: Direction
    at: int
    how: str


class District:
    """What a size and a seed make. Every part of it can be asked for by itself and again."""

    def __init__(self, size: Size) -> None:
        self.size = size
        subdistricts = min(16, max(2, size.venues // 200))
        self.communities = tuple(
            f"{size.area}{one:03d}{two:03d}" for one in range(1, subdistricts + 1) for two in range(1, _COMMUNITIES + 1)
        )
        first = size.until - timedelta(days=size.days - 1)
        self.begins_at = int(datetime(first.year, first.month, first.day, tzinfo=CHINA).timestamp())
        founding = Founding(
            Random(f"{size.seed}/venues"),  # noqa: S311 - invented venues, not keys
            size.area,
            self.communities,
            self.begins_at,
            size.days,
        )
        self.places: Sequence[Place] = founding.places(size.venues)
        self._near = _near(self.places)

    def resident(self, n: int) -> Resident:
        """Return the n-th person."""
        chance = Random(f"{self.size.seed}/person/{n}")  # noqa: S311 - invented people, not keys
        household = n // HOUSEHOLD
        home = self._home(household)
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2))))
        # Half work, one in eight of them in another subdistrict than their own.
        around = home[:9] if happens(chance, 87) else chance.choice(self.communities)[:9]
        work = self._pick(chance, around, chance.choice(_WORKPLACES)) if happens(chance, 50) else None
        return Resident(_document(self.size.area, n), name, f"170{n:08d}", home, household, work)

    def neighbours(self) -> Sequence[int]:
        """Return the numbers of all people, those of a community beside each other.

        Whoever writes them so writes what is counted together one after the other: the counters of one subdistrict move
        at once and not those of all.
        """
        homes = {household: self._home(household) for household in range(-(-self.size.people // HOUSEHOLD))}
        return sorted(range(self.size.people), key=lambda n: (homes[n // HOUSEHOLD], n))

    def visits(self, n: int) -> Iterator[Visit]:
        """Yield the n-th person's visits, day by day and in order of time."""
        person = self.resident(n)
        chance = Random(f"{self.size.seed}/visits/{n}")  # noqa: S311
        shared = Random(f"{self.size.seed}/errands/{person.household}")  # noqa: S311
        keeps = min(1.0, self.size.visits / USUAL)
        how = "assisted" if happens(chance, 5) else "self"
        for day in range(self.size.days):
            midnight = self.begins_at + day * DAY_S
            planned = [*self._errand(person, shared, chance, midnight), *self._own(person, chance, midnight)]
            kept = [one for one in planned if chance.random() < keeps]
            for place, direction, at in sorted(kept, key=lambda one: one[2]):
                if at >= self.places[place].applied_at:  # nobody scans a code that does not hang there yet
                    yield Visit(place, direction, at, how)

    def _home(self, household: int) -> str:
        return Random(f"{self.size.seed}/home/{household}").choice(self.communities)  # noqa: S311

    def _own(self, person: Resident, chance: Random, midnight: int) -> Iterator[tuple[int, Direction, int]]:
        working = datetime.fromtimestamp(midnight, CHINA).weekday() < 5  # noqa: PLR2004 - Monday to Friday
        if working and person.work is not None:
            yield person.work, "in", _around(chance, midnight, 8.6, 0.45)
            if happens(chance, 50):
                yield person.work, "out", _around(chance, midnight, 17.8, 0.6)
            if happens(chance, 50):
                yield (
                    self._pick(chance, self.places[person.work].area[:9], "restaurant"),
                    "in",
                    _around(chance, midnight, 12.2, 0.3),
                )
        for kind, often, hour in (
            ("residence", 35, 18.6),
            ("bus", 30, 7.9),
            ("shop", 20, 19.3),
            ("mall", 6, 15.5),
        ):
            if happens(chance, often):
                yield self._pick(chance, person.area[:9], kind), "in", _around(chance, midnight, hour, 0.8)

    def _errand(
        self, person: Resident, shared: Random, chance: Random, midnight: int
    ) -> Iterator[tuple[int, Direction, int]]:
        """A household's walk to the market: those who join arrive within a minute of each other, and leave together."""
        goes, hour = happens(shared, 35), shared.choice((7.6, 17.4))
        place = self._pick(shared, person.area[:9], shared.choice(("market", "market", "mall", "park", "hospital")))
        at, stays = _around(shared, midnight, hour, 0.7), shared.randint(15, 70) * 60
        if goes and happens(chance, 60):
            seconds = chance.randrange(60)
            yield place, "in", at + seconds
            if happens(chance, 60):
                yield place, "out", at + stays + seconds

    def _pick(self, chance: Random, subdistrict: str, kind: str) -> int:
        """A place of this kind near somewhere, the well-known ones far more often; any place where there is none."""
        near = self._near.get((subdistrict, kind)) or self._near.get(("", kind)) or self._near["", ""]
        return near[int(len(near) * chance.random() ** 2.5)]


def _near(places: Sequence[Place]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Open places by subdistrict and kind, of each kind anywhere, and all of them."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, place in enumerate(places):
        if place.state == "approved":
            for key in ((place.area[:9], place.category), ("", place.category), ("", "")):
                found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


def _around(chance: Random, midnight: int, hour: float, spread: float) -> int:
    return midnight + int(min(23.0, max(5.0, chance.gauss(hour, spread))) * 3600)


def _document(area: str, n: int) -> str:
    """A resident id by GB 11643 of an area that is not assigned; each number has its own."""
    born = date(1940 + n % 70, 1, 1) + timedelta(days=n // 70 % 365)
    body = f"{area}{born:%Y%m%d}{n // 25_550 % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
