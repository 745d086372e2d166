"""Verdicts at a gate, and what makes two scans one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials import Expired, NotLive, NotYetValid, StatusUnknown, Unreadable, Untrusted, Withdrawn
from functions.scans import rules
from functions.scans.rules import Judged, Report, Seen

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


HOSTS = [
    "example.com",
    "a",
    "xn--fiq228c.xn--55qx5d",
    "_dmarc.a-b.example",
    "192.0.2.7",
    "[2001:db8::7]",
    "a.b.",
    "a" * 63,
]
NO_HOSTS = [
    "",
    "Example.com",
    "例子.中国",
    "https://example.com",
    "example.com/path",
    "example.com:8443",
    "name@example.com",
    "example.com?q=1",
    "example..com",
    ".example.com",
    "-a.example",
    "a-.example",
    "a" * 64,
    ".".join(["a" * 63] * 4),
    "[::1]/x",
    "[]",
    "example.com\n",
    "a b",
]


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_browser_calls_a_hostname_can_be_reported(host: str) -> None:
    """Names, addresses of both kinds, and the underscores that browsers let pass."""
    assert rules.refusal_of(Report("foreign-link", host, AT), AT) is None


@pytest.mark.parametrize("host", NO_HOSTS)
def test_nothing_more_of_an_address_than_its_host_can_be_reported(host: str) -> None:
    """Not its path, its query, a name before an @, nor anything that a lookalike hides in other letters."""
    assert rules.refusal_of(Report("foreign-link", host, AT), AT) == "host"


@given(st.text(alphabet="abz09-_.[]:/?#@ A例", max_size=300))
def test_a_reported_host_holds_no_sign_that_ends_a_host(host: str) -> None:
    """Whatever is sent, what is filed has no slash, question mark, hash, at or space, and fits a name's length."""
    if rules.refusal_of(Report("foreign-link", host, AT), AT) is None:
        assert len(host) <= 253
        assert not set(host) & set("/?#@ A例")


def test_a_reports_instant_is_believed_like_a_scans() -> None:
    """72 hours back and two minutes ahead, to the second."""
    told = {at: rules.refusal_of(Report("foreign-link", "a", AT + at), AT) for at in (-259_201, -259_200, 120, 121)}
    assert told == {-259_201: "at-out-of-window", -259_200: None, 120: None, 121: "at-out-of-window"}


_REPORTS = st.lists(
    st.builds(Report, st.just("foreign-link"), st.sampled_from(["a", "b", "c"]), st.integers(AT, AT + 9)), max_size=20
)


@given(_REPORTS, st.randoms(use_true_random=False))
def test_sightings_are_the_same_in_whatever_order_reports_come(reports: list[Report], random: Random) -> None:
    """Each host once, with its newest instant and its number of reports, the one seen last first."""
    told = rules.sightings(reports)
    shuffled = random.sample(reports, len(reports))
    assert rules.sightings(shuffled) == told
    assert sum(one.count for one in told) == len(reports)
    assert {one.host: one.at for one in told} == {one.host: one.at for one in sorted(reports, key=lambda one: one.at)}
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)


def test_a_reports_id_is_of_what_was_seen_and_by_whom() -> None:
    """Another host, instant or device is another report; the same of all three is the same."""
    one = rules.report_id(Report("foreign-link", "a", AT), "device")
    assert one == rules.report_id(Report("foreign-link", "a", AT), "device")
    others = {
        rules.report_id(Report("foreign-link", "b", AT), "device"),
        rules.report_id(Report("foreign-link", "a", AT + 1), "device"),
        rules.report_id(Report("foreign-link", "a", AT), "other"),
    }
    assert len(others | {one}) == 4
