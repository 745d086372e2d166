"""Reading for the auditor: stored verdicts with the facts and passes behind each, and a status list's withdrawals."""

from __future__ import annotations

from typing import Any, Final

from functions.matching import service as matching
from functions.matching.model import KNOWN, EntitlementRow
from functions.oversight.shapes import PassOut, RecordOut, StoredVerdictOut, WithdrawalOut
from functions.passes.model import PassRow, passes_of
from functions.results import service as results
from functions.shared.pages import Page, page_of
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.staff import service as staff
from functions.status.model import WithdrawalRow
from functions.units import service as units

PAGE: Final = 25  # each verdict is some eight reads
WITHDRAWALS: Final = 200


def verdicts(part: int, of: int, position: Any, at: int) -> Page[StoredVerdictOut]:
    """Return some of the stored verdicts of one part of the table, `part` from 0 of `of`, from a position on.

    The whole table is read part by part; some parts of many are a sample that nobody who wrote a row could foresee.
    """
    found = EntitlementRow.scan(
        EntitlementRow.scope < KNOWN,
        segment=part,
        total_segments=of,
        last_evaluated_key=position,
        consistent_read=True,
    )
    page = page_of(EntitlementRow, found, PAGE, at)
    return Page(list(spread(lambda row: _verdict(row, at), page.items)), page.position)


def verdicts_of_unit(unit: str, position: Any, at: int) -> Page[StoredVerdictOut]:
    """Return some of the stored verdicts about a unit's people, from a position on: by an index, which follows within moments."""
    page = page_of(EntitlementRow, EntitlementRow.by_unit.query(unit, last_evaluated_key=position), PAGE, at)
    return Page(list(spread(lambda row: _verdict(row, at), page.items)), page.position)


def withdrawals(name: str, position: Any, at: int) -> Page[WithdrawalOut]:
    """Return some of a status list's withdrawals, from a position on."""
    found = WithdrawalRow.query(name, last_evaluated_key=position, consistent_read=True)
    page = page_of(WithdrawalRow, found, WITHDRAWALS, at)
    return Page([_withdrawal(row) for row in page.items], page.position)


def _verdict(row: EntitlementRow, at: int) -> StoredVerdictOut:
    # As it is stored: what somebody wrote by hand may lack what the service always writes.
    unit_id, decided_at = row.scope, int(row.decided_at or 0)
    listing, unit = staff.listing(unit_id, row.pid, decided_at), units.unit(unit_id)
    facts = matching.facts((), listing, None)
    return StoredVerdictOut(
        pid=row.pid,
        unit=unit_id,
        verdict=row.verdict or "",
        cause=row.cause or "",
        decided_at=decided_at,
        run=row.run or "",
        policy=row.policy or "",
        evidence=row.evidence or "",
        expires_at=int(row.expires_at or 0),
        listed=facts.listed,
        listed_until=facts.listed_until,
        list_since=unit.current_at if unit else 0,
        approved=unit.approved if unit else None,
        ends_at=unit.ends_at if unit else None,
        records=[
            RecordOut(
                one.lab, one.tube, one.revision, one.pool_size, one.sampled_at, one.result, received_at=received_at
            )
            for one, received_at in results.received(row.pid, at)
        ],
        passes=_passes(passes_of(row.pid, unit_id), at),
    )


def _passes(rows: list[PassRow], at: int) -> list[PassOut]:
    keys = [(row.status_list, str(int(row.status_index))) for row in rows]
    found = living(WithdrawalRow.batch_get(keys, consistent_read=True), at) if keys else ()
    taken = {(row.list_name, row.index): row for row in found}
    return [
        PassOut(
            list=key[0],
            index=int(key[1]),
            printed=row.printed,
            signed_at=int(row.signed_at),
            expires_at=int(row.expires_at),
            withdrawal=_withdrawal(taken[key]) if key in taken else None,
        )
        for row, key in zip(rows, keys, strict=True)
    ]


def _withdrawal(row: WithdrawalRow) -> WithdrawalOut:
    return WithdrawalOut(
        list=row.list_name,
        index=int(row.index),
        cause=row.cause or "",
        withdrawn_at=int(row.withdrawn_at or 0),
        decided_at=int(row.decided_at or 0),
        policy=row.policy or "",
        evidence=row.evidence or "",
        by=row.by or "",
    )
