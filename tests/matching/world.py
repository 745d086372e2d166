"""Units, listings, results and passes for tests of matching, in the real tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from functions.lake import files
from functions.lake import service as lake
from functions.matching import service as matching
from functions.passes.model import PassRow, place_of
from functions.results import service as results
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.transactions import transaction
from functions.staff import service as staff
from functions.status import service as status
from functions.units import service as units

HOUR = 3600
DAY = 24 * HOUR
_DISTRICTS = count()


def eventually(holds: Callable[[], bool], within_s: float = 60) -> bool:
    """Whether something comes true in time: streams and functions of the engine take moments."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def new_area() -> str:
    """A district that no other test of this process uses: its first two digits are not assigned."""
    return f"99{2_000 + next(_DISTRICTS) % 8_000}"


@dataclass
class World:
    """A district with its own units and people, whose names are the test's; `at` is the instant things happen."""

    at: int
    area: str = field(default_factory=new_area)
    key: str = field(default_factory=lambda: uuid4().hex[:12])

    def pid(self, name: str) -> str:
        """The pid of a person of this world: 22 characters."""
        return f"{self.key}{name:_<10}"

    def unit(self, name: str) -> str:
        """The id of a unit of this world."""
        return f"{self.key}-{name}"

    def register(self, name: str, *, ends_at: int = 0) -> str:
        """Approve a unit until `ends_at`, ninety days by default."""
        facts = units.Facts("单位", self.area, "", "A1", "EPI-1", "指挥部", 9999, ends_at or self.at + 90 * DAY)
        units.register(self.unit(name), facts, min(self.at, clock.now()))
        return self.unit(name)

    def enlist(self, name: str, people: Iterable[str], *, settled: bool = False) -> None:
        """Replace a unit's staff list; a job then settles those it concerns, here only where a test asks for it."""
        unit, generation = self.unit(name), uuid4().hex
        somebody = staff.Person("张小明", "", "1234")
        rows = [
            staff.Entry(
                self.pid(one),
                "",
                (),
                0,
                staff.seal(unit, self.pid(one), somebody, job="tests"),
                self.at,
                "0",
                self.at + 90 * DAY,
            )
            for one in sorted(people)
        ]
        lines = [
            files.ListingLine(files.part_of(row.pid), row.pid, unit, generation, row.until, self.at) for row in rows
        ]
        lake.add([lake.listings_file(generation, lines)])
        staff.write(unit, generation, rows)
        base = units.must(unit).current
        with transaction() as together:
            units.move_to_generation(together, unit, base=base, generation=generation, replaced=None, at=self.at)
        if settled:
            matching.settle_unit(unit, clock.now())

    def result(
        self, name: str, result: str, age_s: int, *, tube: str = "", revision: int = 0, pool_size: int = 1
    ) -> Result:
        """A row about a person, sampled `age_s` before the world's instant, not yet stored."""
        sampled_at = self.at - age_s
        tube = f"{self.key}{tube or name}"
        return Result(self.pid(name), "L1", tube, revision, pool_size, sampled_at, sampled_at, result, "S1")  # type: ignore[arg-type]

    def sign(self, name: str, unit: str, expires_at: int) -> status.Slot:
        """Store a pass as if it had been signed, and return its place."""
        slot = status.allocate(expires_at, self.at)
        place = place_of(self.unit(unit), expires_at, uuid4().hex)
        PassRow(
            self.pid(name),
            place,
            sub="s",
            kid="k",
            status_list=slot.list,
            status_index=slot.index,
            token="t",
            signed_at=self.at,
            expires_at=expires_at,
            ttl=expires_at + DAY,
        ).save()
        return slot

    def stands(self, name: str, unit: str) -> matching.Entitlement | None:
        """What stands about a person in a unit."""
        return matching.entitlement(self.pid(name), self.unit(unit))

    def said(self, name: str, unit: str) -> tuple[str, int, int]:
        """Cause, end and instant of what stands about a person in a unit."""
        known = self.stands(name, unit)
        return (known.cause, known.expires_at, known.decided_at) if known else ("", 0, 0)


def arrive(rows: Sequence[Result], at: int) -> None:
    """Take in results as a job does: the lake knows of them before the table."""
    lake.add([lake.results_file(uuid4().hex, rows, at)])
    results.record(rows, at)


def drain() -> None:
    """Wait until the deployed stream handler has seen every result stored so far: it takes them in order."""
    last = World(clock.now())
    last.register("last")
    last.enlist("last", ["last"], settled=True)
    results.record([last.result("last", "negative", HOUR)], last.at)
    assert eventually(lambda: last.said("last", "last")[0] == "eligible", 240), (
        "the stream handler did not settle anybody"
    )
