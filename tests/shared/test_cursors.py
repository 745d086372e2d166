"""Law 9: a cursor is opaque, authenticated, bound to caller, route and filter, and good for 15 minutes."""

from __future__ import annotations

import base64

import pytest

from functions.shared.cursors import LIFE_S, read_cursor, write_cursor
from functions.shared.problems import Malformed
from infra.local import Service

AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does
BOUND = {"caller": "unit:u1", "route": "GET /units", "filter_": "U-1"}
POSITION = {"pid": "AAAAAAAAAAAAAAAAAAAAAA", "n": 3}


@pytest.fixture
def cursor(engine: Service) -> str:
    """A cursor made at AT."""
    assert engine
    return write_cursor(POSITION, **BOUND, at=AT)


def test_a_cursor_gives_back_its_position(cursor: str) -> None:
    """The next page begins where the last one ended."""
    assert read_cursor(cursor, **BOUND, at=AT + LIFE_S - 1) == POSITION


def test_a_cursor_shows_nothing_of_its_position(cursor: str) -> None:
    """A position may hold a pid; the text must not."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b"AAAA" not in raw
    assert "pid" not in cursor


@pytest.mark.parametrize("other", [{"caller": "unit:u2"}, {"route": "GET /labs"}, {"filter_": "U-2"}])
def test_a_cursor_of_somebody_else_does_not_open(cursor: str, other: dict[str, str]) -> None:
    """Caller, route and filter are bound."""
    with pytest.raises(Malformed, match="first page"):
        read_cursor(cursor, **{**BOUND, **other}, at=AT)


def test_a_cursor_ends_to_the_second(cursor: str) -> None:
    """At 15 minutes it is over."""
    with pytest.raises(Malformed):
        read_cursor(cursor, **BOUND, at=AT + LIFE_S)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "ÄÖÜ", "A" * 5000, "=" * 40])
def test_any_other_text_is_refused(cursor: str, text: str) -> None:
    """Whatever a client sends as a cursor, the answer is the same refusal."""
    assert cursor
    with pytest.raises(Malformed):
        read_cursor(text, **BOUND, at=AT)
    with pytest.raises(Malformed):
        read_cursor(cursor[:-3] + text[:3].ljust(3, "A"), **BOUND, at=AT + LIFE_S)
