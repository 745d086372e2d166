"""What an application says of a venue beside its name: contact, position, hours, how many people, whether it moves."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

from functions.shared.identity import PhoneFault, read_phone
from functions.shared.labels import is_label
from functions.shared.problems import FieldError, Rejected
from functions.venues.policy import Hours
from functions.venues.rules import About, CoordinateSystem, Position
from functions.venues.service import Contact

# Degrees that hold China's land and islands; what lies outside was typed in the wrong order, or is a slip.
SOUTH, NORTH, WEST, EAST = 3.0, 54.0, 73.0, 136.0
MAX_HOURS: Final = 14
MAX_PEAK: Final = 1_000_000
LONGEST: Final = 128  # characters of a kind or an address

Degrees = Annotated[float, Meta(ge=-180, le=180)]
Time = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", examples=["08:00"])]
Weekday = Annotated[int, Meta(ge=1, le=7)]
PerHour = Annotated[int, Meta(ge=0, le=MAX_PEAK)]


class ContactIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the venue."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    phone: Annotated[str, Meta(min_length=1, max_length=64)]


class PositionShape(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is, in degrees of the coordinate system in which it was measured."""

    latitude: Degrees
    longitude: Degrees
    system: CoordinateSystem


class HoursShape(Struct, frozen=True, forbid_unknown_fields=True):
    """When it is open, in China Standard Time; 1 is Monday. What closes at or before it opens, closes the next day."""

    days: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)]
    opens: Time
    closes: Time


class ContactOut(Struct, frozen=True):
    """Who answers for the venue, for officers and the venue itself."""

    name: str
    phone: str


def position_fault(latitude: float, longitude: float) -> bool:
    """Tell whether degrees lie outside China."""
    return not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST)


def read_about(position: PositionShape | None, hours: tuple[HoursShape, ...], peak: int, *, moves: bool) -> About:
    """Return what an application says, checked.

    Raises:
        Rejected: `position`: it lies outside China.
    """
    if position is not None and position_fault(position.latitude, position.longitude):
        raise Rejected(
            "This position is not in China. Look whether latitude and longitude were exchanged.",
            code="position",
            errors=(FieldError("/position", "position", "latitude 3 to 54, longitude 73 to 136"),),
        )
    place = Position(position.latitude, position.longitude, position.system) if position else None
    open_at = tuple(Hours(tuple(sorted(set(one.days))), one.opens, one.closes) for one in hours)
    return About(place, open_at, peak, moves)


def read_contact(name: str, phone: str) -> Contact:
    """Return who answers for a venue, the phone as its 11 digits.

    Raises:
        Rejected: `phone`: there is no such mainland mobile number; `label`: the name.
    """
    return Contact(read_label(name, "/contact/name", shortest=1), read_number(phone, "/contact/phone"))


def read_number(phone: str, pointer: str = "/phone") -> str:
    """Return a phone as its 11 digits.

    Raises:
        Rejected: `phone`: there is no such mainland mobile number.
    """
    try:
        return read_phone(phone)
    except PhoneFault:
        raise Rejected(
            "This is no mainland mobile number.", code="phone", errors=(FieldError(pointer, "phone", "11 digits"),)
        ) from None


def read_label(text: str, pointer: str, *, shortest: int = 0) -> str:
    """Return a text as a poster and a reviewer's list may show it, without the spaces around it.

    Raises:
        Rejected: `label`: it is too short or too long, or holds characters that steer or hide text.
    """
    trimmed = text.strip()
    if is_label(trimmed, LONGEST, shortest=shortest):
        return trimmed
    told = f"{shortest} to {LONGEST} characters, no control characters"
    raise Rejected(
        "This text can't be shown as it is. Type it again.", code="label", errors=(FieldError(pointer, "label", told),)
    )


def require_address(address: str, *, moves: bool) -> None:
    """Refuse an application without an address, unless the venue is a bus or a taxi.

    Raises:
        Rejected: `address-missing`.
    """
    if not moves and not address.strip():
        raise Rejected(
            "A venue that does not move needs its address.",
            code="address-missing",
            errors=(FieldError("/address", "address-missing", "street and number, floor, shop"),),
        )


def position_out(about: About) -> PositionShape | None:
    """Shape a position."""
    at = about.position
    return PositionShape(at.latitude, at.longitude, at.system) if at else None


def hours_out(about: About) -> tuple[HoursShape, ...]:
    """Shape opening hours."""
    return tuple(HoursShape(one.days, one.opens, one.closes) for one in about.hours)
