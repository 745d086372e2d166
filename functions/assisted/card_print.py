"""The words of a card 登记卡, drawn as posters of card size are: a name tag, with nothing of anybody's health in it."""

from __future__ import annotations

from typing import Final

from functions.assisted.cards import Card
from functions.shared.clock import china_day
from functions.shared.posters import Poster
from functions.venues import codes

_HEADING: Final = ("登记卡", "Check-in card")
_STEPS: Final = (("请向门岗出示", "Show it to whoever is at the door"),)
_PROMISE: Final = ("仅代替证件号码，不含任何健康状态", "In place of your number. No status in this card.")


def url(gate_url: str, number: str) -> str:
    """Return what a card's symbol holds; `gate_url` is the origin of the guards' pages."""
    return f"{gate_url}/p#{number}"


def of_card(card: Card, gate_url: str) -> Poster:
    """Return a card to be drawn: whose it is, masked, who made it and when, and its number for a scanner and for people."""
    return Poster(
        _HEADING,
        card.name,
        f"社区 Community {card.area}",
        _STEPS,
        url(gate_url, card.number),
        code=codes.spelled(card.number),
        issued=f"签发 Issued {china_day(card.issued_at)}",
        promise=_PROMISE,
    )
