"""Whether what took a right away holds: stored verdicts and withdrawals, held to the facts. Pure, so that anybody may run it.

A verdict is decided again on the facts as they are kept, for the instant it was decided for. Facts change afterwards,
and then somebody is decided about anew within moments; so whoever finds that facts differ looks a second time before
they say so. A withdrawal stays when its verdict was replaced: it is held to what it names itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from functions.matching.grounds import (
    REPLACED,
    flaw_of_verdict,
    flaw_of_withdrawal,
    of_rows,
    rows_of,
)
from functions.matching.policy import POLICIES
from functions.matching.rules import ADMINISTRATIVE, ELIGIBLE, REFUSED, Approval, Facts, decide
from functions.oversight.shapes import PassOut, RecordOut, StoredVerdictOut, WithdrawalOut
from functions.results.rules import RETENTION_S, Result, sample_order

SLACK_S: Final = 3600  # a file is received before its rows are: what came within it may or may not have been seen
_Key = tuple[str, str]


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """Something that does not hold: what, about which row or place, and what should be there instead."""

    code: str
    unit: str = ""
    pid: str = ""
    list: str = ""
    index: int = -1
    says: str = ""


def of_verdict(known: StoredVerdictOut, at: int) -> Iterator[Finding]:
    """Yield what does not hold about a stored verdict and the passes that were signed on it; `at` is now."""

    def wrong(code: str, says: str = "", of: PassOut | None = None) -> Finding:
        place = (of.list, of.index) if of else ("", -1)
        return Finding(code, known.unit, known.pid, *place, says=says)

    flaw = flaw_of_verdict(known.verdict, known.cause, known.policy, known.decided_at, known.evidence)
    if flaw:
        yield wrong(flaw)
    else:
        evidence = rows_of(known.evidence)
        if not _on_record(evidence, known.records, at):
            yield wrong("no-such-result")
        elif said := _otherwise(known, evidence, at):
            yield wrong("facts-differ", said)
    for one in known.passes:
        if one.withdrawal is not None:
            for code in _of_withdrawal(known, one, one.withdrawal, at):
                yield wrong(code, of=one)
        elif known.verdict != ELIGIBLE and one.expires_at > at:
            yield wrong("pass-stands", of=one)


def cannot_tell(known: StoredVerdictOut) -> int:
    """Count the withdrawals of a verdict whose cause is a list or an approval of which only today's state is kept."""
    withdrawals = (one.withdrawal for one in known.passes)
    return sum(
        one is not None and one.cause in ADMINISTRATIVE and one.decided_at < known.decided_at for one in withdrawals
    )


def of_list(name: str, withdrawals: Iterable[WithdrawalOut], bits: set[int], bits_at: int) -> Iterator[Finding]:
    """Yield where a published list and the withdrawals behind it differ, and withdrawals without a ground of their own.

    `bits` are the places that the list, signed at the instant `bits_at`, shows as withdrawn.
    """
    rows = {one.index: one for one in withdrawals}
    for index in sorted(bits - rows.keys()):
        yield Finding("bit-without-withdrawal", list=name, index=index)
    for index, row in sorted(rows.items()):
        flaw = flaw_of_withdrawal(row.cause, row.policy, row.decided_at, row.evidence, row.by)
        if flaw:
            yield Finding(f"withdrawal-{flaw}", list=name, index=index)
        if index not in bits and row.withdrawn_at < bits_at:
            yield Finding("withdrawal-without-bit", list=name, index=index)


def without_pass(withdrawals: Iterable[WithdrawalOut], seen: set[tuple[str, int]]) -> Iterator[Finding]:
    """Yield the withdrawals of places where no pass of any verdict was signed."""
    for one in withdrawals:
        if (one.list, one.index) not in seen:
            yield Finding("no-verdict", list=one.list, index=one.index)


def _otherwise(known: StoredVerdictOut, evidence: tuple[Result, ...], at: int) -> str:
    """What the facts say if that is not what stands, else nothing; lists and approvals count against refusals only."""
    policy, cutoff = POLICIES[known.policy], known.decided_at
    # What is past its life may be gone from the records; the evidence still names it.
    rows = tuple(sorted({*map(_result, known.records), *map(_bare, evidence)}, key=sample_order))
    if known.verdict == ELIGIBLE:
        if known.expires_at <= at:
            return ""
        # A list's or an approval's losses may wait for a person: who is entitled meanwhile is no abuse.
        said = of_rows(rows, policy, cutoff)
        return "" if said.verdict == ELIGIBLE and (said.expires_at or 0) >= known.expires_at else said.cause
    approval = None if known.approved is None else Approval(known.approved, known.ends_at)
    said = decide(Facts(rows, known.listed, approval, known.listed_until), policy, cutoff)
    gone = any(row.sampled_at + RETENTION_S <= at for row in evidence)
    return "" if said.cause == known.cause or (gone and said.verdict == REFUSED) else said.cause


def _of_withdrawal(known: StoredVerdictOut, one: PassOut, row: WithdrawalOut, at: int) -> Iterator[str]:
    flaw = flaw_of_withdrawal(row.cause, row.policy, row.decided_at, row.evidence, row.by)
    if flaw:
        yield f"withdrawal-{flaw}"
    elif row.by:
        others = {f"{other.list}#{other.index}" for other in known.passes if other.printed != one.printed}
        if row.by not in others:
            yield "no-such-pass"
    elif row.decided_at >= known.decided_at:
        if not _follows(known, one, row):
            yield "no-refusal"
    elif not _on_record(rows_of(row.evidence), known.records, at, corrected_after=row.withdrawn_at - SLACK_S):
        yield "no-such-result"
    elif not _could_stand(known, row):
        yield "no-refusal"


def _follows(known: StoredVerdictOut, one: PassOut, row: WithdrawalOut) -> bool:
    """Whether the verdict that stands is the one that took the pass."""
    if (row.decided_at, row.evidence) != (known.decided_at, known.evidence):
        return False
    if known.verdict == ELIGIBLE:
        return row.cause == REPLACED and one.expires_at > known.expires_at
    return row.cause == known.cause


def _could_stand(known: StoredVerdictOut, row: WithdrawalOut) -> bool:
    """Whether a verdict that was replaced since could have been decided, as far as the records of today tell."""
    if row.cause in ADMINISTRATIVE:
        # The list in force since before names the person: nobody was missing from it.
        return not (row.cause == "not-listed" and known.listed and known.list_since < row.decided_at - SLACK_S)
    evidence, policy = rows_of(row.evidence), POLICIES[row.policy]
    wanted = ELIGIBLE if row.cause == REPLACED else row.cause
    for until in (row.decided_at, row.decided_at - SLACK_S):
        then = [_result(record) for record in known.records if record.received_at <= until]
        rows = sorted({*then, *map(_bare, evidence)}, key=sample_order)
        if of_rows(rows, policy, row.decided_at).cause == wanted:
            return True
    # Of a row that was corrected since, what it said then is known only where the evidence names it.
    return any(record.revision and record.received_at > row.decided_at - SLACK_S for record in known.records)


def _on_record(
    evidence: Iterable[Result], records: Iterable[RecordOut], at: int, corrected_after: int | None = None
) -> bool:
    """Whether each row named is on record, is past its life, or, if that may be, was corrected after an instant."""
    kept: dict[_Key, RecordOut] = {(record.lab, record.tube): record for record in records}
    for row in evidence:
        record = kept.get((row.lab, row.tube))
        if record is None:
            if row.sampled_at + RETENTION_S > at:
                return False
        elif _result(record) != _bare(row) and (corrected_after is None or record.received_at <= corrected_after):
            return False
    return True


def _result(record: RecordOut) -> Result:
    return Result(
        "",
        record.lab,
        record.tube,
        record.revision,
        record.pool_size,
        record.sampled_at,
        None,
        record.result,  # type: ignore[arg-type]  # as stored
    )


def _bare(row: Result) -> Result:
    """A row of evidence in the form of a record: where it was taken and when it was reported decide nothing."""
    return Result("", row.lab, row.tube, row.revision, row.pool_size, row.sampled_at, None, row.result)
