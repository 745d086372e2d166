"""A gate 卡口 and its shifts: a manager's code lets one device guard there for twelve hours."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

SHIFT_S: Final = 12 * 3600
MAX_SHIFTS: Final = 20  # standing ones at one gate: a flood of devices is not a shift change
_CODE_BYTES: Final = 10  # 80 bits: no number of tries finds one


@dataclass(frozen=True)
class Gate:
    """A gate of a venue; `code_hash` is what remains of the manager's code."""

    gate: str
    venue: str
    name: str
    direction: str
    code_hash: str


@dataclass(frozen=True)
class Shift:
    """One device's shift at a gate; times are epoch seconds."""

    gate: str
    device: str
    label: str
    started_at: int
    ends_at: int
    revoked_at: int | None = None

    def stands(self, at: int) -> bool:
        """Tell whether the device guards the gate at this instant."""
        return self.revoked_at is None and self.started_at <= at < self.ends_at

    def bars(self, at: int) -> bool:
        """Tell whether the manager's revocation keeps the device out at this instant.

        It does so for the twelve hours the shift began with, whether or not the guard ended it earlier: else a guard
        who ends a shift in the moment before it is revoked could begin another with the code.
        """
        return self.revoked_at is not None and at < self.started_at + SHIFT_S


def make_code(randomness: bytes) -> str:
    """Return a manager's code of 16 characters, in fours to be read aloud: `k3wd-7q2m-hh5a-tz4c`."""
    text = base64.b32encode(randomness[:_CODE_BYTES]).decode().lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def hash_code(gate: str, code: str) -> str:
    """Return what is stored of a code; spaces, dashes and capitals are how people type, not part of it."""
    folded = "".join(char for char in code.lower() if char.isalnum())
    return sha256(f"{gate}\n{folded}".encode()).hexdigest()


def is_code(gate: Gate, code: str) -> bool:
    """Tell whether a code opens shifts at a gate; a gate without a code has no shifts."""
    return bool(gate.code_hash) and hmac.compare_digest(gate.code_hash, hash_code(gate.gate, code))
