"""A lookup 查看记录: somebody looked at a person or their pass, kept for that person to see.

A scan names a pass and never a person, so its lookup stands under the pass; only who holds the person's own list of
passes can put the two together. What names the person by nature (a printed pass, a check-in made for them, their card) stands
under the pid.
"""

from __future__ import annotations

from typing import Final, Literal

from credentials.shape import SUBJECT_PREFIX

KEPT_S: Final = 14 * 86_400
PRINT_SLOT_S: Final = 600  # a print, or a name shown, again within it is the same, as a check-in is

Kind = Literal["scan", "printed", "assisted", "trace", "offered", "card", "card-ended"]
Way = Literal["card", "number", "known"]

AHEAD_S: Final = 180  # a phone's clock may be that fast; what lies further ahead is not to be seen yet


def of_pass(sub: str) -> str:
    """Return where the lookups of a pass stand, by its subject with or without `urn:epipass:`."""
    return f"sub#{sub.removeprefix(SUBJECT_PREFIX)}"


def of_person(pid: str) -> str:
    """Return where the lookups stand that name a person."""
    return f"pid#{pid}"


def moment(at: int, *facts: str) -> str:
    """Return a sort key that orders by time and is the same for the same act, whoever sends it again and when.

    All kinds share its form, so that several partitions can be read as one list.
    """
    return "#".join((f"{at:010d}", *facts))


def print_slot(at: int) -> int:
    """Return the instant under which a print is kept: the beginning of its ten minutes."""
    return at - at % PRINT_SLOT_S
