"""A gate's code and a device's shift."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.gates import rules
from functions.gates.rules import Gate, Shift


@given(st.binary(min_size=10, max_size=10))
def test_a_code_is_known_however_it_is_typed(randomness: bytes) -> None:
    """Dashes, spaces and capitals are how people type; of the code only a hash is kept."""
    code = rules.make_code(randomness)
    gate = Gate("G-1", "V-1", "东门", "in", rules.hash_code("G-1", code))
    assert code not in gate.code_hash
    for typed in (code, code.upper(), code.replace("-", ""), code.replace("-", " ")):
        assert rules.is_code(gate, typed)


@given(st.text(max_size=30))
def test_no_other_text_is_a_code(text: str) -> None:
    """A gate that never got a code has no shifts, and another gate's code opens nothing here."""
    code = rules.make_code(b"0123456789")
    assert not rules.is_code(Gate("G-1", "V-1", "东门", "in", ""), text)
    assert not rules.is_code(Gate("G-2", "V-1", "西门", "in", rules.hash_code("G-1", code)), code)


def test_a_shift_stands_for_twelve_hours_to_the_second() -> None:
    """It stands from its first second to the one before its end, and not once it is revoked."""
    shift = Shift("G-1", "device", "", 1_000, 1_000 + rules.SHIFT_S)
    assert not shift.stands(999)
    assert shift.stands(1_000)
    assert shift.stands(1_000 + 12 * 3600 - 1)
    assert not shift.stands(1_000 + 12 * 3600)
    assert not Shift("G-1", "device", "", 1_000, shift.ends_at, revoked_at=2_000).stands(2_000)
