"""A key statement lists the keys that its life needs, and no more: every guard's page downloads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credentials.statement import needed

AT, END, DAY = 1_795_312_800, 1_795_312_800 + 31 * 86_400, 86_400
PASS_LIFE = 2 * DAY


def key(nbf: int, exp: int, use: str = "pass") -> dict[str, object]:
    """A published key, as far as this law looks at it."""
    return {"kid": f"{use}{nbf}", "nbf": nbf, "exp": exp, "epipass_use": use}


@given(st.integers(AT, END - 1), st.integers(-60, 60), st.sampled_from(["pass", "status"]))
def test_whoever_verifies_in_its_life_has_the_key(now: int, shift: int, use: str) -> None:
    """At any instant of the statement's life, the key of every pass that may still be valid is in it."""
    signed_at = now - PASS_LIFE // 60 * abs(shift)
    made = key(signed_at, signed_at + DAY, use)
    assert needed([made], AT, END) == [made]


def test_what_verifies_neither_passes_nor_lists_stays_out() -> None:
    """Tokens are verified by servers, the log by auditors: from the plain key set."""
    assert needed([key(AT, END, "token"), key(AT, END, "log")], AT, END) == []


def test_past_and_far_future_keys_stay_out() -> None:
    """A key whose last pass has expired, and one of after the statement's end."""
    assert needed([key(0, AT - PASS_LIFE), key(END, END + DAY)], AT, END) == []


def test_a_key_without_times_is_needed() -> None:
    """A key set that states no times is listed whole."""
    assert needed([{"kid": "k"}], AT, END) == [{"kid": "k"}]
