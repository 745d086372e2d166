"""The one writer of `/status/`: rebuilds a list from a consistent query and publishes it signed.

Run again, or by two at once, it ends the same: the table only grows, and one at a time builds a list. The function's
reserved concurrency already says so; the lease in the list's row holds on any engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from pynamodb.expressions.update import Action

import credentials
from functions.keys import service as keys
from functions.shared import log
from functions.shared.config import settings
from functions.shared.objects import public
from functions.status import rules
from functions.status.model import StatusListRow, WithdrawalRow
from functions.status.service import live_lists, open_ahead

PREFIX: Final = "status/"
INDEX: Final = PREFIX + "index.json"  # the point keeps it from being any list's name
MEDIA_TYPE: Final = "application/vc+jwt"
CACHE: Final = "public, max-age=30, s-maxage=30, must-revalidate"
LEASE_S: Final = 60  # longer than the function may run: a lease left behind belongs to nobody alive
_ATTEMPTS: Final = 50


def publish(name: str, at: int) -> bool:
    """See to it that one list is published as it is now; False when there is no such list, or its time is over.

    Whoever finds another at work leaves it to them: they look, before they let go, whether anybody asked meanwhile.

    Raises:
        RuntimeError: when it was asked for again all the while; the next minute goes on.
    """
    end = rules.list_end(name)
    if end is None or end + rules.KEPT_S <= at:
        return False
    row = StatusListRow(name)
    if not row.update_if([StatusListRow.generation.add(1)], StatusListRow.name.exists()):
        return False
    lease: list[Action] = [StatusListRow.busy_until.set(at + LEASE_S)]
    if row.update_if(lease, StatusListRow.busy_until <= at):
        is_new = not int(row.published_at)
        try:
            _publish_until_nobody_asks(row, at)
        # Whatever went wrong: who comes next must not take this list for one that somebody is at work on.
        except Exception:
            row.update_if([StatusListRow.busy_until.set(0)], StatusListRow.busy_until == at + LEASE_S)
            raise
        if is_new:
            publish_index(at)
    return True


def _publish_until_nobody_asks(row: StatusListRow, at: int) -> None:
    for _ in range(_ATTEMPTS):
        asked = row.generation
        # A list is never older than the one before it, whatever the clocks of two machines say.
        seen_at = max(at, int(row.published_at))
        token = _signed(row.name, int(row.size), seen_at)
        public.put(PREFIX + row.name, token, content_type=MEDIA_TYPE, cache_control=CACHE)
        release: list[Action] = [StatusListRow.busy_until.set(0), StatusListRow.published_at.set(seen_at)]
        if row.update_if(release, StatusListRow.generation == asked):
            return
        row.refresh(consistent_read=True)
    row.update(actions=[StatusListRow.busy_until.set(0)])
    raise RuntimeError("a status list was asked for all the time")


def publish_all(at: int) -> int:
    """Open what the next two days need, publish every live list, drop those past their time; tell how many were published.

    Raises:
        Exception: some lists could not be made, the others were; the first such failure, once everything is done.
    """
    open_ahead(at)
    count, failures = 0, list[Exception]()
    for name in live_lists(at):
        try:
            count += publish(name, at)
        # Whatever is wrong with one list: no other waits for it, and the function's failure calls the operator.
        except Exception as error:  # noqa: BLE001
            log.failure("status.failed", error, list=name)
            failures.append(error)
    # The index first: it must not name a list that is gone.
    publish_index(at)
    dropped = _drop(public.keys(PREFIX), at)
    log.event("status.published", count=count, dropped=dropped)
    if failures:
        raise failures[0]
    return count


def publish_index(at: int) -> bool:
    """Name the published lists in `/status/index.json`, for a guard who fetches them all; tell whether it changed.

    The index is a convenience and says nothing about any pass: it is not signed, and a list alone is the truth about
    its passes. Who is shown a shortened index misses lists, and is unsure about their passes; nobody is let in by it.
    It is made from the objects that are there, after they were put and before they are deleted, so that it never names
    a list that is not published.
    """
    changed = False
    for _ in range(_ATTEMPTS):
        names = rules.still_kept((key.removeprefix(PREFIX) for key in public.keys(PREFIX)), at)
        made = msgspec.json.encode({"lists": names})
        if public.get(INDEX) == made:
            break
        public.put(INDEX, made, content_type="application/json", cache_control=CACHE)
        # Then it is looked at once more: where two publish at once, another may have put a list meanwhile.
        changed = True
    return changed


def _signed(name: str, size: int, at: int) -> bytes:
    rows = WithdrawalRow.query(name, consistent_read=True, attributes_to_get=["pk", "sk"])
    bits = rules.bitstring((int(row.index) for row in rows), size)
    signer = keys.signer("status", at)
    return credentials.status_list(list_id=name, bits=bits, issuer=settings().issuer, signer=signer, at=at).encode()


def _drop(keys_: Iterable[str], at: int) -> int:
    ended = [key for key in keys_ if (rules.list_end(key.removeprefix(PREFIX)) or at) + rules.KEPT_S <= at]
    for key in ended:
        public.delete(key)
    return len(ended)
