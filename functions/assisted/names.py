"""What registers know of a name: whether it is the person's, yes or no, and its masked form; never the name itself."""

from __future__ import annotations

from dataclasses import dataclass

from functions.assisted import cards, rules
from functions.assisted.model import CardRow
from functions.people import service as people
from functions.people.rules import folded
from functions.shared.masking import mask
from functions.staff import service as staff


@dataclass(frozen=True)
class Registered:
    """The names that registers have for a document, each from its own."""

    card: CardRow | None
    listed: tuple[str, ...]
    enrolled: str | None

    @property
    def masked(self) -> str:
        """The name as a door may see it, of whoever saw the document; empty when nobody knows one."""
        if self.card is not None:
            return cards.shown(self.card).name
        known = self.listed or ((self.enrolled,) if self.enrolled else ())
        return mask(known[0]) if known else ""

    def agrees(self, name: str) -> bool | None:
        """Tell whether a name is the person's; None when no register has one."""
        wanted = folded(name)
        return rules.judge_name(
            on_card=cards.is_name(self.card, name) if self.card is not None else None,
            listed=[folded(one) == wanted for one in self.listed],
            enrolled=folded(self.enrolled) == wanted if self.enrolled is not None else None,
        )


def of_person(pid: str, at: int, card: CardRow | None = None) -> Registered:
    """Return what registers know of a person's name; `card` is their living one, where it was read already."""
    known = people.profile(pid, at)
    listed = tuple(one.name for one in staff.listings(pid, at))
    return Registered(card or cards.of_person(pid, at), listed, known.identity.name if known else None)
