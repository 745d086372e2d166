"""A venue's entrances: make, retire and look up their codes. Every act here can be repeated without harm."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace

from functions.shared.problems import Conflict, NotFound
from functions.shared.secrets import keyed_hash
from functions.venues import codes, poster_life, rules, service
from functions.venues.model import VenueCodeRow
from functions.venues.rules import Code, Venue


def sign(venue_id: str, short: str) -> bytes:
    """Return the keyed hash of a venue's code, of which its address shows five bytes."""
    return keyed_hash("code", "venue-code", venue_id, short)


def address(venue_id: str, short: str) -> str:
    """Return the last part of the address that a poster's symbol holds."""
    return codes.address(venue_id, short, sign)


def url(me_url: str, venue_id: str, short: str) -> str:
    """Return what a poster's symbol holds; `me_url` is the origin of people's own pages."""
    return f"{me_url}/c/{address(venue_id, short)}"


def add_code(venue_id: str, label: str, at: int, random: Callable[[int], bytes] = os.urandom) -> Code:
    """Make a venue code; a label that has a current code gives that one, so that a retry prints the same poster.

    Raises:
        NotFound: no such venue.
        Conflict: the venue has 20 current codes.
    """
    stored = service.must(venue_id, at)
    for code in stored.current_codes:
        if code.label == label:
            return code
    if len(stored.current_codes) >= rules.MAX_CODES:
        raise Conflict(f"A venue has at most {rules.MAX_CODES} codes. Retire one first.", code="too-many-codes")
    made = Code(_drawn(venue_id, random), label, at)
    service.change_codes(stored, (*_remembered(stored.codes), made))
    return made


def retire_code(venue_id: str, short: str, at: int) -> Venue:
    """Retire one of a venue's codes, when it was copied or its poster is lost.

    Raises:
        NotFound: no such venue, or no such code.
    """
    stored = service.must(venue_id, at)
    find(stored, short)
    retired = tuple(
        replace(one, retired_at=at) if one.code == short and one.retired_at is None else one for one in stored.codes
    )
    service.change_codes(stored, retired)
    return service.must(venue_id, at)


def replace_code(venue_id: str, short: str, at: int, random: Callable[[int], bytes] = os.urandom) -> Code:
    """Retire a code and make the one that shall hang in its place; asked again it is the same one.

    Raises:
        NotFound: no such venue, or no such code.
        Conflict: the code was retired without a successor, or the codes changed at the same moment.
    """
    stored = service.must(venue_id, at)
    old = find(stored, short)
    if old.replaced_by:
        return find(stored, old.replaced_by)
    if old.retired_at is not None:
        raise Conflict("This code was retired. Make a code for the entrance instead.", code="retired")
    made = Code(_drawn(venue_id, random), old.label, at)
    kept = [replace(one, retired_at=at, replaced_by=made.code) if one.code == short else one for one in stored.codes]
    service.change_codes(stored, (*_remembered(kept), made))
    return made


def set_poster(venue_id: str, short: str, step: str, at: int) -> Code:
    """Say where a code's poster is in its life; the same again changes nothing.

    Raises:
        NotFound: no such venue, or no such code.
        Conflict: the code is retired, its poster can't be there yet, or the codes changed at the same moment.
    """
    stored = service.must(venue_id, at)
    code = find(stored, short)
    if code.retired_at is not None:
        raise Conflict("This code was retired. Take its poster down, it says nothing any more.", code="retired")
    if not poster_life.may_follow(code.poster, step):
        raise Conflict(f"A poster that is {code.poster} can't be {step} next.", code="poster")
    if not poster_life.is_new(code.poster, code.poster_at, step, at):
        return code
    changed = replace(code, poster=step, poster_at=at)
    service.change_codes(stored, tuple(changed if one.code == short else one for one in stored.codes))
    return changed


def note_printed(venue_id: str, shorts: Collection[str], at: int) -> bool:
    """Mark posters as printed that wait for it; one that hangs already was printed once more, and stays where it is.

    Returns:
        Whether it is noted; not when somebody changed the codes at the same moment, ask again then.
    """
    stored = service.venue(venue_id, at)
    if stored is None:
        return True
    waits = {"made", *poster_life.GONE}
    marked = tuple(
        replace(one, poster="printed", poster_at=at) if one.code in shorts and one.poster in waits else one
        for one in stored.codes
    )
    if marked == stored.codes:
        return True
    try:
        service.change_codes(stored, marked)
    except Conflict:
        return False
    return True


def find(venue: Venue, short: str) -> Code:
    """Return one of a venue's codes, in use or not.

    Raises:
        NotFound: the venue has no such code.
    """
    for one in venue.codes:
        if one.code == short:
            return one
    raise NotFound("This venue has no such code.", code="no-code")


def venue_of_code(text: str, at: int) -> tuple[Venue, Code]:
    """Return the venue and the code of what a poster's symbol says, or of a short code that somebody typed.

    A closed venue is told as such, its poster hangs there still.

    Raises:
        NotFound: `code-mistyped` when the check digits do not fit, `code-replaced` for a retired code, `no-code` for one
            that is not ours or of a venue that was never approved.
    """
    venue_id, short = _read(text, at)
    found = service.venue(venue_id, at)
    code = next((one for one in found.codes if one.code == short), None) if found and found.published else None
    if found is None or code is None:
        raise _unknown()
    if code.retired_at is not None:
        raise NotFound(
            f"This code of {found.name} was replaced by a new one. Scan the poster that hangs there now, or ask.",
            code="code-replaced",
        )
    return found, code


def _read(text: str, at: int) -> tuple[str, str]:
    address = codes.read_address(text)
    if address is not None:
        if not codes.is_ours(address, sign):
            raise _unknown()
        return address.venue, address.short
    short = codes.read_short(text)
    if short is None:
        raise NotFound("This is not a whole venue code. Compare it with the poster.", code="code-mistyped")
    row = VenueCodeRow.find(short, at=at)
    if row is None:
        raise _unknown()
    return row.venue, short


def _remembered(held: Collection[Code]) -> tuple[Code, ...]:
    """Leave out what was retired long ago, so that the row stays small; never a code in use, however old it is."""
    retired = sorted((one.retired_at, one.code) for one in held if one.retired_at is not None)
    forgotten = {code for _since, code in retired[: -2 * rules.MAX_CODES]}
    return tuple(one for one in held if one.code not in forgotten)


def _drawn(venue_id: str, random: Callable[[int], bytes]) -> str:
    # Put before the venue knows of it: a code that no venue names leads nowhere, a code that cannot be typed is broken.
    while True:
        short = codes.make_short(random(5))
        if VenueCodeRow(short, venue=venue_id).put_if_absent():
            return short


def _unknown() -> NotFound:
    return NotFound("This venue code is not in use. Ask at the entrance for the current one.", code="no-code")
