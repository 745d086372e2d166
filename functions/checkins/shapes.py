"""What check-in routes read and write, whoever makes the check-in."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from functions.checkins.rules import Decision
from functions.checkins.service import Answered
from functions.shared.clock import parse_instant
from functions.shared.http import Answer
from functions.shared.problems import FieldError, Malformed

VenueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$(?!\n)")]
Direction = Literal["in", "out"]
Instant = Annotated[str, Meta(min_length=16, max_length=35, examples=["2026-11-22T08:05:00+08:00"])]
Verdict = Literal["admitted", "refused", "unsure"]
Poster = Literal["replaced"]


class Receipt(Struct, frozen=True):
    """Two characters for each half minute from `from` on, for five minutes; the gate's page shows the same ones."""

    starts_at: str = field(name="from")
    step_s: int
    marks: tuple[str, ...]


class RuleFound(Struct, frozen=True):
    """What one rule found; what the service does not know is `not-checked`, never `passed`."""

    rule: str
    outcome: Literal["passed", "failed", "not-checked"]


class CheckinOut(Struct, frozen=True, omit_defaults=True):
    """What was decided, and why: the full cause and rule for the person, the coarse ones for anybody else.

    `rule_of` is the venue whose rule it is, when that is one this venue lies in; `checks` are the rules that were
    asked, those about the person for the person alone; the answer to a repeat has none. `entrance` is what people call
    the entrance whose code was told; `poster` says that another poster hangs there by now.
    """

    decision: Verdict
    cause: str
    receipt: Receipt | None = None
    rule: str = ""
    rule_of: str = ""
    checks: tuple[RuleFound, ...] = ()
    entrance: str = ""
    poster: Poster | None = None


def instant_of(text: str) -> int:
    """Return when a check-in says it was made, epoch seconds; Malformed when it is no instant."""
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise Malformed("`at` is an instant by RFC 3339.", errors=(FieldError("/at", "instant", ""),)) from None


def checks_of(decision: Decision, shown: Container[str]) -> tuple[RuleFound, ...]:
    """Return what the rules that were asked found, those in `shown` alone."""
    asked = (one for one in decision.checks if one.outcome != "not-asked" and one.rule in shown)
    return tuple(RuleFound(one.rule, one.outcome) for one in asked)  # type: ignore[arg-type]  # one of the three


def told(answered: Answered, out: CheckinOut) -> Answer:
    """Answer 201 for a new check-in, 200 for a repeat."""
    return Answer(out, 201 if answered.new else 200)
