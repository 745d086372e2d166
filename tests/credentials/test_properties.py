"""What holds for every pass and every input, as properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import UNCHECKED, LocalSigner, Refused, StatusLists, b64, curve, issue_pass, pack, pack_bytes, unpack
from credentials.instants import of_minute, rfc3339
from credentials.payload import is_plain
from tests.credentials.scene import KEYS, VERIFIER
from tests.vectors.material import AT, HOLDER, ISSUER, LIST, PASS_KEY, claims, key, list_of, printed, proof

FORBIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0x61C,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
]
PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters=[chr(point) for point in FORBIDDEN])
NAMES = st.text(PLAIN, min_size=1, max_size=12)
TOKEN, PAPER = issue_pass(claims(), PASS_KEY), issue_pass(printed(), PASS_KEY)
PROOF = proof(TOKEN)
DIGITS = pack(TOKEN, PROOF)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
quick = settings(max_examples=100, deadline=None)


def verdict(token: Any, *, presented: bool = False, lists: StatusLists | None = None) -> str:
    """The code of a refusal, or `ok`; anything else that is raised fails the test."""
    call = VERIFIER.verify_presentation if presented else VERIFIER.verify
    try:
        call(token, at=AT, status=lists or UNCHECKED)
    except Refused as refusal:
        return refusal.code
    return "ok"


@quick
@given(
    name=NAMES,
    unit=NAMES,
    zone=st.text(PLAIN, max_size=8),
    venues=st.lists(NAMES, max_size=3),
    holder=st.integers(1, 2**200),
)
def test_what_is_packed_comes_back_byte_for_byte(
    name: str, unit: str, zone: str, venues: list[str], holder: int
) -> None:
    """Any pass verifies, and its digits unpack to the identical token and proof."""
    owner = LocalSigner.from_secret(holder)
    source = claims(name=name, unit=unit, zone=zone, venues=tuple(venues), holder=owner.public_jwk())
    token = issue_pass(source, PASS_KEY)
    kb = proof(token, holder=owner)
    digits = pack(token, kb)
    assert unpack(digits) == (token, kb)
    assert VERIFIER.verify(token, at=AT, status=UNCHECKED).credential_subject.name == name
    assert VERIFIER.verify_presentation(digits, at=AT, status=UNCHECKED).live


@quick
@given(
    st.one_of(
        st.none(),
        st.binary(max_size=200),
        st.integers(),
        st.floats(),
        st.text(max_size=300),
        st.lists(st.text(max_size=5)),
    )
)
def test_nothing_but_a_refusal_leaves_the_verifier(anything: object) -> None:
    """No input whatever raises anything but Refused, and none of these is a pass."""
    assert verdict(anything) == "unreadable"
    assert verdict(anything, presented=True) == "unreadable"


@quick
@given(
    st.text(ALPHABET + ".~#=", max_size=400),
    st.sampled_from(["", TOKEN[:200], TOKEN + "~", PAPER + "~", "#", TOKEN.split(".")[0] + "."]),
)
def test_what_looks_like_a_token_is_refused_in_order(tail: str, head: str) -> None:
    """Texts of the right letters are refused too, whatever good piece they begin with."""
    if head + tail not in (PAPER, TOKEN, f"#{PAPER}"):
        assert verdict(head + tail) != "ok"
        assert verdict(head + tail, presented=True) != "ok"


@quick
@given(st.binary(min_size=1, max_size=600))
def test_any_payload_is_refused_in_order(raw: bytes) -> None:
    """Bytes that the right key signed are refused as unreadable unless they are a pass."""
    head = TOKEN.split(".")[0]
    signed = f"{head}.{b64.encode(raw)}"
    assert verdict(f"{signed}.{b64.encode(PASS_KEY.sign(signed.encode()))}") == "unreadable"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONTENT: dict[str, Any] = json.loads(b64.decode(TOKEN.split(".")[1]))
PATHS = [(name,) for name in CONTENT] + [
    (outer, name) for outer, inner in CONTENT.items() if isinstance(inner, dict) for name in inner
]


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(PATHS), value=JSON)
def test_any_value_in_any_member_is_judged_in_order(path: tuple[str, ...], value: Any) -> None:
    """Whatever the right key signed in whatever member, the answer is a verdict; a type it should not have is refused."""
    content = json.loads(json.dumps(CONTENT))
    place = content
    for name in path[:-1]:
        place = place[name]
    was, place[path[-1]] = place[path[-1]], value
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    signed = f"{TOKEN.split('.')[0]}.{b64.encode(raw)}"
    code = verdict(f"{signed}.{b64.encode(PASS_KEY.sign(signed.encode()))}")
    if type(value) is not type(was):
        assert code == "unreadable"
    assert code in {"ok", "unreadable", "untrusted", "not-yet-valid", "expired"}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_each_bit_flip_is_refused(part: int) -> None:
    """Each single bit of header, payload and signature counts: a token with one flipped is not accepted."""
    parts = TOKEN.split(".")
    raw = bytearray(b64.decode(parts[part]))
    for bit in range(len(raw) * 8):
        raw[bit >> 3] ^= 1 << (bit & 7)
        parts[part] = b64.encode(bytes(raw))
        assert verdict(".".join(parts)) in {"unreadable", "untrusted"}
        raw[bit >> 3] ^= 1 << (bit & 7)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(TOKEN) - 1), letter=st.sampled_from(ALPHABET + ".=+/ \n"))
def test_each_changed_letter_is_refused(place: int, letter: str) -> None:
    """A token with one letter changed is another token, and not accepted."""
    if TOKEN[place] != letter:
        assert verdict(TOKEN[:place] + letter + TOKEN[place + 1 :]) != "ok"


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(DIGITS) - 1), digit=st.sampled_from("0123456789"))
def test_each_changed_digit_is_refused(place: int, digit: str) -> None:
    """Digits with one changed are not accepted: most changes spoil a signature, the rest the form."""
    changed = DIGITS[:place] + digit + DIGITS[place + 1 :]
    if changed != DIGITS:
        assert verdict(changed, presented=True) != "ok"


def test_each_bit_flip_of_the_transport_is_refused_or_is_the_same_pass() -> None:
    """Transport bytes are malleable, the token is not: a flipped bit is refused, or gives the same token again."""
    packed = bytearray(pack_bytes(PAPER))
    for bit in range(len(packed) * 8):
        packed[bit >> 3] ^= 1 << (bit & 7)
        digits = str(int.from_bytes(packed))
        if verdict(digits, presented=True) == "ok":
            assert unpack(digits) == (PAPER, None)
        packed[bit >> 3] ^= 1 << (bit & 7)


@quick
@given(st.binary(max_size=400))
def test_base64_has_one_text_for_one_value(raw: bytes) -> None:
    """What is encoded decodes to itself, and every other text of the same letters is another value or refused."""
    assert b64.decode(b64.encode(raw)) == raw


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from(ALPHABET), max_size=12))
def test_base64_reads_nothing_else(text: str) -> None:
    """What decodes is the encoding of what it decodes to; everything else raises ValueError."""
    try:
        raw = b64.decode(text)
    except ValueError:
        return
    assert b64.encode(raw) == text


@quick
@given(st.binary(max_size=80))
def test_a_signature_has_two_forms(message: bytes) -> None:
    """r‖s to DER and back is the identity, and signing the same message twice gives the same bytes."""
    signature = HOLDER.sign(message)
    assert curve.from_der(curve.to_der(signature)) == signature == HOLDER.sign(message)


@quick
@given(st.integers(1, 255), st.integers(1, 255), st.integers(0, 31), st.integers(0, 31))
def test_der_keeps_short_integers(r: int, s: int, r_shift: int, s_shift: int) -> None:
    """Integers with zero bytes in front survive the way to DER and back."""
    raw = (r << 8 * r_shift).to_bytes(32) + (s << 8 * s_shift).to_bytes(32)
    assert curve.from_der(curve.to_der(raw)) == raw


@quick
@given(st.integers(946_684_800 // 60, 4_102_444_799 // 60))
def test_instants_come_back(minute: int) -> None:
    """Every whole minute of the years 2000 to 2099 is written and read back; a second more is no whole minute."""
    assert of_minute(rfc3339(minute * 60)) == minute * 60
    assert of_minute(rfc3339(minute * 60 + 1)) is None


@quick
@given(st.text(max_size=20))
def test_the_quick_look_at_texts_sees_what_the_slow_one_sees(text: str) -> None:
    """A text is plain exactly when none of its characters is forbidden."""
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        return
    raw = json.dumps({"a": text}, ensure_ascii=False, separators=(",", ":")).encode()
    assert is_plain(raw) == (not any(ord(letter) in FORBIDDEN for letter in text))


@quick
@given(st.text(max_size=400) | st.binary(max_size=100) | st.none())
def test_a_status_list_is_refused_in_order(anything: Any) -> None:
    """No input whatever makes a list's reading raise anything but Refused."""
    with pytest.raises(Refused):
        StatusLists(KEYS, ISSUER).add(anything, AT)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 131_071), st.integers(0, 131_071))
def test_exactly_the_set_bit_withdraws(withdrawn: int, asked: int) -> None:
    """A pass is withdrawn exactly when its own bit is set."""
    lists = StatusLists(KEYS, ISSUER)
    lists.add(list_of(withdrawn), AT)
    token = issue_pass(printed(status_index=asked, status_list=LIST), PASS_KEY)
    assert verdict(token, lists=lists) == ("withdrawn" if asked == withdrawn else "ok")


def test_ten_megabytes_are_refused_by_their_length() -> None:
    """A hostile text of 10 MB is read no further than its length: no copy, no search, no number."""
    long = "1" * 10_485_760
    assert {verdict(long), verdict(long, presented=True)} == {"unreadable"}
    assert key("x").kid == LocalSigner.from_jwk(key("x").private_jwk()).kid
