"""`decide`: a person's rows, a listing and an approval become a verdict with every cause and its evidence.

Pure. The same facts, policy and cut-off give the same decision on any machine, at any hour, in any time zone, so that
a stranger who is shown the evidence can recompute it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Final, Literal

from functions.matching.policy import DEFAULT, NOT_ELIGIBLE, Policy
from functions.results.rules import Result, sample_order

ELIGIBLE: Final = "eligible"
REFUSED: Final = "refused"
Verdict = Literal["eligible", "refused"]
_EVIDENCE: Final = tuple(member.name for member in fields(Result) if member.name != "pid")

CLOCK_LEEWAY_S: Final = 300
# What no result can bring about: a loss for one of these may be a mistake in a list, and can wait for a person.
ADMINISTRATIVE: Final = frozenset({"not-listed", "unit-not-approved", "approval-ended"})


@dataclass(frozen=True, slots=True)
class Approval:
    """What is known of a unit: whether an authority approved it, and the instant its approval ends, if any."""

    approved: bool
    ends_at: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision may look at, for one person and one unit.

    `results` are the person's rows as `results.rules.effective` returns them; `listed_until` ends a listing that has
    an end; `approval` is None when the unit is not registered.
    """

    results: tuple[Result, ...]
    listed: bool
    approval: Approval | None
    listed_until: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause that applies, and the rows it rests on (none for a listing or an approval)."""

    cause: str
    evidence: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict at a cut-off: the cause that is named, every finding in the policy's order, and the evidence.

    `expires_at` is the instant an eligible person's entitlement ends, None for a refusal. `cause` is `eligible` for an
    eligible person, whose evidence begins with the negative sample the entitlement rests on.
    """

    verdict: Verdict
    cause: str
    findings: tuple[Finding, ...]
    evidence: tuple[Result, ...]
    expires_at: int | None
    policy: str
    cutoff: int

    @property
    def causes(self) -> tuple[str, ...]:
        """Every cause that applies, the named one first."""
        return tuple(finding.cause for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A decision about one person in one unit, as it stands.

    `scope` is the unit; `decided_at` the instant it was decided for, by which a later decision is known; `run` the
    matching run, empty when a result's arrival led to it. `expires_at` is 0 for a refusal; `sampled_at`, `lab`,
    `tube` and `site` name the row the cause rests on, and are 0 or empty when there is none. `evidence` is the JSON
    of every row it rests on, and `policy` the version: with them a stranger recomputes it.
    """

    pid: str
    scope: str
    verdict: Verdict
    cause: str
    decided_at: int
    run: str
    expires_at: int
    sampled_at: int
    lab: str
    tube: str
    site: str = ""
    policy: str = ""
    evidence: str = "[]"


def entitle(pid: str, scope: str, decision: Decision, decided_at: int, run: str = "") -> Entitlement:
    """Return the entitlement that a decision amounts to."""
    first = decision.evidence[0] if decision.evidence else None
    return Entitlement(
        pid=pid,
        scope=scope,
        verdict=decision.verdict,
        cause=decision.cause,
        decided_at=decided_at,
        run=run,
        expires_at=decision.expires_at or 0,
        sampled_at=first.sampled_at if first else 0,
        lab=first.lab if first else "",
        tube=first.tube if first else "",
        site=first.site if first else "",
        policy=decision.policy,
        evidence=evidence_text(decision.evidence),
    )


def evidence_text(rows: Iterable[Result]) -> str:
    """Return rows as compact JSON, one object each, in the order they are named and without the pid."""
    named = [{name: getattr(row, name) for name in _EVIDENCE} for row in rows]
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"))


def horizon(results: Iterable[Result], at: int) -> int:
    """Return the cut-off of a decision at the instant `at` that a result's arrival led to.

    Laboratories' clocks may be five minutes ahead. Bad news of the next five minutes is looked at now; good news
    waits until its sample is in the past, for a pass may not begin before it.
    """
    bad = (row.sampled_at for row in results if row.result in {"positive", "inconclusive"})
    return max((sampled for sampled in bad if at < sampled <= at + CLOCK_LEEWAY_S), default=at)


def decide(facts: Facts, policy: Policy, cutoff: int) -> Decision:
    """Decide whether a person is eligible in a unit at the instant `cutoff` (epoch seconds).

    Returns a decision for any facts whatever; raises nothing.
    """
    rows = _visible(facts.results, policy, cutoff)
    found = [*_administrative(facts, cutoff), *_medical(rows, policy, cutoff)]
    findings = tuple(sorted(found, key=lambda finding: policy.precedence.index(finding.cause)))
    if findings:
        first = findings[0]
        return Decision(REFUSED, first.cause, findings, first.evidence, None, policy.version, cutoff)
    newest = _newest(rows)
    if newest is None:
        raise AssertionError("no finding, and yet no sample: `_medical` names no-test")
    cleared = tuple(row for positive in _confirmed(rows, policy, cutoff) for row in (positive, *_later(positive, rows)))
    evidence = tuple(dict.fromkeys((newest, *cleared)))
    return Decision(ELIGIBLE, ELIGIBLE, (), evidence, _end(newest, facts, policy), policy.version, cutoff)


def coarse(cause: str, policy: Policy = DEFAULT) -> str:
    """Return what units, venues and guards may see of a cause; anything unknown is `not-eligible`."""
    return ELIGIBLE if cause == ELIGIBLE else policy.coarse.get(cause, NOT_ELIGIBLE)


def must_be_held(people: int, losing: int, policy: Policy) -> bool:
    """Tell whether a unit's losses look systematic: over `hold_percent` of `hold_people` or more would lose."""
    return people >= policy.hold_people and losing * 100 > people * policy.hold_percent


def _visible(results: Iterable[Result], policy: Policy, cutoff: int) -> list[Result]:
    # Rows older than the history are not there for any purpose: storage deletes them late, and late must not matter.
    return sorted((row for row in results if cutoff - policy.history_s < row.sampled_at <= cutoff), key=sample_order)


def _administrative(facts: Facts, cutoff: int) -> Iterator[Finding]:
    approval = facts.approval
    if approval is not None and approval.ends_at is not None and approval.ends_at <= cutoff:
        yield Finding("approval-ended")
    if approval is None or not approval.approved:
        yield Finding("unit-not-approved")
    if not facts.listed or (facts.listed_until is not None and facts.listed_until <= cutoff):
        yield Finding("not-listed")


def _medical(rows: list[Result], policy: Policy, cutoff: int) -> Iterator[Finding]:
    newest = _newest(rows)
    if newest is not None and newest.result == "inconclusive":
        yield Finding("inconclusive", (newest,))
    yield from _pools(rows)
    yield from _positives(rows, newest, policy, cutoff)
    yield from _age(rows, newest, policy, cutoff)


def _newest(rows: list[Result]) -> Result | None:
    return next((row for row in reversed(rows) if row.counts), None)


def _pools(rows: list[Result]) -> Iterator[Finding]:
    """A positive pool says nothing certain of anyone in it, until a single test taken later does."""
    pools = [row for row in rows if row.result == "positive" and not row.single]
    singles = [row for row in rows if row.counts and row.single]
    for pool in reversed(pools):
        if not any(row.sampled_at > pool.sampled_at for row in singles):
            yield Finding("pool-recheck", (pool,))
            return


def _positives(rows: list[Result], newest: Result | None, policy: Policy, cutoff: int) -> Iterator[Finding]:
    if newest is not None and newest.result == "positive" and newest.single:
        yield Finding("positive", (newest,))
    for positive in reversed(_confirmed(rows, policy, cutoff)):
        later = _later(positive, rows)
        if positive != newest and not _clears(later, policy):
            yield Finding("positive-not-cleared", (positive, *later))
            return


def _confirmed(rows: list[Result], policy: Policy, cutoff: int) -> list[Result]:
    oldest = cutoff - policy.positive_life_s
    return [row for row in rows if row.result == "positive" and row.single and row.sampled_at >= oldest]


def _later(positive: Result, rows: list[Result]) -> tuple[Result, ...]:
    """The first and the last negative after a positive: no other pair is further apart."""
    negatives = [row for row in rows if row.result == "negative" and row.sampled_at > positive.sampled_at]
    return (negatives[0], negatives[-1]) if len(negatives) > 1 else tuple(negatives)


def _clears(negatives: tuple[Result, ...], policy: Policy) -> bool:
    return len(negatives) > 1 and negatives[-1].sampled_at - negatives[0].sampled_at >= policy.clearing_gap_s


def _age(rows: list[Result], newest: Result | None, policy: Policy, cutoff: int) -> Iterator[Finding]:
    oldest = cutoff - policy.negative_life_s
    if newest is not None and newest.sampled_at >= oldest:
        return
    yield Finding("no-test") if newest is None else Finding("test-too-old", (newest,))
    # Only a sample that could still help is worth waiting for; one whose result never came is not.
    after = oldest if newest is None else max(oldest, newest.sampled_at + 1)
    waiting = [row for row in rows if row.result == "pending" and row.sampled_at >= after]
    if waiting:
        yield Finding("result-pending", (waiting[-1],))


def _end(newest: Result, facts: Facts, policy: Policy) -> int:
    ends = [newest.sampled_at + policy.negative_life_s, facts.listed_until]
    ends.append(facts.approval.ends_at if facts.approval else None)
    return min(end for end in ends if end is not None)
