"""Samples whose result is overdue: taken over a day ago, and the laboratory has only said that they wait.

The daily run finds them in the lake and tells each laboratory its own, in one object: tubes, never people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.shared.objects import lake

MOST: Final = 10_000  # of one laboratory; more is an outage, not a list to work through


class Sample(msgspec.Struct, frozen=True):
    """A tube without a result: when the sample was taken (epoch seconds), and where."""

    tube: str
    sampled_at: int
    site: str


class Overdue(msgspec.Struct, frozen=True):
    """A laboratory's overdue samples as of a run's cut-off, the oldest first; `total` also counts those left off."""

    as_of: int
    total: int
    samples: list[Sample]


class Told(msgspec.Struct, frozen=True):
    """The newest run that looked, by its cut-off, and which laboratories it found something of."""

    as_of: int
    labs: list[str]


def tell(samples: Sequence[tuple[str, str, int, str]], as_of: int) -> None:
    """Write each laboratory's list from `(lab, tube, sampled_at, site)`; a tube of several people is one sample.

    Who has a list is said last, in one object: who is not named there has nothing overdue, whatever was written before.
    """
    found: dict[str, dict[str, Sample]] = {}
    for lab, tube, sampled_at, site in samples:
        known = found.setdefault(lab, {}).get(tube)
        if known is None or sampled_at < known.sampled_at:
            found[lab][tube] = Sample(tube, sampled_at, site)
    for lab, tubes in found.items():
        listed = sorted(tubes.values(), key=lambda one: (one.sampled_at, one.tube))
        lake.put(_key(lab), msgspec.json.encode(Overdue(as_of, len(listed), listed[:MOST])))
    lake.put(_TOLD, msgspec.json.encode(Told(as_of, sorted(found))))


def of_lab(lab: str) -> Overdue | None:
    """Return a laboratory's overdue samples, none as of the newest run that found none; None before the first run."""
    data = lake.get(_TOLD)
    if data is None:
        return None
    told = msgspec.json.decode(data, type=Told)
    listed = lake.get(_key(lab)) if lab in told.labs else None
    return msgspec.json.decode(listed, type=Overdue) if listed else Overdue(told.as_of, 0, [])


_TOLD: Final = "overdue/labs.json"


def _key(lab: str) -> str:
    return f"overdue/of-{lab}.json"
