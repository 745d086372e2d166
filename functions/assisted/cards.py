"""Cards 登记卡: a number on paper that stands for a person's document at a door. One living card a person.

    number = short code of 40 bits of HMAC-SHA256(secret, pid, request, attempt), with its check digits
    row    = HMAC-SHA256(secret, number)

A number follows from who asked for whom by which request, so that the same request again is the same card without the
number being stored; the row, its carrier's and that of the card it replaces are written together or not at all.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from functions.assisted import rules
from functions.assisted.model import CardRow, CarrierRow
from functions.people.rules import folded
from functions.shared import log
from functions.shared.callers import Caller
from functions.shared.fields import Fields
from functions.shared.masking import mask
from functions.shared.problems import Conflict, FieldError, Forbidden, NotFound, Rejected
from functions.shared.secrets import keyed_hash
from functions.shared.transactions import lost, transaction
from functions.venues import codes

_FIELDS: Final = Fields("card")
_ATTEMPTS: Final = 8
_REMEMBERED: Final = 8  # requests that ended cards: sent again, they end no newer one


@dataclass(frozen=True)
class Wanted:
    """A card to make: for whom, with which name and document's tail, by whom, by which request of theirs, where."""

    pid: str
    name: str
    tail: str
    actor: str
    client: str
    area: str


@dataclass(frozen=True)
class Card:
    """A card as its maker sees it; `key` is its row's, `name` is masked and empty once the card is ended."""

    key: str
    number: str
    name: str
    area: str
    issued_at: int
    stands: bool
    replaced: bool
    new: bool


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """What a card's row keeps of its person: both are shown, or compared, and stand nowhere else in the table."""

    name: str
    tail: str


def issue(wanted: Wanted, at: int) -> Card:
    """Make a person's card, ending the one they had; the same request again is the same card, as it stands.

    Raises:
        Conflict: `busy`: others changed this person's card at each attempt.
    """
    request = _request(wanted.actor, wanted.client)
    for _attempt in range(_ATTEMPTS):
        number, stored = _place(wanted.pid, request)
        if stored is not None:
            return _card(number, stored, new=False)
        row = _row(wanted, request, number, at)
        if _admit(row, at):
            log.event("card.made", replaced=row.replaced)
            return _card(number, row, new=True)
    raise _busy()


def keep_or_issue(wanted: Wanted, at: int) -> Card:
    """Return the card a person has of this community, to be printed again, or make one; again is the same card.

    Raises:
        Conflict: `busy`, as `issue`.
    """
    row = of_person(wanted.pid, at)
    if row is not None and row.area == wanted.area:
        return _card(_number(row), row, new=False)
    carrier = CarrierRow.find(_carrier(wanted.pid), at=0)
    # Sent twice at once it is one request; once that card is ended it is another.
    return issue(replace(wanted, client=f"after-{int(carrier.turn) if carrier else 0}"), at)


def read_number(text: str) -> str:
    """Return the number in a card's text, scanned or typed.

    Raises:
        Rejected: `card`: it is none, or a character is wrong.
    """
    number = codes.read_short(rules.card_text(text))
    if number is None:
        wrong = FieldError("/card", "card", "compare the number with the card")
        raise Rejected("This is not the number of a card.", code="card", errors=(wrong,))
    return number


def by_number(number: str, at: int) -> CardRow:
    """Return the card of a number, living or ended.

    Raises:
        NotFound: `no-card`.
    """
    row = CardRow.find(_key(number), at=at)
    if row is None:
        raise NotFound("No card has this number. Use the document.", code="no-card")
    return row


def require_living(row: CardRow) -> CardRow:
    """Refuse a card that opens nothing any more.

    Raises:
        Conflict: `card-replaced` or `card-ended`.
    """
    if row.stands:
        return row
    if row.replaced_by is not None:
        raise Conflict("This card was replaced by a newer one. Keep it, and use the document.", code="card-replaced")
    raise Conflict("This card was ended. Use the document.", code="card-ended")


def of_person(pid: str, at: int) -> CardRow | None:
    """Return a person's living card, None when they have none."""
    carrier = CarrierRow.find(_carrier(pid), at=at)
    row = CardRow.find(carrier.card, at=at) if carrier else None
    return row if row is not None and row.stands else None


def shown(row: CardRow) -> Shown:
    """Return what a living card says of its person: a masked name, and the document's tail, which is not on the card."""
    return msgspec.json.decode(_FIELDS.decrypt(row.card, "person", row.person or ""), type=Shown)


def is_name(row: CardRow, name: str) -> bool:
    """Tell whether a name is the one the card was made for."""
    return row.name_hash == _name_hash(row.pid, name)


def end(row: CardRow, caller: Caller, client: str, at: int) -> int:
    """End a card and return when it was ended; an ended one keeps its instant, and so does the same request again.

    Args:
        row: the card.
        caller: who asks; the card's community must lie in their area.
        client: their own id of the request.
        at: epoch seconds.

    Raises:
        Forbidden: `scope`: another community made it.
        Conflict: `busy`: others changed it at each attempt.
    """
    if not caller.covers(row.area):
        raise Forbidden("Another community made this card. It can end it, and whoever is above it.", code="scope")
    request = _request(caller.actor, client)
    for _attempt in range(_ATTEMPTS):
        stored = CardRow.get(row.card, consistent_read=True)
        if stored.ended_at is not None:
            return int(stored.ended_at)
        carrier = CarrierRow.get(_carrier(row.pid), consistent_read=True)
        earlier = carrier.ended_at(request)
        if earlier is not None:
            # It ended the card before this one; that it comes again says nothing of the new one.
            return earlier
        if _end(stored, carrier, request, at):
            log.event("card.ended")
            return at
    raise _busy()


def newest_of(pid: str, at: int) -> CardRow:
    """Return a person's newest card, living or ended.

    Raises:
        NotFound: `no-card`.
    """
    carrier = CarrierRow.find(_carrier(pid), at=at)
    row = CardRow.find(carrier.card, at=at) if carrier else None
    if row is None:
        raise NotFound("There is no card for this document.", code="no-card")
    return row


def _place(pid: str, request: str) -> tuple[str, CardRow | None]:
    """Return the number of a request and its card, None when it is still to be made."""
    for attempt in range(_ATTEMPTS):
        number = _drawn(pid, request, attempt)
        stored = CardRow.find(_key(number), at=0)
        # Of 40 bits two of a million cards are the same: the later one takes the next number.
        if stored is None or (stored.pid, stored.request) == (pid, request):
            return number, stored
    raise _busy()


def _number(row: CardRow) -> str:
    """Return the number of a stored card: it follows from its person and request."""
    for attempt in range(_ATTEMPTS):
        number = _drawn(row.pid, row.request, attempt)
        if _key(number) == row.card:
            return number
    raise LookupError("a card's number does not follow from its row")


def _drawn(pid: str, request: str, attempt: int) -> str:
    return codes.make_short(keyed_hash("assisted", "card-number", pid, request, str(attempt))[:5])


def _row(wanted: Wanted, request: str, number: str, at: int) -> CardRow:
    key = _key(number)
    kept = msgspec.json.encode(Shown(mask(wanted.name), wanted.tail)).decode()
    return CardRow(
        key,
        pid=wanted.pid,
        request=request,
        person=_FIELDS.encrypt(key, "person", kept),
        name_hash=_name_hash(wanted.pid, wanted.name),
        area=wanted.area,
        by=wanted.actor,
        issued_at=at,
    )


def _admit(row: CardRow, at: int) -> bool:
    """Write the card, its carrier, and the end of the card before; tell whether nobody else changed them meanwhile."""
    carrier = CarrierRow.find(_carrier(row.pid), at=0)
    before = CardRow.find(carrier.card, at=0) if carrier else None
    if before is not None and before.card == row.card:
        # The same request, sent twice at once, was quicker the other time.
        return False
    row.replaced = before is not None and before.stands
    turned = _turned(row.pid, carrier, row.card)

    def write(together: TransactWrite) -> None:
        together.save(row, condition=CardRow.card.does_not_exist())
        together.save(turned, condition=_unturned(carrier))
        if before is not None and before.stands:
            actions = [*_ended(at), CardRow.replaced_by.set(row.card)]
            together.update(before, actions=actions, condition=CardRow.ended_at.does_not_exist())

    return _together(write)


def _end(row: CardRow, carrier: CarrierRow, request: str, at: int) -> bool:
    turned = _turned(row.pid, carrier, carrier.card)
    turned.note_ended(request, at, _REMEMBERED)
    turned.ttl = at + rules.ENDED_S

    def write(together: TransactWrite) -> None:
        together.save(turned, condition=_unturned(carrier))
        together.update(row, actions=_ended(at), condition=CardRow.ended_at.does_not_exist())

    return _together(write)


def _together(write: Callable[[TransactWrite], None]) -> bool:
    try:
        with transaction() as together:
            write(together)
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def _turned(pid: str, carrier: CarrierRow | None, card: str) -> CarrierRow:
    turn = int(carrier.turn) + 1 if carrier else 1
    return CarrierRow(_carrier(pid), card=card, turn=turn, ended_by=carrier.ended_by if carrier else "")


def _unturned(carrier: CarrierRow | None) -> Condition:
    return CarrierRow.key.does_not_exist() if carrier is None else CarrierRow.turn == int(carrier.turn)


def _ended(at: int) -> list[Action]:
    # Who it was is forgotten at once; that there was such a card is told for a while, to whoever still holds it.
    return [
        CardRow.ended_at.set(at),
        CardRow.person.remove(),
        CardRow.name_hash.remove(),
        CardRow.ttl.set(at + rules.ENDED_S),
    ]


def _card(number: str, row: CardRow, *, new: bool) -> Card:
    name = shown(row).name if row.stands else ""
    return Card(row.card, number, name, row.area, int(row.issued_at), row.stands, bool(row.replaced), new)


def _busy() -> Conflict:
    return Conflict("This person's card is being changed elsewhere. Try again.", code="busy")


def _key(number: str) -> str:
    return f"card#{_text(keyed_hash('assisted', 'card', number))}"


def _carrier(pid: str) -> str:
    return f"person#{pid}"


def _request(actor: str, client: str) -> str:
    return _text(keyed_hash("assisted", "request", actor, client)[:16])


def _name_hash(pid: str, name: str) -> str:
    return _text(keyed_hash("assisted", "name", pid, folded(name)))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
