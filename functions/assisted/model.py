"""The tables `card` (a card's hash, or a person) and `assisted` (who was assisted where, and what was counted)."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class CardRow(Table):
    """A card by the keyed hash of its number: the table opens no card, and cannot be tried against numbers."""

    class Meta(TableMeta):
        """Found under `TABLE_CARD`."""

        logical = "card"

    card = UnicodeAttribute(hash_key=True, attr_name="pk")
    pid = UnicodeAttribute()
    request = UnicodeAttribute()  # keyed hash of who asked and their own id of the request
    person = UnicodeAttribute(null=True)  # JWE of JSON [masked name, tail]; gone once the card is ended
    name_hash = UnicodeAttribute(null=True)  # keyed hash of pid and folded name: answers yes or no, and goes as well
    area = UnicodeAttribute()
    by = UnicodeAttribute()
    issued_at = NumberAttribute()
    replaced = BooleanAttribute(default=False)  # the person had another until then
    ended_at = NumberAttribute(null=True)
    replaced_by = UnicodeAttribute(null=True)  # the card that came in its place

    @property
    def stands(self) -> bool:
        """Whether it opens a door."""
        return self.ended_at is None


class CarrierRow(Table):
    """Whose card is which: a person's newest, living or ended."""

    class Meta(TableMeta):
        """In the cards' table: both change together."""

        logical = "card"

    key = UnicodeAttribute(hash_key=True, attr_name="pk")
    card = UnicodeAttribute()
    turn = NumberAttribute()  # rises with each change, so that of two at once one goes first
    ended_by = UnicodeAttribute(
        default=""
    )  # the requests that ended a card lately: each its hash, a colon, its instant

    def ended_at(self, request: str) -> int | None:
        """Return when a request ended one of this person's cards, None when it ended none lately."""
        for one in self.ended_by.split():
            name, _, at = one.rpartition(":")
            if name == request:
                return int(at)
        return None

    def note_ended(self, request: str, at: int, remembered: int) -> None:
        """Note that a request ended a card, and forget all but the newest of them."""
        self.ended_by = " ".join([*self.ended_by.split(), f"{request}:{at}"][-remembered:])


class KnownRow(Table):
    """Somebody who was assisted at a venue; its partition is a keyed hash of the venue and the document's tail."""

    class Meta(TableMeta):
        """Found under `TABLE_ASSISTED`."""

        logical = "assisted"

    tail = UnicodeAttribute(hash_key=True, attr_name="pk")
    pid = UnicodeAttribute(range_key=True, attr_name="sk")
    name = UnicodeAttribute()  # JWE of the masked name
    seen_at = NumberAttribute()


class SpentRow(Table):
    """What a device did in an hour or a shift, or that it did one act already."""

    class Meta(TableMeta):
        """In the table of those assisted: gone sooner than they."""

        logical = "assisted"

    who = UnicodeAttribute(hash_key=True, attr_name="pk")
    what = UnicodeAttribute(range_key=True, attr_name="sk")
    acts = NumberAttribute(null=True)
    names = NumberAttribute(null=True)
    lookups = NumberAttribute(null=True)
    desk_names = NumberAttribute(null=True)
