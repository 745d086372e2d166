"""A client's own list: what was sent, what was acknowledged, and how often what was refused. The oracle's left hand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SLOT_S = 600  # two check-ins of one person, venue and direction within it are one


@dataclass(frozen=True)
class Visit:
    """A check-in as its client knows it; `at` in epoch seconds."""

    pid: str
    venue: str
    direction: str
    at: int

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them one, worked out here and not asked of the service."""
        return self.pid, f"{self.at // SLOT_S}#{self.venue}#{self.direction}"


@dataclass(frozen=True)
class Line:
    """A row of a laboratory about a person's tube; `said` is the service's word for the result."""

    pid: str
    lab: str
    tube: str
    revision: int
    said: str

    @property
    def key(self) -> tuple[str, str]:
        """Whose row it is: rows of one key replace each other."""
        return self.pid, f"{self.lab}#{self.tube}"


@dataclass(frozen=True)
class Issued:
    """A pass: whose, bound to which key (thumbprint)."""

    pid: str
    holder: str


@dataclass(frozen=True)
class Scan:
    """A guard's scan of a pass, by the pass's subject and the instant of the scan."""

    sub: str
    at: int
    direction: str


@dataclass
class Ledger:
    """All clients' lists; each member of `acked` is in its `sent` too."""

    visits_sent: set[Visit] = field(default_factory=set)
    visits_acked: set[Visit] = field(default_factory=set)
    lines_sent: set[Line] = field(default_factory=set)
    lines_acked: set[Line] = field(default_factory=set)
    passes_sent: set[Issued] = field(default_factory=set)
    passes_acked: dict[str, Issued] = field(default_factory=dict)  # by token
    scans_sent: set[Scan] = field(default_factory=set)
    scans_acked: dict[str, Scan] = field(default_factory=dict)  # by the row's id
    lists_sent: dict[str, list[frozenset[str]]] = field(default_factory=dict)  # unit: pids of each list, in order
    lists_acked: dict[str, int] = field(default_factory=dict)  # unit: how many of them stood when the last ack came
    jobs: dict[str, str] = field(default_factory=dict)  # acknowledged uploads, and whose token sees them
    refused: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, refusal: str | None) -> None:
        """Count a request, and what it was refused with."""
        with self._lock:
            self.tries += 1
            if refusal:
                self.refused[refusal] += 1

    def note_part(self, refusal: str) -> None:
        """Count what was refused of a request that was answered."""
        with self._lock:
            self.refused[refusal] += 1

    def refused_until_now(self) -> Counter[str]:
        """Return a copy of the refusals, which others may go on to count."""
        with self._lock:
            return self.refused.copy()

    def acknowledged(self) -> int:
        """Tell how many single writes were acknowledged."""
        acked = list(self.lists_acked.items())  # at once: it is asked in the middle of a load, which adds to it
        listed = sum(len(self.lists_sent[unit][number - 1]) for unit, number in acked if number)
        single = len(self.visits_acked) + len(self.lines_acked) + len(self.passes_acked) + len(self.scans_acked)
        return single + listed

    def told_refusals(self) -> str:
        """Say what was refused, the most frequent first."""
        return ", ".join(f"{kind} {count}" for kind, count in self.refused.most_common()) or "none"


def keys_of(visits: Iterable[Visit]) -> dict[tuple[str, str], set[int]]:
    """Return each check-in's identity with the instants that were sent for it."""
    found: dict[tuple[str, str], set[int]] = {}
    for visit in visits:
        found.setdefault(visit.key, set()).add(visit.at)
    return found
