"""A district drawn by lot: people with histories of every kind, lists, decisions that stood, passes; and its oracle."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from functions.matching import runs
from functions.matching.model import EntitlementRow
from functions.matching.run_model import HEAD, KEPT_S, RunRow, packed, plan_key
from functions.results.rules import Result
from functions.shared import clock
from functions.status import service as status
from tests.faults.run_oracle import DAY, HOUR, Stores, verdict
from tests.matching.world import World

ADMINISTRATIVE = {"approval-ended", "unit-not-approved", "not-listed"}
GROUPS = 4
PEOPLE = tuple(f"p{number:02d}" for number in range(44))
LEFT = PEOPLE[26:36]  # of the unit "w": so many at once are held, but not the one who turned positive meanwhile
_AGES_H = (1, 3, 20, 26, 30, 47, 50, 70, 100, 167, 169, 200)


@dataclass
class District:
    """What a seed makes: equal seeds make equal districts under other keys."""

    seed: int
    at: int
    world: World = field(init=False)
    rows: list[Result] = field(default_factory=list)
    lists: dict[str, set[str]] = field(default_factory=dict)
    stood: dict[tuple[str, str], int] = field(default_factory=dict)  # name, unit: until when
    passes: dict[tuple[str, str], tuple[status.Slot, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw who has which history; nothing is stored yet."""
        self.world, rng = World(self.at), random.Random(self.seed)  # noqa: S311 - a test's lot
        self.rows = [row for name in PEOPLE for row in self._history(name, rng)]
        self.rows += [
            self._row(name, "positive", 30, f"pool{n // 3}", pool_size=3) for n, name in enumerate(PEOPLE[:6])
        ]
        self.rows += [self._row(PEOPLE[40], "negative", 2, "shared"), self._row(PEOPLE[41], "negative", 2, "shared", 1)]
        self.rows += rng.sample(self.rows, 20)  # the same row twice says nothing new

    def _history(self, name: str, rng: random.Random) -> list[Result]:
        if name in LEFT:
            return [self._row(name, "positive" if name == LEFT[-1] else "negative", 2, "own")]
        kinds = ("negative", "negative", "negative", "positive", "inconclusive", "void", "pending")
        made = [self._row(name, "negative", rng.choice((2, 5, 24, 40)), "own")] if rng.random() < 0.7 else []
        for number in range(rng.randint(0, 3)):
            made.append(self._row(name, rng.choice(kinds), rng.choice(_AGES_H), f"t{number}"))
            if rng.random() < 0.3:
                made.append(self._row(name, rng.choice(kinds), rng.choice(_AGES_H), f"t{number}", 1))
        return made

    def _row(self, name: str, result: str, hours: int, tube: str, revision: int = 0, *, pool_size: int = 1) -> Result:
        tube = tube if tube.startswith(("pool", "shared")) else f"{name}{tube}"
        return self.world.result(name, result, hours * HOUR, tube=tube, revision=revision, pool_size=pool_size)

    def inhabit(self) -> None:
        """Put lists in force, let some have stood until now, each with a pass."""
        rng = random.Random(self.seed + 1)  # noqa: S311 - a test's lot
        wanted = {"u": set(PEOPLE[:20]), "v": set(PEOPLE[10:44:2]), "w": set(PEOPLE[:26])}
        for unit, people in wanted.items():
            self.world.register(unit)
            self.enlist(unit, people)
        pairs = [(name, unit) for unit, people in wanted.items() for name in sorted(people) if rng.random() < 0.4]
        for name, unit in [*pairs, *((name, "w") for name in LEFT)]:
            self.stand(name, unit, self.at + rng.choice((1, 30, 47)) * HOUR)

    def enlist(self, unit: str, people: set[str]) -> None:
        """Replace a unit's list."""
        self.lists[unit] = people
        self.world.enlist(unit, people)

    def stand(self, name: str, unit: str, until: int) -> None:
        """Have somebody been entitled an hour ago, and have their pass signed."""
        EntitlementRow(
            self.world.pid(name),
            self.world.unit(unit),
            unit=self.world.unit(unit),
            verdict="eligible",
            cause="eligible",
            decided_at=self.at - HOUR,
            expires_at=until,
            ttl=until + 14 * DAY,
        ).save()
        self.stood[name, unit] = until
        self.passes[name, unit] = self.world.sign(name, unit, until), until

    def plan(self, groups: int = GROUPS) -> str:
        """Plan a run of several groups, as a lake of millions of rows would have."""
        plan = msgspec.structs.replace(runs._planned(self.at, self.world.area), groups=groups)
        row = RunRow(plan_key(self.at, self.world.area), HEAD, data=packed(plan))
        row.created_at, row.ttl = clock.now(), clock.now() + KEPT_S
        assert row.put_if_absent()
        return runs.plan_of(self.at, self.world.area, clock.now())

    def decided(self) -> dict[tuple[str, str], tuple[str, int]]:
        """What brute force says of everybody: cause and end."""
        ends_at = self.at + 90 * DAY
        listed = {(name, unit) for unit, people in self.lists.items() for name in people}
        return {
            pair: verdict(self.world.pid(pair[0]), self.rows, ends_at if pair in listed else None, ends_at, self.at)
            for pair in {*listed, *self.stood}
        }

    def counted(self) -> dict[str, Counter[str]]:
        """What a run must count by unit: people, changes, causes."""
        found: dict[str, Counter[str]] = {}
        for (name, unit), (cause, end) in self.decided().items():
            stood = self.stood.get((name, unit), 0)
            if cause == "eligible":
                change = "kept" if stood == end else "renewed" if stood else "entitled"
            else:
                change = "withdrawn" if stood else "refused"
            said = found.setdefault(self.world.unit(unit), Counter())
            said.update(["people", change, *([cause] if cause != "eligible" else [])])
        return found

    def may_wait(self, pair: tuple[str, str]) -> bool:
        """Whether somebody loses what stood, and were they on an approved unit's list they would not."""
        ends_at, pid = self.at + 90 * DAY, self.world.pid(pair[0])
        return (
            pair in self.stood
            and self.decided()[pair][0] in ADMINISTRATIVE
            and verdict(pid, self.rows, ends_at, ends_at, self.at)[0] == "eligible"
        )

    def held(self) -> set[str]:
        """The units that must wait: over a fifth of twenty or more lose, and no result is why."""
        found = set()
        for unit in self.lists:
            pairs = {pair: said for pair, said in self.decided().items() if pair[1] == unit}
            losing = [pair for pair in pairs if self.may_wait(pair)]
            if len(pairs) >= 20 and len(losing) * 5 > len(pairs):
                found.add(unit)
        return found

    def outcome(self) -> dict[tuple[str, str], tuple[str, int, bool]]:
        """What must stand after the run: cause, end, and whether the pass is withdrawn."""
        held, found = self.held(), {}
        for pair, (cause, end) in self.decided().items():
            stood, until = self.stood.get(pair, 0), self.passes.get(pair, (None, 0))[1]
            if pair[1] in held and self.may_wait(pair):
                found[pair] = ("eligible", stood, False)
            else:
                found[pair] = (cause, end, until > end)
        return found

    def found(self, stores: Stores) -> dict[tuple[str, str], tuple[str, int, bool]]:
        """What does stand, as the tables have it."""
        names = {self.world.pid(name): name for name in PEOPLE}
        units = {self.world.unit(unit): unit for unit in self.lists}
        found = {}
        for (pid, scope), (cause, end, _) in stores.entitlements(names).items():
            pair = names[pid], units[scope]
            slot = self.passes.get(pair, (None, 0))[0]
            found[pair] = (cause, end, slot is not None and stores.withdrawn(slot.list, slot.index))
        return found
