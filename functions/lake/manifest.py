"""The manifest: which files are the lake. It is one object, put only over the one that was read; nobody lists the bucket.

A file is written before it is named here, so that whoever reads the manifest finds every file it names. Files that a
newer state replaced are named in `dropped` for a day: a run that planned with them may still read them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from functions.shared.clock import DAY_S, now
from functions.shared.objects import lake
from functions.shared.threads import spread

Kind = Literal["results", "listings"]
KEY: Final = "manifest.json"
STATE: Final = "state/"
_RUNS_GO_ON_S: Final = 3 * DAY_S
_TRIES: Final = 60
_LONGEST_WAIT_S: Final = 0.5


class Source(msgspec.Struct, frozen=True):
    """A file that arrived: rows of one upload, or of several people in a list, sorted by part; and when it was named."""

    kind: Kind
    key: str
    rows: int
    named_at: int = 0


class Slice(msgspec.Struct, frozen=True):
    """The state of the parts `first` to `last`: results that stand, those of them with a revision, and lists' people."""

    first: int
    last: int
    results: str
    revised: str
    listings: str
    rows: int

    @property
    def keys(self) -> tuple[str, str, str]:
        """Its files."""
        return self.results, self.revised, self.listings


class Manifest(msgspec.Struct, frozen=True):
    """The lake: its state, what arrived since, and what is read by nobody who begins now (key: since when)."""

    version: int = 0
    state: tuple[Slice, ...] = ()
    new: tuple[Source, ...] = ()
    dropped: dict[str, int] = {}

    @property
    def rows(self) -> int:
        """How many rows there are, some of them more than once."""
        return sum(one.rows for one in self.state) + sum(one.rows for one in self.new)


class Contended(Exception):
    """Others changed the manifest each time: again later."""


def read() -> Manifest:
    """Return the manifest as it stands; an empty one when there is none yet."""
    stored = lake.get_tagged(KEY)
    return msgspec.json.decode(stored[0], type=Manifest) if stored else Manifest()


def add(sources: Sequence[Source]) -> None:
    """Name files that arrived; one that is named already, or was folded already, changes nothing."""
    at = now()

    def named(before: Manifest) -> Manifest:
        known = {one.key for one in before.new} | before.dropped.keys()
        # A file that is gone was folded over a day ago: whoever names it so late did not hear that it was named.
        found = [one for one in sources if one.key not in known and lake.has(one.key)]
        fresh = [msgspec.structs.replace(one, named_at=at) for one in found]
        return msgspec.structs.replace(before, new=(*before.new, *fresh)) if fresh else before

    _change(named)


def commit(planned: Manifest, state: Sequence[Slice], at: int) -> bool:
    """Make a new state of what a plan saw; False when another run did meanwhile, and its state is as good."""
    # Before their names go: who is killed in between leaves a name without a file, never a file without a name. And
    # before the manifest is read to be changed: a day's uploads are thousands of files.
    gone = {key for key, since in read().dropped.items() if since <= at - DAY_S}
    for _ in spread(lake.delete, sorted(gone)):
        pass

    def folded(before: Manifest) -> Manifest:
        if before.state != planned.state:
            return before
        taken = {one.key for one in planned.new}
        old = (key for one in planned.state for key in one.keys)
        dropped = {key: since for key, since in before.dropped.items() if key not in gone}
        dropped |= dict.fromkeys((*old, *taken), at)
        rest = tuple(one for one in before.new if one.key not in taken)
        return msgspec.structs.replace(before, state=tuple(state), new=rest, dropped=dropped)

    _, after = _change(folded)
    return after.state == tuple(state)


def sweep(at: int) -> int:
    """Delete files of states that never were: of attempts that were killed, of runs that others overtook; tell how many.

    They are looked for three days after they were written: no run that may still go on is as old.
    """
    found = read()
    named = {key for one in found.state for key in one.keys} | found.dropped.keys()
    lost = [key for key in lake.keys(STATE, before=at - _RUNS_GO_ON_S) if key not in named]
    for key in lost:
        lake.delete(key)
    return len(lost)


def _change(changed: Callable[[Manifest], Manifest]) -> tuple[Manifest, Manifest]:
    """Put what a function makes of the manifest over the one it was made from, trying again when others were faster."""
    for attempt in range(_TRIES):
        stored = lake.get_tagged(KEY)
        before = msgspec.json.decode(stored[0], type=Manifest) if stored else Manifest()
        after = changed(before)
        if after is before:
            return before, before
        after = msgspec.structs.replace(after, version=before.version + 1)
        data = msgspec.json.encode(after)
        if lake.put_if_tag(KEY, data, stored[1]) if stored else lake.put_if_absent(KEY, data):
            return before, after
        # Full jitter: forty laboratories at once must not try again at once.
        time.sleep(random.uniform(0, min(_LONGEST_WAIT_S, 0.02 * 2**attempt)))  # noqa: S311 - not a secret
    raise Contended(KEY)
