"""A results file as its check goes through it: good rows packed, so that a million of them stay in 150 MB.

Nothing is known of a row before the last one is read: whether the ids of the file went through numbers, and whether
all its times lie ahead. So rows are packed on the way down and taken out again once both are known.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from functions.jobs.result_rows import ResultRow, read_result
from functions.shared.sheets import RawRow
from functions.shared.sheets.id_cells import is_lost
from functions.shared.sheets.laws import Fault

MOST_FAULTS = 200_000  # beyond them each bad row is told of by one law: a file may be bad in every cell
_TOGETHER = 1_000


class Packed:
    """Checked rows in order, packed; they are taken out once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._packs: deque[bytes] = deque()
        self._open: list[ResultRow] = []
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, row: ResultRow) -> None:
        """Put a row at the end."""
        self._open.append(row)
        if len(self._open) == _TOGETHER:
            self._close()

    def taken(self) -> Iterator[ResultRow]:
        """Yield the rows in order, and forget each."""
        self._close()
        decode = msgspec.msgpack.Decoder(list[ResultRow]).decode
        while self._packs:
            yield from decode(self._packs.popleft())

    def _close(self) -> None:
        self._packs.append(self._encode(self._open))
        self._open.clear()


class Faults:
    """What is wrong with a file, row by row: all of it, or one law a row in a file that is bad in every cell."""

    def __init__(self) -> None:
        """Begin with none."""
        self.all: list[Fault] = []

    def add(self, of_row: Sequence[Fault]) -> None:
        """Add what is wrong with a row."""
        self.all += of_row if len(self.all) < MOST_FAULTS else of_row[:1]


class ResultFile:
    """A results file, read: rows that keep every law but perhaps those of time, and what is bad.

    `sampled` and `reported` are the instants of the good rows, in order; `reported` is 0 where a row has none.
    """

    def __init__(self) -> None:
        """Begin with no row."""
        self.rows_total = 0
        self.good = Packed()
        self.faults = Faults()
        self.sampled = array("q")
        self.reported = array("q")

    def add(self, read: ResultRow | list[Fault]) -> None:
        """Add the next row."""
        self.rows_total += 1
        if isinstance(read, list):
            self.faults.add(read)
            return
        self.good.add(read)
        self.sampled.append(read.sampled_at)
        self.reported.append(read.reported_at or 0)


def read_results(rows: Iterable[RawRow]) -> ResultFile:
    """Check the rows of a results file, all laws but those of time; they are walked through twice if an id lost digits.

    Raises:
        SheetProblem: the file cannot be read on.
    """
    return _read(rows, suspect=False) or _read(rows, suspect=True) or ResultFile()


def _read(rows: Iterable[RawRow], *, suspect: bool) -> ResultFile | None:
    """Return the file, or None when it turns out to be suspect."""
    found = ResultFile()
    for raw in rows:
        if not suspect and is_lost(raw):
            return None
        found.add(read_result(raw, suspect=suspect))
    return found
