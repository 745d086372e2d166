"""What is asked at the doors, as it goes over HTTP: of one venue, and of each kind of venue in a district."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from functions.shared.problems import FieldError, Rejected
from functions.venues.about import MAX_HOURS, HoursShape
from functions.venues.policy import MAX_LIST_AGE_S, MIN_LIST_AGE_S, STAY_S, Hours, Persons, Policy
from functions.venues.rules import MAX_SHARDS, shards_for

# 64 shards carry 12,800 check-ins a second at one venue.
Peak = Annotated[float, Meta(ge=0, le=MAX_SHARDS * 200)]
ListAge = Annotated[int, Meta(ge=MIN_LIST_AGE_S, le=MAX_LIST_AGE_S)]
TestAge = Annotated[int, Meta(ge=3600, le=14 * 86_400)]
Capacity = Annotated[int, Meta(ge=1, le=100_000)]
Stay = Annotated[int, Meta(ge=600, le=86_400)]
Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$(?!\n)", examples=["2026-11-22"])]
Kind = Literal[
    "market",
    "mall",
    "tower",
    "shop",
    "restaurant",
    "school",
    "hospital",
    "pharmacy",
    "station",
    "bus",
    "taxi",
    "office",
    "park",
    "checkpoint",
    "site",
    "residence",
    "other",
]


class PolicyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked at the doors, whole: what is left out is as in the default.

    The peak sets the index's shards, which are only ever raised. Times are China's; a capacity needs `occupancy`.
    """

    pass_required: bool = True
    max_list_age_s: ListAge = 4 * 3600
    peak_per_s: Peak = 0
    oldest_test_s: TestAge | None = None
    persons: Persons = "everyone"
    hours: Annotated[tuple[HoursShape, ...], Meta(max_length=MAX_HOURS)] = ()
    opens_on: Day = ""
    closes_on: Day = ""
    occupancy: bool = False
    capacity: Capacity | None = None
    stay_s: Stay = STAY_S
    temperature: bool = False
    never_refuses: bool = False

    def policy(self) -> Policy:
        """Return the policy this asks for.

        Raises:
            Rejected: `capacity-without-occupancy`; `dates`: there is no such day, or the last lies before the first.
        """
        if self.capacity is not None and not self.occupancy:
            raise _refused(
                "capacity-without-occupancy",
                "How many are inside is known only where people are counted. Switch `occupancy` on too.",
                "/capacity",
            )
        if not (_is_day(self.opens_on) and _is_day(self.closes_on)):
            raise _refused("dates", "There is no such day.", "/opens_on")
        if self.closes_on and self.closes_on < self.opens_on:
            raise _refused("dates", "The last day lies before the first.", "/closes_on")
        return Policy(
            pass_required=self.pass_required,
            max_list_age_s=self.max_list_age_s,
            shards=shards_for(self.peak_per_s),
            oldest_test_s=self.oldest_test_s,
            persons=self.persons,
            hours=tuple(Hours(tuple(sorted(set(one.days))), one.opens, one.closes) for one in self.hours),
            opens_on=self.opens_on,
            closes_on=self.closes_on,
            occupancy=self.occupancy,
            capacity=self.capacity,
            stay_s=self.stay_s,
            temperature=self.temperature,
            never_refuses=self.never_refuses,
        )


class RulesOut(Struct, frozen=True, omit_defaults=True):
    """The rules at a venue's doors, as anybody may know them; what is not there is not asked."""

    pass_required: bool
    max_list_age_s: int
    oldest_test_s: int | None = None
    persons: Persons = "everyone"
    hours: tuple[HoursShape, ...] = ()
    opens_on: str = ""
    closes_on: str = ""
    occupancy: bool = False
    capacity: int | None = None
    stay_s: int | None = None  # where people are counted
    temperature: bool = False
    never_refuses: bool = False


class PresetIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind of venue asks when it is approved."""

    kind: Kind
    policy: PolicyIn


class PresetsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A district's presets, whole: a kind that is not named has the default again."""

    presets: Annotated[tuple[PresetIn, ...], Meta(max_length=17)]


class PresetOut(Struct, frozen=True):
    """What a kind of venue asks; `own` when the district set it, else it is the default."""

    kind: Kind
    own: bool
    policy: RulesOut


class PresetsOut(Struct, frozen=True):
    """The presets of a district, of every kind."""

    presets: tuple[PresetOut, ...]


def rules_out(policy: Policy) -> RulesOut:
    """Shape a policy for anybody."""
    return RulesOut(
        pass_required=policy.pass_required,
        max_list_age_s=policy.max_list_age_s,
        oldest_test_s=policy.oldest_test_s,
        persons=policy.persons,
        hours=tuple(HoursShape(one.days, one.opens, one.closes) for one in policy.hours),
        opens_on=policy.opens_on,
        closes_on=policy.closes_on,
        occupancy=policy.occupancy,
        capacity=policy.capacity,
        stay_s=policy.stay_s if policy.occupancy else None,
        temperature=policy.temperature,
        never_refuses=policy.never_refuses,
    )


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _refused(code: str, detail: str, pointer: str) -> Rejected:
    return Rejected(detail, code=code, errors=(FieldError(pointer, code, detail),))
