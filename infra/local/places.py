"""The venues of an invented district: of all kinds, some inside others, most open, some that still wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

DAY_S: Final = 86_400

_WORDS = "澄云青禾港和兴安宁瑞盛泰康福晨光星月松柏"
# category, what it is called, of a hundred venues, people in its busiest hour
_KINDS: Final = (
    ("shop", "便利店", 42, 40),
    ("restaurant", "餐馆", 18, 120),
    ("pharmacy", "药店", 5, 30),
    ("residence", "小区门岗", 9, 300),
    ("bus", "路公交车", 8, 200),
    ("market", "农贸市场", 4, 900),
    ("school", "学校", 3, 1200),
    ("office", "办事大厅", 3, 200),
    ("hospital", "医院", 2, 800),
    ("park", "公园", 2, 600),
    ("station", "车站", 1, 1500),
    ("mall", "商场", 2, 2000),
    ("tower", "写字楼", 1, 1500),
)
_WHOLE: Final = frozenset({"mall", "tower"})
_COUNTS_PEOPLE: Final = frozenset({"mall", "market"})
_SHARES: Final = {"approved": 80, "applied": 9, "checked": 6, "returned": 3, "refused": 2}
_LARGE = 600  # people an hour: it has more than one entrance
_ENTRANCES = ("东门", "西门", "停车场")
# In a sea where no district lies; a subdistrict is some kilometres from the next, a community one.
_SOUTH, _WEST = 30.0, 123.5


@dataclass(frozen=True)
class Place:
    """A venue. `applied_at` is epoch seconds; `state` where its application has come to; `labels` its entrances."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    parent: str
    latitude: float
    longitude: float
    peak_per_hour: int
    counts_people: bool
    state: str
    applied_at: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Founding:
    """What venues are made from; `begins_at` is the first day's midnight, epoch seconds."""

    chance: Random
    area: str
    communities: Sequence[str]
    begins_at: int
    days: int

    def places(self, most: int) -> list[Place]:
        """Return so many venues; what lies in another comes after it."""
        made: list[Place] = []
        kinds, weights = [(kind, word, peak) for kind, word, _, peak in _KINDS], [share for *_, share, _ in _KINDS]
        while len(made) < most:
            kind, word, peak = self.chance.choices(kinds, weights)[0]
            whole = self._place(len(made), self.chance.choice(self.communities), kind, peak, word)
            made.append(whole)
            for inner in self._inside(len(made), whole):
                if len(made) < most:
                    made.append(inner)
        return made

    def _inside(self, first: int, whole: Place) -> Iterator[Place]:
        """A mall's shops; a tower's floors, and the offices on each."""
        number = first
        if whole.category == "mall":
            for shop in range(1, self.chance.randint(10, 40) + 1):
                yield self._part(number, whole, self.chance.choice(("shop", "restaurant")), f"{shop}号铺")
                number += 1
        if whole.category == "tower":
            for level in range(1, self.chance.randint(4, 12) + 1):
                floor = self._part(number, whole, "tower", f"{level}层")
                yield floor
                number += 1
                for room in range(1, self.chance.randint(1, 4) + 1):
                    yield self._part(number, floor, "office", f"{room:02d}室")
                    number += 1

    def _part(self, number: int, outer: Place, category: str, label: str) -> Place:
        return replace(
            outer,
            venue=self._id(number),
            name=outer.name + label,
            category=category,
            address=outer.address + label,
            parent=outer.venue,
            peak_per_hour=max(5, outer.peak_per_hour // 20),
            counts_people=False,
            labels=("",),
        )

    def _place(self, number: int, area: str, category: str, peak: int, word: str) -> Place:
        chance = self.chance
        name = f"{chance.choice(_WORDS)}{chance.choice(_WORDS)}"
        street = f"{chance.choice(_WORDS)}{chance.choice(_WORDS)}路{chance.randint(1, 400)}号"
        state, applied_at = self._application(category)
        one, two = int(area[6:9]), int(area[9:12])
        return Place(
            venue=self._id(number),
            name=f"{name}{number}{word}",
            area=area,
            category=category,
            address="" if category == "bus" else street,
            parent="",
            latitude=round(_SOUTH + one // 4 * 0.03 + two // 3 * 0.008 + chance.gauss(0, 0.002), 6),
            longitude=round(_WEST + one % 4 * 0.04 + two % 3 * 0.01 + chance.gauss(0, 0.002), 6),
            peak_per_hour=peak,
            counts_people=category in _COUNTS_PEOPLE,
            state=state,
            applied_at=applied_at,
            labels=_ENTRANCES[: chance.randint(1, 3)] if peak >= _LARGE else ("",),
        )

    def _application(self, category: str) -> tuple[str, int]:
        """Most were there before; some applied within these days, and some of those still wait."""
        if category in _WHOLE or not happens(self.chance, 15):
            return "approved", self.begins_at - self.chance.randint(1, 90) * DAY_S
        state = self.chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        return state, self.begins_at + self.chance.randrange(self.days * DAY_S)

    def _id(self, number: int) -> str:
        return f"V-{self.area}-{number:05d}"


def happens(chance: Random, percent: int) -> bool:
    """Tell whether something happens that does in so many of a hundred cases."""
    return chance.randrange(100) < percent
