"""How an audit reads: cut anywhere, every line of a file is judged once and in its place."""

from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cli.auditing import LONGEST_LINE, lines_of

LENGTHS = st.sampled_from((0, 1, 2, 7, 100, LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 2 * LONGEST_LINE + 5))


@given(st.lists(LENGTHS, max_size=12), st.booleans(), st.lists(st.floats(0, 1), max_size=6))
def test_spans_are_the_whole_file(lengths: list[int], ends: bool, cuts: list[float]) -> None:  # noqa: FBT001 - drawn
    """The lines of all spans, in order, are the lines of the file; one that is too long is cut, and its rest is no line."""
    data = b"\n".join(bytes([65 + place]) * length for place, length in enumerate(lengths)) + b"\n" * ends
    whole = list(lines_of(io.BytesIO(data)))
    assert [line.rstrip(b"\n") for line in whole] == [line[:LONGEST_LINE] for line in data.splitlines()]
    places = sorted({0, len(data), *(int(cut * len(data)) for cut in cuts)})
    assert [line for start, end in pairwise(places) for line in lines_of(io.BytesIO(data), start, end)] == whole
