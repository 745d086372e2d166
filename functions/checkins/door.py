"""The check-in decision from policy: each rule says by itself what it found, and the strictest of all is the decision.

A venue inside another is held to its own policy and to those of all it lies in. Every rule is asked of every one of
them and nothing found is ever taken back, so that what lies inside can only be stricter. One thing is not strict:
a hospital turns nobody away for what is known of them; it takes them in and shows them where to go.

Pages decide by the same rules, `web/src/core/door.ts`; `tests/vectors/door` hold both to the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from functions.checkins.rules import Check, Decision, Direction, Outcome, Verdict
from functions.matching.rules import coarse as coarse_cause
from functions.shared.clock import china_day
from functions.venues.policy import Policy
from functions.venues.strictness import is_open

Rule = Literal[
    "closed",
    "dates",
    "hours",
    "temperature",
    "persons",
    "pass",
    "oldest-test",
    "health",
    "colour",
    "travel",
    "capacity",
]
# In this order: of several that refuse, the first is named. Whoever would be refused anyway need not wait for room.
RULES: Final[tuple[Rule, ...]] = (
    "closed",
    "dates",
    "hours",
    "temperature",
    "persons",
    "pass",
    "oldest-test",
    "health",
    "colour",
    "travel",
    "capacity",
)
STATUS: Final = frozenset({"persons", "pass", "oldest-test", "health"})  # about the person, not about the place
_UNKNOWN: Final = frozenset({"colour", "travel"})  # nothing here knows them yet
# What is asked of whoever comes in alone: it is no matter of who leaves.
_ON_THE_WAY_IN: Final = frozenset({"closed", "dates", "hours", "temperature", "persons", "oldest-test", "capacity"})
FEVER_C: Final = 37.3  # 发热: at or above it, as China's guides for workplaces and venues of 2020 have it

OLDER_THAN_ASKED: Final = "test-older-than-asked"
SHOWS_THE_WAY: Final = "hospital-shows-the-way"
OF_THE_PERSON: Final = "status"  # what anybody else may know of which rule about the person it was
LEFT: Final = "left"  # what anybody else may know of why somebody who leaves would not have been let in
ADMITTING: Final = frozenset({"entitled", "pass-not-required", SHOWS_THE_WAY})
# What tells no result: of the place, of what the guard measured, and that something is not known.
_TOLD: Final = frozenset(
    {"venue-closed", "outside-dates", "outside-hours", "fever", "full", "decided-since", "test-age-unknown"}
)
NO_TEST: Final = 0

_SEVERITY: Final[dict[Verdict, int]] = {"admitted": 0, "unsure": 1, "refused": 2}
_GRAVITY: Final[dict[Outcome, int]] = {"not-asked": 0, "passed": 1, "not-checked": 2, "failed": 3}


@dataclass(frozen=True)
class Facts:
    """What is known of a person and their act.

    Attributes:
        direction: which way they go.
        entitled: what their entitlements say where a pass is asked for.
        registered: what their results say where none is asked for.
        listed: whether some unit lists them, None when that is not known.
        negative_at: when the newest negative sample was taken, epoch seconds; NO_TEST when it is known that there is
            none, None when nothing is known.
        temperature_c: what was measured at the door, degrees Celsius; None when nobody measured.
        party: how many people come in with this check-in.
    """

    direction: Direction
    entitled: Decision
    registered: Decision
    listed: bool | None
    negative_at: int | None
    temperature_c: float | None = None
    party: int = 1


@dataclass(frozen=True)
class Door:
    """One venue of those a door leads into.

    Attributes:
        venue: its id.
        open: whether people may come in at all.
        policy: what it asks.
        inside: how many are inside, None when that is not known.
        returning: whether this person is counted inside already, so that they take no more room.
    """

    venue: str
    open: bool
    policy: Policy
    inside: int | None = None
    returning: bool = False


@dataclass(frozen=True)
class _Said:
    rule: Rule
    venue: str
    outcome: Outcome
    decision: Verdict
    cause: str


def decide_at_door(facts: Facts, doors: Sequence[Door], at: int) -> Decision:
    """Decide a check-in.

    A way out is always recorded and never refused: whoever leaves was there, and that is what a trace needs. Its cause
    still says what was found of the person, so that they read what to do.

    Args:
        facts: of the person.
        doors: the venue itself first, then all it lies in.
        at: the instant, epoch seconds.

    Returns:
        The decision with its cause, the rule it rests on and the venue whose rule that is, and what each rule found.
    """
    said = [_ask(rule, facts, door, at) for rule in RULES for door in doors]
    checks = tuple(_outcome(rule, said) for rule in RULES)
    own = doors[0].policy.never_refuses
    excuses = {door.venue for door in doors if door.policy.never_refuses}
    excused = {one for one in said if one.rule in STATUS and (own or one.venue in excuses)}
    # `max` takes the first of the gravest: rules in their order, and of one rule the nearest venue's.
    worst = max((one for one in said if one not in excused), key=lambda one: _SEVERITY[one.decision])
    if worst.decision == "admitted":
        worst = _admission(said, excused if own else set())
    decision = "admitted" if facts.direction == "out" else worst.decision
    return Decision(decision, worst.cause, worst.rule, worst.venue, checks)


def coarse(decision: Decision) -> tuple[str, str]:
    """Return the cause and the rule that units, venues and guards may see of a decision.

    The rules about a person are one word to them: that it was `health` and not `pass` would tell of a result.
    """
    rule = OF_THE_PERSON if decision.rule in STATUS else decision.rule
    if decision.cause in ADMITTING | _TOLD:
        return decision.cause, rule
    if decision.decision == "admitted":
        return LEFT, rule
    # Old for this venue or old for any pass is one word to others.
    return coarse_cause("test-too-old" if decision.cause == OLDER_THAN_ASKED else decision.cause), rule


def _admission(said: Sequence[_Said], excused: Iterable[_Said]) -> _Said:
    """Return what an admission rests on: what was forgiven, the pass, or that none is asked for."""
    for one in said:
        if one in excused and one.decision != "admitted":
            return _Said(one.rule, one.venue, one.outcome, "admitted", SHOWS_THE_WAY)
    asked = (one for one in said if one.rule == "pass" and one.outcome == "passed")
    return next(asked, None) or next(one for one in said if one.rule == "health")


def _outcome(rule: Rule, said: Iterable[_Said]) -> Check:
    return Check(rule, max((one.outcome for one in said if one.rule == rule), key=lambda one: _GRAVITY[one]))


def _ask(rule: Rule, facts: Facts, door: Door, at: int) -> _Said:
    if rule in _UNKNOWN:
        return _Said(rule, door.venue, "not-checked", "admitted", "")
    found = None if facts.direction == "out" and rule in _ON_THE_WAY_IN else _FINDERS[rule](facts, door, at)
    if found is None:
        return _Said(rule, door.venue, "not-asked", "admitted", "")
    return _Said(rule, door.venue, *found)


_Found = tuple[Outcome, Verdict, str]
_PASSED: Final[_Found] = ("passed", "admitted", "")


# What each rule of one venue finds, None when the venue does not ask it.


def _closed(_facts: Facts, door: Door, _at: int) -> _Found:
    return _PASSED if door.open else ("failed", "refused", "venue-closed")


def _dates(_facts: Facts, door: Door, at: int) -> _Found | None:
    first, last = door.policy.opens_on, door.policy.closes_on
    if not (first or last):
        return None
    # Days of this form sort as they follow each other; an empty last day is after all of them.
    return _PASSED if first <= china_day(at) <= (last or "9999-12-31") else ("failed", "refused", "outside-dates")


def _hours(_facts: Facts, door: Door, at: int) -> _Found | None:
    if not door.policy.hours:
        return None
    return _PASSED if is_open(door.policy.hours, at) else ("failed", "refused", "outside-hours")


def _temperature(facts: Facts, door: Door, _at: int) -> _Found | None:
    if not door.policy.temperature:
        return None
    if facts.temperature_c is None:
        return "not-checked", "admitted", ""
    # Nobody is turned away for it: the guard calls the medical post.
    return ("failed", "unsure", "fever") if facts.temperature_c >= FEVER_C else _PASSED


def _persons(facts: Facts, door: Door, _at: int) -> _Found | None:
    if door.policy.persons == "everyone":
        return None
    if facts.listed is None:
        return "not-checked", "unsure", "listing-unknown"
    return _PASSED if facts.listed else ("failed", "refused", "not-listed")


def _pass(facts: Facts, door: Door, _at: int) -> _Found | None:
    return _of(facts.entitled) if door.policy.pass_required else None


def _oldest_test(facts: Facts, door: Door, at: int) -> _Found | None:
    if door.policy.oldest_test_s is None:
        return None
    if facts.negative_at is None:
        return "not-checked", "unsure", "test-age-unknown"
    if facts.negative_at == NO_TEST:
        return "failed", "refused", "no-test"
    # As an entitlement: at its last second it is over.
    young = at < facts.negative_at + door.policy.oldest_test_s
    return _PASSED if young else ("failed", "refused", OLDER_THAN_ASKED)


def _health(facts: Facts, door: Door, _at: int) -> _Found | None:
    return None if door.policy.pass_required else _of(facts.registered)


def _capacity(facts: Facts, door: Door, _at: int) -> _Found | None:
    if door.policy.capacity is None:
        return None
    if door.inside is None:
        return "not-checked", "admitted", ""
    full = door.inside + facts.party > door.policy.capacity and not door.returning
    return ("failed", "refused", "full") if full else _PASSED


def _of(decision: Decision) -> _Found:
    outcomes: dict[Verdict, Outcome] = {"admitted": "passed", "unsure": "not-checked", "refused": "failed"}
    return outcomes[decision.decision], decision.decision, decision.cause


_FINDERS: Final[dict[Rule, Callable[[Facts, Door, int], _Found | None]]] = {
    "closed": _closed,
    "dates": _dates,
    "hours": _hours,
    "temperature": _temperature,
    "persons": _persons,
    "pass": _pass,
    "oldest-test": _oldest_test,
    "health": _health,
    "capacity": _capacity,
}
