"""A person's weeks as the service writes them down, without a table: results come, lists change, passes are signed and lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from functions.matching.grounds import REPLACED, Ground
from functions.matching.policy import DEFAULT
from functions.matching.rules import Approval, Entitlement, Facts, decide, entitle, horizon
from functions.oversight.shapes import PassOut, RecordOut, StoredVerdictOut, WithdrawalOut
from functions.passes.rules import GRACE_S
from functions.results.rules import RETENTION_S, Result, effective
from tests.laws.histories import CUTOFF, HOUR

ME = "p1"
LIST = "2026-11-24a-1"


@dataclass
class Weeks:
    """What the tables hold about one person in one unit."""

    at: int = CUTOFF
    standing: dict[tuple[str, str, str], tuple[Result, int]] = field(default_factory=dict)
    listed: bool = True
    list_since: int = CUTOFF - 1000 * HOUR
    approval: Approval | None = field(default_factory=lambda: Approval(approved=True, ends_at=CUTOFF + 9000 * HOUR))
    known: Entitlement | None = None
    passes: list[PassOut] = field(default_factory=list)

    def receive(self, row: Result) -> None:
        """A file with a row arrives."""
        held = self.standing.get(row.identity)
        if held is None or row.order > held[0].order:
            self.standing[row.identity] = (row, self.at)
        self.settle()

    def enlist(self, listed: bool) -> None:  # noqa: FBT001 - drawn
        """A new list names the person, or does not."""
        self.listed, self.list_since = listed, self.at
        self.settle()

    def approve(self, approval: Approval) -> None:
        """The unit's approval changes."""
        self.approval = approval
        self.settle()

    def living(self) -> tuple[Result, ...]:
        """The person's rows as they count now."""
        alive = [row for row, since in self.standing.values() if max(row.sampled_at, since) + RETENTION_S > self.at]
        return effective([row for row in alive if row.pid == ME], alive)

    def settle(self) -> None:
        """Decide anew, and withdraw what ended."""
        rows = self.living()
        at = max(self.at, self.known.decided_at + 1) if self.known else self.at
        decided_at = horizon(rows, at)
        facts = Facts(rows, self.listed, self.approval, self._until())
        known = self.known = entitle(ME, "U-1", decide(facts, DEFAULT, decided_at), decided_at)
        eligible = known.verdict == "eligible"
        ground = Ground(REPLACED if eligible else known.cause, known.decided_at, known.evidence, known.policy)
        self._withdraw(ground, lambda one: not eligible or one.expires_at > known.expires_at)

    def sign(self, *, printed: bool) -> None:
        """Fetch a pass, or print one, if the person is entitled: it takes the place of the other kind."""
        if self.known is None or self.known.verdict != "eligible" or self.known.expires_at <= self.at:
            return
        place = len(self.passes)
        self.passes.append(PassOut(LIST, place, printed, self.at, self.known.expires_at, None))
        self._withdraw(Ground(REPLACED, self.at, by=f"{LIST}#{place}"), lambda one: one.printed != printed)

    def told(self) -> StoredVerdictOut:
        """What an auditor reads of it."""
        known, approval = self.known, self.approval
        assert known is not None
        return StoredVerdictOut(
            pid=ME,
            unit="U-1",
            verdict=known.verdict,
            cause=known.cause,
            decided_at=known.decided_at,
            run="",
            policy=known.policy,
            evidence=known.evidence,
            expires_at=known.expires_at,
            listed=self.listed,
            listed_until=self._until(),
            list_since=self.list_since,
            approved=approval.approved if approval else None,
            ends_at=approval.ends_at if approval else None,
            records=[self._record(row) for row in self.living()],
            passes=list(self.passes),
        )

    def _until(self) -> int | None:
        return self.approval.ends_at if self.listed and self.approval else None

    def _record(self, row: Result) -> RecordOut:
        since = self.standing[row.identity][1]
        return RecordOut(row.lab, row.tube, row.revision, row.pool_size, row.sampled_at, row.result, since)

    def _withdraw(self, ground: Ground, concerns: Any) -> None:
        for place, one in enumerate(self.passes):
            if one.withdrawal is None and one.expires_at + GRACE_S > self.at and concerns(one):
                taken = WithdrawalOut(
                    LIST, one.index, ground.cause, self.at, ground.decided_at, ground.policy, ground.evidence, ground.by
                )
                self.passes[place] = PassOut(LIST, one.index, one.printed, one.signed_at, one.expires_at, taken)
