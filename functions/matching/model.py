"""The `entitlement` table: pid / scope, index `by_unit`; one row a person and unit, the later decision stands."""

from __future__ import annotations

from typing import Any, Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.matching.grounds import Unfounded, flaw_of_verdict
from functions.matching.rules import ELIGIBLE, Entitlement
from functions.shared.clock import DAY_S
from functions.shared.tables import Table, TableMeta

KEPT_S: Final = 14 * DAY_S
KNOWN: Final = "~"  # sorts after every unit's id
KNOWN_S: Final = 60 * DAY_S


class ByUnit(GlobalSecondaryIndex["EntitlementRow"]):
    """The people of a unit."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_unit"
        projection = AllProjection()

    unit = UnicodeAttribute(hash_key=True)
    pid = UnicodeAttribute(range_key=True, attr_name="pk")


class EntitlementRow(Table):
    """A verdict as it stands, with its cause, its evidence and the instant it was decided for.

    A refusal that a stranger would not come to cannot be written: `grounds` says what that means.
    """

    class Meta(TableMeta):
        """Found under `TABLE_ENTITLEMENT`."""

        logical = "entitlement"

    by_unit = ByUnit()
    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    scope = UnicodeAttribute(range_key=True, attr_name="sk")
    unit = UnicodeAttribute()
    verdict = UnicodeAttribute()
    cause = UnicodeAttribute()
    decided_at = NumberAttribute()
    run = UnicodeAttribute(default="")
    expires_at = NumberAttribute(default=0)
    sampled_at = NumberAttribute(default=0)
    lab = UnicodeAttribute(default="")
    tube = UnicodeAttribute(default="")
    site = UnicodeAttribute(default="")
    policy = UnicodeAttribute(default="")
    evidence = UnicodeAttribute(default="[]")

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:  # noqa: FBT001, FBT002 - the library's
        """Return the row as it is put, alone, in a batch or in a transaction.

        Raises:
            Unfounded: it refuses somebody without a cause that its evidence gives.
        """
        # A right is taken away here; whether one was given for nothing is the auditor's question.
        if (self.verdict, self.cause) != (ELIGIBLE, ELIGIBLE):
            flaw = flaw_of_verdict(self.verdict, self.cause, self.policy, int(self.decided_at or 0), self.evidence)
            if flaw:
                raise Unfounded(f"a refusal without a ground: {flaw}")
        made: dict[str, dict[str, Any]] = super().serialize(null_check)
        return made

    def read(self) -> Entitlement:
        """Return the row as the rules read it."""
        return Entitlement(
            pid=self.pid,
            scope=self.scope,
            verdict=self.verdict,  # type: ignore[arg-type]  # written from a `Decision` only
            cause=self.cause,
            decided_at=int(self.decided_at or 0),  # one that was written by hand stops nobody else
            run=self.run,
            expires_at=int(self.expires_at),
            sampled_at=int(self.sampled_at),
            lab=self.lab,
            tube=self.tube,
            site=self.site,
            policy=self.policy,
            evidence=self.evidence,
        )


class KnownRow(Table):
    """The mark that somebody is, or lately was, decided about; of a hundred strangers a single request tells so."""

    class Meta(TableMeta):
        """Shares the table `entitlement`; it has no unit, and so no place in the index."""

        logical = "entitlement"

    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    mark = UnicodeAttribute(range_key=True, attr_name="sk", default=KNOWN)


def row_of(entitlement: Entitlement) -> EntitlementRow:
    """Return the row to be stored; it is kept 14 days past its end, or past its decision if that was a refusal."""
    known = entitlement
    return EntitlementRow(
        known.pid,
        known.scope,
        unit=known.scope,
        verdict=known.verdict,
        cause=known.cause,
        decided_at=known.decided_at,
        run=known.run,
        expires_at=known.expires_at,
        sampled_at=known.sampled_at,
        lab=known.lab,
        tube=known.tube,
        site=known.site,
        policy=known.policy,
        evidence=known.evidence,
        ttl=max(known.expires_at, known.decided_at) + KEPT_S,
    )


def follows(before: Entitlement | None) -> Condition:
    """Hold while the stored decision is still the one that was read before deciding."""
    if before is None:
        absent: Condition = EntitlementRow.pid.does_not_exist()
        return absent
    return EntitlementRow.decided_at == before.decided_at


def precedes(decided_at: int) -> Condition:
    """Hold while nothing decided for that instant or a later one is stored (law 5)."""
    condition: Condition = EntitlementRow.pid.does_not_exist() | (EntitlementRow.decided_at < decided_at)
    return condition


def still(entitlement: Entitlement) -> Condition:
    """Hold while the person is eligible until the same instant as in the entitlement that was read."""
    condition: Condition = (EntitlementRow.verdict == "eligible") & (
        EntitlementRow.expires_at == entitlement.expires_at
    )
    return condition
