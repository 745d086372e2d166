"""Limits count the viewer's address, which nobody can write themselves once there is an edge."""

from __future__ import annotations

import hashlib
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import viewer
from functions.shared.problems import Forbidden

SECRET, NEXT = "a" * 64, "b" * 64
DIGESTS = tuple(hashlib.sha256(secret.encode()).hexdigest() for secret in (SECRET, NEXT))
EDGE = "130.176.0.9"  # what the gateway sees of everybody


@given(st.ip_addresses(v=4), st.text(), st.ip_addresses().map(str))
def test_without_an_edge_the_gateway_s_word_counts(seen: IPv4Address, forged: str, other: str) -> None:
    """On one machine, and before the edge is there, no header of a caller's is looked at."""
    headers = {viewer.ADDRESS: other, viewer.PROOF: forged, "x-forwarded-for": other}
    assert viewer.address_of(headers, str(seen), ()) == str(seen)


@given(st.ip_addresses(v=4), st.sampled_from([SECRET, NEXT]), st.ip_addresses().map(str))
def test_through_the_edge_the_edge_s_word_counts(seen: IPv4Address, secret: str, forged: str) -> None:
    """By either secret while one replaces the other; what a viewer forwards as somebody's address is no word."""
    headers = {viewer.ADDRESS: str(seen), viewer.PROOF: secret, "x-forwarded-for": forged}
    assert viewer.address_of(headers, EDGE, DIGESTS) == str(seen)


@given(st.one_of(st.just(""), st.text(), st.sampled_from([*DIGESTS, SECRET[:-1], SECRET + "a", SECRET.upper()])))
def test_past_the_edge_nobody_is_answered(shown: str) -> None:
    """Without the secret, with its hash, or with something near it: refused, whatever address is claimed."""
    with pytest.raises(Forbidden) as refused:
        viewer.address_of({viewer.PROOF: shown, viewer.ADDRESS: "198.51.100.7"}, EDGE, DIGESTS)
    assert refused.value.code == "edge"


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_household_s_addresses_are_one(address: IPv6Address, other: int) -> None:
    """Whoever is given a network of IPv6 has more addresses in it than a limit could count."""
    neighbour = IPv6Address(int(address) >> 64 << 64 | other)
    if address.ipv4_mapped or neighbour.ipv4_mapped:
        return
    assert viewer.counted(str(address)) == viewer.counted(str(neighbour))
    assert viewer.counted(str(address)) != viewer.counted(str(IPv6Address(int(address) ^ 1 << 64)))


@given(st.ip_addresses(v=4))
def test_one_address_is_one_however_it_is_written(address: IPv4Address) -> None:
    """IPv4 written into IPv6 is the same caller."""
    assert viewer.counted(f"::ffff:{address}") == viewer.counted(str(address)) == str(address)


@pytest.mark.parametrize("text", ["", "unknown", "203.0.113.9, 198.51.100.7", "203.0.113.9:443", "1.2.3"])
def test_what_is_no_address_shares_one_place(text: str) -> None:
    """Nobody gets a fresh limit by writing something new."""
    assert viewer.counted(text) == ""
