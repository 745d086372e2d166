"""How an uploaded list and the list in force become the next one: pure sets of people, no names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Mode = Literal["update", "replace"]


@dataclass(frozen=True, slots=True)
class Change:
    """The next generation, as sets of pids: whose uploaded row stands, whose old one stays, who is new, who leaves."""

    taken: frozenset[str]
    kept: frozenset[str]
    added: frozenset[str]
    leaving: frozenset[str]

    @property
    def size(self) -> int:
        """How many people the next generation has."""
        return len(self.taken) + len(self.kept)


def order_of(sequence: int, job: str) -> str:
    """Return an upload's place among all uploads of its unit, by the number it was given, as text that sorts so."""
    return f"{sequence:011d}#{job}"


def next_generation(
    uploaded: Collection[str], unclear: Collection[str], before: Mapping[str, str], *, mode: Mode, order: str
) -> Change:
    """Decide who stands in the next generation.

    Args:
        uploaded: the pids of the good rows.
        unclear: the pids of bad rows whose id could be read: nobody is removed because a phone was mistyped.
        before: each pid of the generation in force, with the order of the upload that its row came from.
        mode: whether those who are not uploaded stay.
        order: this upload's own.

    A row in force that came from a later upload stands against this one's: an upload that waited for a person does
    not undo what was uploaded meanwhile.
    """
    taken = frozenset(pid for pid in uploaded if before.get(pid, "") <= order)
    newer = frozenset(pid for pid, came in before.items() if came > order)
    stay = frozenset(before) if mode == "update" else frozenset(unclear) & frozenset(before)
    kept = (stay | newer) - taken
    return Change(taken, kept, taken - frozenset(before), frozenset(before) - taken - kept)
