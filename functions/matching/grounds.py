"""What a refusal or a withdrawal rests on, and whether a stranger would come to it: pure.

Nothing that takes a right away can be written without one of these. The service refuses to make a row whose cause is
empty, unknown, or not what `decide` says of the rows named with it; an auditor asks the same of rows that are stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from functions.matching.policy import DEFAULT, POLICIES, Policy
from functions.matching.rules import ADMINISTRATIVE, ELIGIBLE, REFUSED, Approval, Decision, Facts, decide
from functions.results.rules import SEVERITY, Result

REPLACED: Final = "replaced"  # a pass another one stands for, or one that was signed for longer than it may last
NO_TEST: Final = "no-test"
_APPROVED: Final = Approval(approved=True)


class Unfounded(ValueError):
    """A refusal or withdrawal was about to be written without a cause that its evidence gives."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a pass is withdrawn: a cause of the policy, the instant it was decided for, and the rows it rests on.

    `evidence` is the JSON of an entitlement, rows without the pid. A pass that another takes the place of is `replaced`
    `by` that one's place, `list#index`; one signed for longer than its holder is entitled is `replaced` too, and rests
    on the decision that says until when.

    Raises:
        Unfounded: at once, when a stranger would not come to it.
    """

    cause: str
    decided_at: int
    evidence: str = "[]"
    policy: str = DEFAULT.version
    by: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not hold."""
        flaw = flaw_of_withdrawal(self.cause, self.policy, self.decided_at, self.evidence, self.by)
        if flaw:
            raise Unfounded(f"a withdrawal without a ground: {flaw}")


def flaw_of_verdict(verdict: str, cause: str, policy: str, decided_at: int, evidence: str) -> str:
    """Return what is wrong with a verdict as it is written, in one word; empty when a stranger comes to it.

    `verdict`: neither of the two, or one that its cause is not of. `cause`: empty, or none of the policy's. `policy`,
    `instant`: not named. `evidence`: unreadable, missing for a cause that claims a result, or given for one that claims
    none. `unsupported`: `decide` says something else of these rows.
    """
    if verdict not in {ELIGIBLE, REFUSED} or (verdict == ELIGIBLE) != (cause == ELIGIBLE):
        return "verdict"
    if policy not in POLICIES:
        return "policy"
    if cause != ELIGIBLE and cause not in POLICIES[policy].precedence:
        return "cause"
    return "instant" if decided_at <= 0 else _flaw_of_evidence(cause, POLICIES[policy], decided_at, evidence)


def _flaw_of_evidence(cause: str, policy: Policy, decided_at: int, evidence: str) -> str:
    try:
        rows = rows_of(evidence)
    except (ValueError, TypeError, RecursionError):  # the last: nested deeper than any row is
        return "evidence"
    if bool(rows) == (cause in ADMINISTRATIVE | {NO_TEST}):
        return "evidence"
    return "" if supports(cause, rows, policy, decided_at) else "unsupported"


def flaw_of_withdrawal(cause: str, policy: str, decided_at: int, evidence: str, by: str) -> str:
    """Return what is wrong with a withdrawal as it is written, in the words of `flaw_of_verdict`."""
    if cause != REPLACED:
        return "replaced" if by else flaw_of_verdict(REFUSED, cause, policy, decided_at, evidence)
    if by:
        return "" if decided_at > 0 else "instant"
    return flaw_of_verdict(ELIGIBLE, ELIGIBLE, policy, decided_at, evidence)


def supports(cause: str, rows: tuple[Result, ...], policy: Policy, cutoff: int) -> bool:
    """Tell whether a cause is what the rows named with it give, whoever is listed wherever."""
    if cause in ADMINISTRATIVE:
        return not rows
    said = of_rows(rows, policy, cutoff).cause
    # A positive that a later one follows is named alone; by itself it reads as the newest.
    return said == cause or (
        cause == "positive-not-cleared" and said == "positive" and rows[0].sampled_at >= cutoff - policy.positive_life_s
    )


def of_rows(rows: Iterable[Result], policy: Policy, cutoff: int) -> Decision:
    """Decide on results alone: as if the person were listed by an approved unit."""
    return decide(Facts(tuple(rows), listed=True, approval=_APPROVED), policy, cutoff)


def rows_of(evidence: str) -> tuple[Result, ...]:
    """Read an entitlement's evidence; whose it is does not stand there.

    Raises:
        ValueError, TypeError, RecursionError: it is not what `rules.evidence_text` writes.
    """
    found: Any = json.loads(evidence)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise TypeError("evidence is a list of rows")
    rows = tuple(Result(pid="", **row) for row in found)
    if not all(map(_is_of_a_laboratory, rows)):
        raise TypeError("a row's numbers are whole, its texts are texts, and its result is one of those there are")
    return rows


def _is_of_a_laboratory(row: Result) -> bool:
    # `decide` sorts and compares rows: of one that was written by hand it would fail where the row should be named.
    numbers = (row.sampled_at, row.revision, row.pool_size, *(() if row.reported_at is None else (row.reported_at,)))
    texts = (row.lab, row.tube, row.site, row.result)
    return (
        all(type(number) is int for number in numbers)
        and all(type(text) is str for text in texts)
        and row.result in SEVERITY
    )
