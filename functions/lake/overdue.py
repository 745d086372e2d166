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


def tell(samples: Sequence[tuple[str, str, int, str]], as_of: int) -> None:
    """Write each laboratory's list from `(lab, tube, sampled_at, site)`; a tube of several people is one sample.

    A laboratory that was told of some before, and has none now, is told of none.
    """
    found: dict[str, dict[str, Sample]] = {lab: {} for lab in _told()}
    for lab, tube, sampled_at, site in samples:
        known = found.setdefault(lab, {}).get(tube)
        if known is None or sampled_at < known.sampled_at:
            found[lab][tube] = Sample(tube, sampled_at, site)
    for lab, tubes in found.items():
        listed = sorted(tubes.values(), key=lambda one: (one.sampled_at, one.tube))
        lake.put(_key(lab), msgspec.json.encode(Overdue(as_of, len(listed), listed[:MOST])))
    lake.put(_LABS, msgspec.json.encode(sorted(lab for lab, tubes in found.items() if tubes)))


def of_lab(lab: str) -> Overdue | None:
    """Return a laboratory's overdue samples, None before the first run that looked."""
    data = lake.get(_key(lab))
    return msgspec.json.decode(data, type=Overdue) if data else None


_LABS: Final = "overdue/labs.json"


def _key(lab: str) -> str:
    return f"overdue/of-{lab}.json"


def _told() -> list[str]:
    data = lake.get(_LABS)
    return msgspec.json.decode(data, type=list[str]) if data else []
