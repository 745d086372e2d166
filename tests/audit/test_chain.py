"""The audit log's chain holds, and shows where it was touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import KeySet, LocalSigner, Refused, jws, published_jwk
from credentials.auditlog import (
    GENESIS,
    TYP,
    Broken,
    Checked,
    Entry,
    Head,
    Heads,
    oldest_kept,
    read_heads,
    row_hash,
    sign_heads,
    verify_chain,
)


def chain(length: int, first: int = 1) -> list[Entry]:
    """Return a sound chain whose first row has the sequence `first`."""
    rows: list[Entry] = []
    for n in range(first, first + length):
        previous = rows[-1].hash if rows else GENESIS if first == 1 else "0" * 64
        bare = Entry(2, n, 1_795_312_800 + n, f"officer:{n % 3}", "unit.register", "U-1", "", n, "", previous, "")
        rows.append(replace(bare, hash=row_hash(bare)))
    return rows


@pytest.mark.parametrize("first", [1, 77])
def test_a_sound_chain_gives_its_last_row(first: int) -> None:
    """A chain verifies from its birth, and from its middle once the old end has left."""
    rows = chain(6, first)
    assert verify_chain(rows) == Checked(rows[0], rows[-1], rows=6)
    assert verify_chain([]) == Checked()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 7), st.sampled_from(["at", "count", "actor", "act", "case", "previous", "sequence", "hash"]))
def test_any_changed_row_is_found(place: int, member: str) -> None:
    """Whatever member of whatever row is altered, the chain breaks at that row."""
    rows = chain(8)
    before = getattr(rows[place], member)
    changed: Any = f"x{before}" if isinstance(before, str) else 9_999
    rows[place] = replace(rows[place], **{member: changed})
    with pytest.raises(Broken) as broken:
        verify_chain(rows)
    assert (broken.value.shard, broken.value.sequence) == (rows[place].shard, rows[place].sequence)
    assert broken.value.law == "altered"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6))
def test_a_row_taken_out_is_found(place: int) -> None:
    """A missing row in the middle is a gap, even when every row left is genuine."""
    rows = chain(8)
    with pytest.raises(Broken, match="gap"):
        verify_chain(rows[:place] + rows[place + 1 :])


def test_each_way_to_break_a_chain_has_its_name() -> None:
    """Rows in another order, of another shard, rewritten, or a birth that is none are told apart."""
    rows, other = chain(4), [replace(row, shard=1) for row in chain(4)]
    other = [replace(row, hash=row_hash(row)) for row in other]
    rewritten = replace(rows[1], count=41)
    rewritten = replace(rewritten, hash=row_hash(rewritten))
    orphan = replace(rows[0], previous="0" * 64)
    orphan = replace(orphan, hash=row_hash(orphan))
    for law, broken in (
        ("order", [rows[1], rows[0]]),
        ("shard", [rows[0], other[1]]),
        ("link", [rows[0], rewritten, rows[2]]),
        ("link", [orphan]),
    ):
        with pytest.raises(Broken, match=law) as seen:
            verify_chain(broken)
        assert seen.value.law == law


def head_of(row: Entry) -> Head:
    """What is signed of a row that was the newest."""
    return Head(row.shard, row.sequence, row.hash)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 3))
def test_what_was_signed_can_neither_be_cut_off_nor_written_anew(signed: int, kept: int, added: int) -> None:
    """Rows behind the newest that is left, and other rows in their place, break the chain wherever a head was signed."""
    rows = chain(8)
    heads = [head_of(rows[signed - 1]), head_of(rows[0])]
    assert verify_chain(rows, heads) == Checked(rows[0], rows[-1], rows=8, held=len({1, signed}))
    forged = rows[:kept]
    for n in range(added):
        last = forged[-1]
        bare = replace(last, sequence=last.sequence + 1, count=90 + n, previous=last.hash, hash="")
        forged.append(replace(bare, hash=row_hash(bare)))
    assert verify_chain(forged).rows == kept + added  # by itself it is sound
    if signed > kept:
        law = "rewritten" if signed <= kept + added else "cut"
        with pytest.raises(Broken, match=law) as broken:
            verify_chain(forged, heads)
        assert broken.value.sequence == signed


def test_a_head_older_than_the_oldest_row_says_nothing() -> None:
    """Rows leave after three years; the heads of then are counted as such, and two heads of one row must agree."""
    rows = chain(4, first=77)
    assert verify_chain(rows, [Head(2, 70, "a" * 64), head_of(rows[1])]) == Checked(rows[0], rows[3], 4, 1, 1)
    with pytest.raises(Broken, match="rewritten"):
        verify_chain(rows, [head_of(rows[1]), Head(2, rows[1].sequence, "b" * 64)])
    with pytest.raises(Broken, match="cut"):
        verify_chain([], [Head(2, 5, "a" * 64)])


def test_no_row_leaves_before_its_three_years_are_over() -> None:
    """Of rows that came after heads of within three years none may be missing: the old end can't be cut off unseen."""
    rows, head = chain(4, first=77), Head(2, 75, "a" * 64)
    young, old = Heads("i", YEARS_3 - 86_400, (head,)), Heads("i", 0, (Head(2, 9, "a" * 64),))
    assert oldest_kept([young, old], 2, YEARS_3) == 75
    assert oldest_kept([young], 3, YEARS_3) == 0  # a shard without a row, then
    assert oldest_kept([old], 2, YEARS_3) is None
    for after in (76, 77, 80, None):
        assert verify_chain(rows, (), after).rows == 4
    with pytest.raises(Broken, match="cut") as broken:
        verify_chain(rows, [head], 75)
    assert (broken.value.shard, broken.value.sequence) == (2, 76)
    assert verify_chain(chain(2), (), 0).rows == 2


YEARS_3 = 3 * 365 * 86_400
ISSUER, AT = "https://pass.example.gov", 1_795_312_800


def test_heads_are_the_issuers_log_keys_and_of_its_day() -> None:
    """Another use, another day, another issuer, another text and any changed character are refused."""
    signer, head = LocalSigner.generate(), Head(2, 5, "a" * 64)

    def keys(use: str = "log", nbf: int = AT - 60) -> KeySet:
        return KeySet.from_jwks({"keys": [published_jwk(signer.public_jwk(), use=use, nbf=nbf, exp=nbf + 86_400)]})

    token = sign_heads(issuer=ISSUER, at=AT, heads=[head], signer=signer)
    assert read_heads(token, keys(), ISSUER).heads == (head,)
    another = sign_heads(issuer=ISSUER, at=AT, heads=[head], signer=LocalSigner.generate())
    foreign = jws.sign_compact(jws.header_text(TYP, signer.kid), b'{"iss":"x"}', signer)
    for bad, known, issuer in (
        (token, keys("status"), ISSUER),
        (token, keys(nbf=AT + 1), ISSUER),
        (token, keys(), "https://other.example.gov"),
        (another, keys(), ISSUER),
        (foreign, keys(), ISSUER),
        (token[:-1] + ("A" if token[-1] != "A" else "Q"), keys(), ISSUER),
        ("no heads", keys(), ISSUER),
    ):
        with pytest.raises(Refused):
            read_heads(bad, known, issuer)
