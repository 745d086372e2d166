"""Verdicts at a gate, and what makes two scans one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credentials import Expired, NotLive, NotYetValid, StatusUnknown, Unreadable, Untrusted, Withdrawn
from functions.scans import rules
from functions.scans.rules import Judged, Seen

AT = 1_795_312_800


def test_every_refusal_has_its_code_and_a_coarse_cause() -> None:
    """A guard learns what to do, never a medical cause; what nobody knows is unsure, never accepted."""
    refusals = [
        (Unreadable("size"), "refused", "unreadable", "unreadable"),
        (Untrusted("no such key"), "refused", "untrusted", "untrusted"),
        (NotYetValid(None, AT), "refused", "not-yet-valid", "not-yet-valid"),
        (Expired(None, AT), "refused", "expired", "needs-test"),
        (Withdrawn(None), "refused", "withdrawn", "not-eligible"),
        (NotLive("stale"), "refused", "not-live", "not-live"),
        (StatusUnknown("no list"), "unsure", "status-unknown", "status-unknown"),
    ]
    for refusal, verdict, code, cause in refusals:
        assert rules.refuse(refusal) == Judged(verdict, code, cause)  # type: ignore[arg-type]


def test_the_same_request_within_five_seconds_is_the_same_scan() -> None:
    """A lost answer is asked for again; another gate, device or direction, or later, is a copy."""
    first = Seen("G-1", "device", "in", AT)
    assert rules.is_same_scan(first, Seen("G-1", "device", "in", AT + 5))
    assert not rules.is_same_scan(first, Seen("G-1", "device", "in", AT + 6))
    assert not rules.is_same_scan(first, Seen("G-2", "device", "in", AT))
    assert not rules.is_same_scan(first, Seen("G-1", "other", "in", AT))
    assert not rules.is_same_scan(first, Seen("G-1", "device", "out", AT))


def test_a_live_scan_is_one_whenever_it_is_sent() -> None:
    """The proof's instant names it, not the guard's clock; a refused presentation can't take its place."""
    accepted, stale = Judged("accepted", "ok", "ok"), Judged("refused", "not-live", "not-live")
    one = rules.scan_id(accepted, "urn:epipass:a", proof_at=AT, direction="in", at=AT)
    assert one == rules.scan_id(accepted, "urn:epipass:a", proof_at=AT, direction="in", at=AT + 9)
    others = {
        rules.scan_id(accepted, "urn:epipass:b", proof_at=AT, direction="in", at=AT),
        rules.scan_id(accepted, "urn:epipass:a", proof_at=AT + 15, direction="in", at=AT),
        rules.scan_id(accepted, "urn:epipass:a", proof_at=AT, direction="out", at=AT),
        rules.scan_id(stale, "urn:epipass:a", proof_at=None, direction="in", at=AT),
        rules.scan_id(accepted, "urn:epipass:a", proof_at=None, direction="in", at=AT),
    }
    assert len(others | {one}) == 6


@given(st.integers(0, 2**38), st.integers(0, 2**38), st.binary(min_size=10, max_size=10))
def test_ulids_sort_by_time(first: int, second: int, randomness: bytes) -> None:
    """26 characters of Crockford's base32, whose order as text is the order in time."""
    one, two = rules.ulid(first, randomness), rules.ulid(second, randomness)
    assert len(one) == 26
    assert (one < two) == (first < second)
    assert not set(one) & set("ILOU")


def test_a_known_ulid() -> None:
    """The first ten characters are the milliseconds, the rest the given bits."""
    assert rules.ulid(1_469_918_176, b"\0" * 10)[10:] == "0" * 16
    number = 0
    for char in rules.ulid(1_469_918_176, b"\0" * 10)[:10]:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(char)
    assert number == 1_469_918_176_000
