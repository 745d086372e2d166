"""Texts to phones: nobody sends them here, so the console shows them, with the phone masked."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field

from functions.shared.masking import mask_phone

_PATH = "/_ministack/sns/sms-messages"


@dataclass(frozen=True)
class Message:
    """One text, as the engine keeps it in memory."""

    id: str
    phone: str
    text: str

    @property
    def line(self) -> str:
        """How the console shows it."""
        return f"A text to {mask_phone(self.phone)}: {self.text}"


def messages(engine_url: str) -> list[Message]:
    """Return every text since the engine's start, by phone.

    Raises:
        OSError: the engine does not answer.
    """
    with urllib.request.urlopen(engine_url + _PATH, timeout=5) as answer:  # noqa: S310 - our own loopback address
        kept = json.load(answer)["sms_messages"]
    return [Message(one["MessageId"], phone, one["Message"]) for phone, all_of in kept.items() for one in all_of]


@dataclass
class Inbox:
    """The texts not seen yet. They are told apart by id: the engine lists them by phone, not in order."""

    engine_url: str
    seen: set[str] = field(default_factory=set)

    def new(self) -> list[Message]:
        """Return what came since the last time; nothing while the engine does not answer."""
        try:
            found = [message for message in messages(self.engine_url) if message.id not in self.seen]
        except OSError:
            return []
        self.seen |= {message.id for message in found}
        return found
