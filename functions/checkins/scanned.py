"""Which of a venue's codes a check-in was scanned from: proved by the code itself and by what is known of the venue."""

from __future__ import annotations

from dataclasses import dataclass

from functions.shared.problems import FieldError, Rejected
from functions.venues import codes, entrances
from functions.venues import service as venues
from functions.venues.rules import Code, Venue


@dataclass(frozen=True)
class Entrance:
    """The short code somebody scanned, empty when none was told; whether its poster should hang there no more."""

    code: str = ""
    replaced: bool = False


UNTOLD = Entrance()


def entrance_of(text: str, venue: Venue, made_at: int, received_at: int) -> Entrance:
    """Return the entrance of a code, the ten characters or the last part of a poster's address.

    A retired code checks in all the same: whoever stands before it was there, and is told that the poster is old.

    Args:
        text: what was scanned or typed; empty when the page told none.
        venue: the check-in's, as it stood within the last half minute.
        made_at: of the check-in, epoch seconds.
        received_at: epoch seconds.

    Raises:
        Rejected: `code-mistyped`, `code-elsewhere` for another venue's, `no-code` for one that is not ours.
    """
    if not text:
        return UNTOLD
    address = codes.read_address(text)
    short = address.short if address else codes.read_short(text)
    if short is None:
        raise _rejected("code-mistyped", "This is not a whole venue code. Compare it with the poster.")
    if address and address.venue != venue.venue:
        raise _rejected("code-elsewhere", "This code is another venue's. Scan the poster that hangs here.")
    if address and not codes.is_ours(address, entrances.sign):
        raise _unknown()
    found = _find(venue, short, received_at)
    if found is None and address is None:
        raise _unknown()
    # One with our mark that the venue forgot was retired long ago.
    return Entrance(short, found is None or (found.retired_at is not None and found.retired_at <= made_at))


def label_of(venue: Venue | None, short: str) -> str:
    """Return what people call an entrance: its label, else the code as it stands on the poster."""
    found = next((one for one in venue.codes if one.code == short), None) if venue else None
    return found.label or codes.spelled(short) if found else codes.spelled(short) if short else ""


def _find(venue: Venue, short: str, at: int) -> Code | None:
    # A code that was made within the last half minute is not known yet, and is looked up: nearly no check-in is that.
    for one in (venue, None):
        held = (one or venues.must(venue.venue, at)).codes
        found = next((code for code in held if code.code == short), None)
        if found:
            return found
    return None


def _unknown() -> Rejected:
    return _rejected("no-code", "This venue code is not in use here. Ask at the entrance for the current one.")


def _rejected(law: str, detail: str) -> Rejected:
    wrong = FieldError("/code", law, "the ten characters, or the last part of the poster's address")
    return Rejected(detail, code=law, errors=(wrong,))
