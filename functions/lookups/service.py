"""Noting that somebody looked at a person or their pass. Reading it back is in `seen`."""

from __future__ import annotations

from pynamodb.exceptions import PutError

from functions.lookups import rules
from functions.lookups.model import LookupRow
from functions.shared import log


def note_scan(sub: str, scan: str, *, gate: str, venue: str, direction: str, verdict: str, at: int) -> None:
    """Note a scan that is recorded already, by what its row says; noted again it is the same.

    The scan is written first, and a lookup that cannot be written does not undo it: at a gate people wait, and a
    record without its lookup can be made good, a person kept outside cannot. It is an error of ours, though: it is
    logged as one, which calls the operator, with the ids of the scan that holds all the lookup would have said.

    Args:
        sub: the pass's subject.
        scan: the id of the scan.
        gate: where.
        venue: the gate's.
        direction: which way.
        verdict: the scan's.
        at: the scan's instant as it is stored, epoch seconds.
    """
    row = LookupRow(rules.of_pass(sub), rules.moment(at, scan, gate), kind="scan", at=at, ttl=at + rules.KEPT_S)
    row.gate, row.venue, row.direction, row.verdict = gate, venue, direction, verdict
    try:
        row.put_if_absent()
    except PutError as error:
        log.failure("lookup.lost", error, gate=gate, scan=scan)


def note_assisted(
    pid: str, *, gate: str, venue: str, direction: str, verdict: str, at: int, way: str = "number"
) -> None:
    """Note a check-in made for a person by their document, their card or as known there (`way`: number, card, known).

    `gate` is empty when no guard made it. As for a scan: the check-in stands, the door goes on, and what was lost is an error with the venue's id.
    """
    place = rules.moment(at, "assisted", venue, direction)
    row = LookupRow(rules.of_person(pid), place, kind="assisted", at=at, ttl=at + rules.KEPT_S)
    row.gate, row.venue, row.direction, row.verdict, row.way = gate, venue, direction, verdict, way
    try:
        row.put_if_absent()
    except PutError as error:
        log.failure("lookup.lost", error, venue=venue)


def note_offered(pid: str, *, gate: str, venue: str, at: int) -> None:
    """Note that a masked name was shown at a door among those known there; several times in ten minutes are one.

    As for a check-in: somebody waits, and what was lost is an error with the venue's id.
    """
    place = rules.moment(rules.print_slot(at), "offered", venue, gate)
    row = LookupRow(rules.of_person(pid), place, kind="offered", at=at, ttl=at + rules.KEPT_S)
    row.gate, row.venue = gate, venue
    try:
        row.put_if_absent()
    except PutError as error:
        log.failure("lookup.lost", error, venue=venue)


def note_card(pid: str, area: str, card: str, at: int, *, ended: bool = False) -> None:
    """Note that a community made, or ended, somebody's card; `card` and the act make it one.

    A failure is raised, as for a print: the card is asked for again, and is the same.

    Args:
        pid: whose card.
        area: the community, a division code.
        card: what tells it from others; not its number.
        at: when it was made or ended, epoch seconds.
        ended: whether it was ended.
    """
    kind = "card-ended" if ended else "card"
    row = LookupRow(rules.of_person(pid), rules.moment(at, kind, card), kind=kind, at=at, ttl=at + rules.KEPT_S)
    row.district = area
    row.put_if_absent()


def note_printed(pid: str, unit: str, at: int) -> None:
    """Note that a unit's printed pass is about to be handed out.

    Here a failure is raised: nobody waits at a gate, the pass is signed and safe, and asked for again the same bytes
    are printed. So no paper leaves without the person being told.
    """
    place = rules.moment(rules.print_slot(at), "printed", unit)
    LookupRow(rules.of_person(pid), place, kind="printed", at=at, unit=unit, ttl=at + rules.KEPT_S).put_if_absent()


def note_traced(
    pid: str,
    trace: str,
    *,
    ground: str,
    district: str,
    searched_at: int,
    visible_at: int,
    own_at: int,
) -> None:
    """Note that a trace touched somebody's check-ins, to be seen from `visible_at` on; never who asked.

    A failure is raised: nobody reads a trace's people before each of them is sure to be told.

    Args:
        pid: whose check-ins.
        trace: its id, which makes the act one.
        ground: the legal ground.
        district: whose trace it is, a division code.
        searched_at: when it was approved, epoch seconds.
        visible_at: when the embargo ends, epoch seconds.
        own_at: when the newest check-in of theirs by their own device was received; 0 when there is none.
    """
    row = LookupRow(rules.of_person(pid), rules.moment(visible_at, "trace", trace), kind="trace", at=visible_at)
    row.ground, row.district, row.searched_at, row.own_at = ground, district, searched_at, own_at
    row.ttl = visible_at + rules.KEPT_S
    row.put_if_absent()
