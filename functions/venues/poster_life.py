"""The life of a poster: made → printed → handed over → seen on the door → missing, damaged or pasted over. Pure.

Whoever walks by says what they see, and what was said before does not keep them from it: a poster may be seen that
nobody noted as handed over. What can't be is refused: nobody sees, loses or hands over what was never printed.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Step = Literal["printed", "handed-over", "seen", "missing", "damaged", "covered"]
Poster = Literal["made", "printed", "handed-over", "seen", "missing", "damaged", "covered"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
STATES: Final[tuple[Poster, ...]] = get_args(Poster)
GONE: Final = frozenset({"missing", "damaged", "covered"})  # whoever comes can't scan it: print it again
# state -> what may be said of a poster in it, besides the same again
_ALLOWED: Final[dict[str, frozenset[str]]] = {
    "made": frozenset({"printed"}),
    "printed": frozenset({"handed-over", "seen", "missing", "damaged"}),
    "handed-over": frozenset({"seen", *GONE}),
    "seen": GONE,
    "missing": frozenset({"printed", "seen", "damaged", "covered"}),
    "damaged": frozenset({"printed", "seen", "missing", "covered"}),
    "covered": frozenset({"printed", "seen", "missing", "damaged"}),
}
ANEW_S: Final = 600


def may_follow(state: str, step: str) -> bool:
    """Tell whether a poster in a state may take a step; the same again always may."""
    return step == state or step in _ALLOWED[state]


def is_new(state: str, since: int | None, step: str, at: int) -> bool:
    """Tell whether a step says anything new.

    A poster seen again is: the date of the last walk moves. Within ten minutes it is a retry, as every other repeated
    step always is.

    Args:
        state: where the poster is.
        since: since when, in epoch seconds.
        step: what is said of it.
        at: when it is said, in epoch seconds.
    """
    return step != state or (step == "seen" and at - (since or 0) >= ANEW_S)
