"""What is sent and answered where somebody acts for a person without a phone: at the door, and for their card."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from functions.checkins.shapes import Direction, Instant, RuleFound, Verdict

IdType = Annotated[str, Meta(max_length=64)]
IdNumber = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(max_length=64)]
# As a scanner reads it, the whole address; or as somebody types it, ten characters.
CardText = Annotated[str, Meta(max_length=200, examples=["K7QM-3XPA-91"])]
Reference = Annotated[str, Meta(max_length=400)]
Tail = Annotated[str, Meta(min_length=4, max_length=8, examples=["123X"])]
Client = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$(?!\n)", examples=["01JC2V5N8K3QZ7"])]
Community = Annotated[str, Meta(pattern=r"^([0-9]{12})?$(?!\n)", examples=["990101001001"])]
Temperature = Annotated[float, Meta(examples=[36.6])]  # its range is a law, told by name


class AssistedIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A check-in for a person without a phone, by exactly one of `id_number`, `card` and `known`.

    The number is not stored. `name` is what the document says, typed or read by a machine; when it is not the
    register's nothing is recorded, unless `name_confirmed` says that somebody compared the document.
    """

    direction: Direction
    at: Instant
    id_number: IdNumber = ""
    id_type: IdType = ""
    card: CardText = ""
    known: Reference = ""
    name: Name = ""
    name_confirmed: bool = False
    temperature_c: Temperature | None = None


class AssistedOut(Struct, frozen=True, omit_defaults=True):
    """What was decided, coarsely, as any check-in's, and who the person is as far as a register or card knows.

    `name` is masked. `name_matches` is absent where no name was given, or none is known to compare it with.
    """

    decision: Verdict
    cause: str
    rule: str = ""
    rule_of: str = ""
    checks: tuple[RuleFound, ...] = ()
    name: str = ""
    name_matches: bool | None = None


class KnownIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The last four characters of somebody's document."""

    tail: Tail


class KnownPerson(Struct, frozen=True):
    """One of those assisted here lately: a masked name, and what to send instead of the document's number."""

    ref: str
    name: str


class KnownOut(Struct, frozen=True):
    """Those whose document ends so; each `ref` is good for 15 minutes, for this caller and venue alone."""

    people: tuple[KnownPerson, ...]


class CardIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A card to make for a person; `client` is an id that the page makes: sent again, it is the same card.

    `area` is the issuing community, the caller's own when it is left out.
    """

    id_number: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    client: Client
    id_type: IdType = ""
    area: Community = ""
    name_confirmed: bool = False


class CardOut(Struct, frozen=True):
    """A card: its number is told to who makes it and to nobody else; `spelled` is how people read it, `url` its symbol's.

    `stands` is false when this very card was ended or replaced since. `replaced` says that the person had another.
    """

    number: str
    spelled: str
    url: str
    name: str
    area: str
    issued_at: str
    stands: bool
    replaced: bool


class RowFault(Struct, frozen=True):
    """A bad row: its number as the spreadsheet counts, the column, the law it breaks and what to do; never the cell."""

    row: int
    column: str
    law: str
    en: str
    zh: str


class CardSheetOut(Struct, frozen=True, omit_defaults=True):
    """What became of a spreadsheet: cards to print, the new ones among them; with `next_row` send it again from that row.

    `pdf` is base64: a page for each card, in the order of the file; empty when there is none.
    """

    rows: int
    cards: int
    made: int
    errors: tuple[RowFault, ...]
    pdf: str = ""
    next_row: int | None = None


class RevocationIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which card to end: by its number, or by the document of whom it was made for."""

    client: Client
    card: CardText = ""
    id_number: IdNumber = ""
    id_type: IdType = ""


class RevocationOut(Struct, frozen=True):
    """When the card was ended; by the same `client` again it is the same instant."""

    ended_at: str
