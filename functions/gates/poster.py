"""The words of the poster that hangs in a gate's booth: a guard scans it to begin a shift 查验上岗.

It holds the gate's id, which is no secret, and never the manager's code: whoever photographs it can begin nothing.
"""

from __future__ import annotations

from typing import Final

from functions.gates.rules import Gate
from functions.shared.posters import Poster

_HEADING: Final = ("查验上岗", "Begin a shift")
_STEPS: Final = (
    ("扫码后输入管理员给你的口令", "Scan, then type the code from your manager"),
    ("访客请勿扫此码", "Visitors: this code is not for you"),
)


def of_gate(gate: Gate, venue_name: str, gate_url: str) -> Poster:
    """Return the poster of a gate; `gate_url` is the origin of the guards' pages, which read the id after the `#`."""
    return Poster(_HEADING, venue_name, gate.name, _STEPS, f"{gate_url}/#gate={gate.gate}")
