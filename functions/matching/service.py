"""Entitlements: settling one person when something about them changed, and reading what stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pynamodb.expressions.condition import Condition

from functions.matching.grounds import REPLACED, Ground
from functions.matching.model import KNOWN, KNOWN_S, EntitlementRow, KnownRow, follows, row_of, still
from functions.matching.policy import DEFAULT, Policy
from functions.matching.rules import ELIGIBLE, Approval, Entitlement, Facts, decide, entitle, horizon
from functions.passes import service as passes
from functions.results import service as results
from functions.results.rules import Result
from functions.shared import log
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.staff import service as staff
from functions.units import service as units

__all__ = [
    "Entitlement",
    "approval_of",
    "entitlement",
    "facts",
    "known",
    "make_known",
    "of_unit",
    "settle",
    "settle_unit",
    "standing",
    "standing_check",
    "withdraw_what_ended",
]

_ATTEMPTS = 20


def settle(pid: str, at: int) -> list[Entitlement]:
    """Decide anew about a person in every unit that lists them or has decided about them, and withdraw what ended.

    Called when a result arrived, a listing or a unit's approval changed, a person was enrolled. Refusals are written
    too (law 5), and passes are withdrawn before this returns (law 6). Again is harmless.
    """
    scopes = _scopes(pid, at)
    make_known([pid] if scopes else [], at)
    return [_settle(pid, scope, at) for scope in scopes]


def settle_unit(unit: str, at: int) -> int:
    """Decide anew about everybody a unit lists or has entitled; return how many people that were."""
    pids = {listing.pid for listing in staff.staff_of(unit, at)} | {found.pid for found in of_unit(unit, at)}
    make_known(pids, at)
    return sum(1 for _ in spread(lambda pid: _settle(pid, unit, at), sorted(pids)))


def known(pids: Iterable[str], at: int) -> set[str]:
    """Return those of many people about whom anything was, or is just being, decided: a consistent read.

    Whoever decides about somebody for the first time marks them known before reading their results. So of a result
    whose person is not known yet nothing is missed: the decision that is on its way reads it.
    """
    rows = KnownRow.batch_get([(pid, KNOWN) for pid in pids], consistent_read=True)
    return {row.pid for row in living(rows, at)}


def make_known(pids: Iterable[str], at: int) -> None:
    """Mark people as known; the mark outlives every decision, and is renewed by the daily run at half its life."""
    wanted = sorted(pids)
    unmarked = sorted(set(wanted) - known(wanted, at + KNOWN_S // 2))
    for _ in spread(lambda pid: KnownRow(pid, KNOWN, ttl=at + KNOWN_S).save(), unmarked):
        pass


def standing(pid: str, at: int) -> list[Entitlement]:
    """Return what was decided about a person, by unit: a consistent read."""
    rows = EntitlementRow.query(pid, EntitlementRow.scope < KNOWN, consistent_read=True)
    return [row.read() for row in living(rows, at)]


def entitlement(pid: str, unit: str, at: int = 0) -> Entitlement | None:
    """Return what was decided about a person in a unit (a consistent read), None if nothing was.

    Without an instant a decision past its retention is returned too, as long as it is stored: to be replaced by the
    next one, never to be shown.
    """
    row = EntitlementRow.find(pid, unit, at=at)
    return row.read() if row else None


def of_unit(unit: str, at: int) -> Iterator[Entitlement]:
    """Yield what was decided about everybody in a unit, by pid; the index follows the table within moments."""
    return (row.read() for row in living(EntitlementRow.by_unit.query(unit), at))


def standing_check(known: Entitlement) -> tuple[type[EntitlementRow], str, str, Condition]:
    """Return the arguments of a transaction's `condition_check` that holds while an entitlement stands.

    A pass is put in one transaction with it: else a refusal written between reading and signing would miss the pass.
    """
    return EntitlementRow, known.pid, known.scope, still(known)


def approval_of(unit: str) -> Approval | None:
    """Return what is known of a unit's approval, read consistently; None when it was never registered."""
    registered = units.unit(unit)
    return Approval(registered.approved, registered.ends_at) if registered else None


def facts(rows: Iterable[Result], listing: staff.Listing | None, approval: Approval | None) -> Facts:
    """Return the facts about a person in a unit: their history, their listing there and its approval."""
    return Facts(tuple(rows), listing is not None, approval, listing.until if listing else None)


def withdraw_what_ended(known: Entitlement, at: int) -> int:
    """Withdraw the passes that an entitlement does not carry; return how many.

    After a refusal that is every unexpired one. An eligible person's pass ends with them too if it was signed for a
    later instant than they are entitled until: the sample it rested on was taken back, and an older one remains.
    """
    eligible = known.verdict == ELIGIBLE
    ground = Ground(REPLACED if eligible else known.cause, known.decided_at, known.evidence, known.policy)
    return passes.withdraw_scope(known.pid, known.scope, ground, at, beyond=known.expires_at if eligible else 0)


def _scopes(pid: str, at: int) -> list[str]:
    listed = {listing.unit for listing in staff.listings(pid, at)}
    return sorted(listed | {found.scope for found in standing(pid, at)})


def _settle(pid: str, scope: str, at: int, policy: Policy = DEFAULT) -> Entitlement:
    """Decide about one person in one unit and write it, unless somebody did meanwhile: then read and decide again.

    What stood is read first and the facts after it. So whoever writes has seen at least what the decision they
    replace had seen, and two results of one second cannot hide each other, though both decide for the same instant.
    """
    for _ in range(_ATTEMPTS):
        before = entitlement(pid, scope)
        rows = results.history(pid, at)
        # What is written is what was decided for that very instant, so that a stranger can recompute it.
        decided_at = horizon(rows, max(at, before.decided_at + 1) if before else at)
        known_facts = facts(rows, staff.listing(scope, pid, decided_at), approval_of(scope))
        known = entitle(pid, scope, decide(known_facts, policy, decided_at), decided_at)
        if row_of(known).put_if(follows(before)):
            withdraw_what_ended(known, at)
            log.event("entitlement.settled", scope=scope, verdict=known.verdict)
            return known
    raise RuntimeError("an entitlement was decided by others all the time")
