"""What a canary is at an instant, when the next is due, and the two files its laboratory uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from functions.shared.reserved import CANARY_DOCUMENT

EACH_S: Final = 600
PROMISE_S: Final = 300  # a correction is at the door within five minutes
PAGE_S: Final = 60  # an online guard's page asks each minute: it may have asked just before
_SAMPLE_AGE_S: Final = 60
_HEADER: Final = "tube,revision,id_type,id_number,sampled_at,result"

State = Literal["preparing", "valid", "corrected", "seen"]


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary: instants in epoch seconds, each None until it was noticed.

    `corrected_at` is when the correction was about to be uploaded, `applied_at` when its job was done, `decided_at`
    when the refusal stood, `seen_at` when the published list, verified, had the bit set.
    """

    name: str
    begun_at: int
    signed: bool
    corrected_at: int | None
    applied_at: int | None
    decided_at: int | None
    seen_at: int | None

    @property
    def state(self) -> State:
        """How far it is."""
        if self.seen_at is not None:
            return "seen"
        if self.corrected_at is not None:
            return "corrected"
        return "valid" if self.signed else "preparing"

    def since(self, instant: int | None) -> int | None:
        """Return how many seconds after the upload of the correction something was noticed."""
        return None if instant is None or self.corrected_at is None else instant - self.corrected_at

    def door_s(self, at: int) -> int | None:
        """Return the seconds from upload to the word at the door, at worst: so far, while it is not seen yet."""
        published = self.since(self.seen_at if self.seen_at is not None else at)
        return None if published is None else published + PAGE_S


def due(at: int) -> str:
    """Name the scheduled canary of an instant: one every ten minutes, whoever comes first begins it."""
    return f"S-{at - at % EACH_S}"


def results_file(number: str, begun_at: int, *, corrected: bool) -> bytes:
    """Return the laboratory's file: a negative of one tube, or its correction to positive by a higher revision."""
    sampled_at = datetime.fromtimestamp(begun_at - _SAMPLE_AGE_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    revision, result = (1, "positive") if corrected else (0, "negative")
    return f"{_HEADER}\n{number},{revision},{CANARY_DOCUMENT},{number},{sampled_at},{result}\n".encode()
