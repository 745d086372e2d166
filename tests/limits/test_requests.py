"""What a request may hold: at the limit it is read, one over it is refused by name."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from app import app
from credentials import jws, proofs
from credentials.refusals import Unreadable
from functions.shared.config import settings
from functions.shared.http import MAX_JSON, Route, decode
from functions.shared.openapi import sample
from functions.shared.problems import Malformed, Unauthenticated
from functions.shared.tokens import _MAX_TOKEN, caller_of
from infra.paths import ROOT
from tests.shared.test_http import call

BODIED = [route for route in app.declared if isinstance(route.body, type) and issubclass(route.body, msgspec.Struct)]
EXAMPLES = {"HoursShape": {"opens": "08:00", "closes": "18:00"}}  # no list of the description's own examples has one
_EXACT = re.compile(r"\^\[A-Za-z0-9_-\]\{(\d+)(?:,(\d+))?\}\$")


class Loose(msgspec.Struct):
    """A body that takes anything, as no route's does."""

    anything: Any = None


def bounded() -> Iterator[tuple[Route, str, int, int]]:
    """Each text and list of each route's body that has a length: its route, member, least and most."""
    for route in BODIED:
        for member in msgspec.structs.fields(route.body):
            info = msgspec.inspect.type_info(member.type)
            length = getattr(info, "max_length", None)
            found = _EXACT.match(getattr(info, "pattern", None) or "")
            if found:
                yield route, member.encode_name, int(found[1]), int(found[2] or found[1])
            elif length is not None and isinstance(info, msgspec.inspect.StrType) and info.pattern in (None, r"\S"):
                yield route, member.encode_name, info.min_length or 0, length


BOUNDED = list(bounded())


def listed() -> Iterator[tuple[Route, str, Any, int]]:
    """Each list of each route's body that has a length: its route, member, one of its things, and most."""
    for route in BODIED:
        for member in msgspec.structs.fields(route.body):
            info = msgspec.inspect.type_info(member.type)
            if (
                isinstance(info, msgspec.inspect.ListType | msgspec.inspect.VarTupleType)
                and info.max_length is not None
            ):
                cls = getattr(info.item_type, "cls", None)
                yield (
                    route,
                    member.encode_name,
                    "AAAA" if cls is None else {**sample(cls), **EXAMPLES.get(cls.__name__, {})},
                    info.max_length,
                )


LISTED = list(listed())


def with_text(route: Route, member: str, length: int) -> bytes:
    """The route's example with a text of some length in a member."""
    return msgspec.json.encode({**sample(route.body), member: "A" * length})


@pytest.mark.parametrize(("route", "member", "least", "most"), BOUNDED, ids=lambda value: getattr(value, "path", value))
def test_each_text_of_each_body_has_its_limit(route: Route, member: str, least: int, most: int) -> None:
    """The longest is read; one character more is refused with the member's name, and so is one too few."""
    decode(with_text(route, member, most), route.body)
    for length in {most + 1, least - 1} - {-1}:
        with pytest.raises(Malformed) as refused:
            decode(with_text(route, member, length), route.body)
        assert [error.pointer for error in refused.value.errors] == [f"/{member}"]


@pytest.mark.parametrize(("route", "member", "one", "most"), LISTED, ids=lambda value: getattr(value, "path", ""))
def test_each_list_of_each_body_has_its_limit(route: Route, member: str, one: Any, most: int) -> None:
    """So many are read; one more is refused with the member's name."""
    body = sample(route.body)
    decode(msgspec.json.encode({**body, member: [one] * most}), route.body)
    with pytest.raises(Malformed) as refused:
        decode(msgspec.json.encode({**body, member: [one] * (most + 1)}), route.body)
    assert [error.pointer for error in refused.value.errors] == [f"/{member}"]


def test_many_texts_are_bounded() -> None:
    """The test above has found what it is to try."""
    assert len(BOUNDED) > 40
    assert len(LISTED) > 4


def test_no_pattern_lets_a_line_feed_in_at_its_end() -> None:
    """Python's `$` matches before one: `^[0-9]{6}$` would take a code of seven characters, and a digest that is none."""
    faults = []
    for path in sorted([*(ROOT / "functions").rglob("*.py"), *(ROOT / "credentials").rglob("*.py")]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r'pattern=r?"\^[^"]*\$"', line):
                faults.append(f"{path.relative_to(ROOT)}:{number}")
    assert not faults


@pytest.mark.parametrize("text", ["0" * 64 + "\n", "0" * 63 + "\n", "\n" + "0" * 64])
def test_a_digest_of_an_upload_is_its_64_letters(text: str) -> None:
    """What would not be turned into bytes afterwards is refused before."""
    (route,) = (route for route in BODIED if (route.method, route.path) == ("POST", "/uploads"))
    body = {**sample(route.body), "sha256": "0" * 64}
    decode(msgspec.json.encode(body), route.body)
    with pytest.raises(Malformed):
        decode(msgspec.json.encode({**body, "sha256": text}), route.body)


def test_a_body_at_its_limit_is_read() -> None:
    """256 KiB of white space and a number are a number; a byte more is too large."""
    body = '{"count": 3' + " " * (MAX_JSON - 12) + "}"
    answers = [call("POST", "/rooms/a", "/rooms/{room}", text) for text in (body, body + " ")]
    assert [answer["statusCode"] for answer in answers] == [201, 413]
    assert answers[1]["json"]["code"] == "too-large"


def test_a_squeezed_body_is_never_unpacked() -> None:
    """Whatever its headers say: so there is nothing that could unpack to more than was sent."""
    squeezed = base64.b64encode(gzip.compress(b'{"count": 3}')).decode()
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = call("POST", "/rooms/a", "/rooms/{room}", squeezed, headers=headers, binary=True)
    assert (answer["statusCode"], answer["json"]["code"]) == (400, "not-json")


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
@pytest.mark.parametrize("member", [b"anything", b"unknown"])
def test_nesting_without_end_is_a_bad_request(deep: bytes, member: bytes) -> None:
    """However deep a body goes, it is 400 and no fault of ours, also where a shape would take anything."""
    with pytest.raises(Malformed) as refused:
        decode(b'{"%b":%b}' % (member, deep), Loose)
    assert refused.value.code == "not-json"


@pytest.mark.parametrize(
    "body",
    [
        b'{"anything":NaN}',
        b'{"anything":1e400}',
        b'{"anything":"\\ud800"}',
        b'{"anything":1}\0',
        b"\xff",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """No number that is none or has no end, no half a character, nothing behind the end, no byte-order mark."""
    with pytest.raises(Malformed):
        decode(body, Loose)


@pytest.mark.parametrize("room", ["a" * 64, "a" * 65])
def test_an_id_of_64_characters_is_one(room: str) -> None:
    """And one of 65 is none."""
    answer = call("POST", f"/rooms/{room}", "/rooms/{room}", {"count": 1})
    assert answer["statusCode"] == (201 if len(room) == 64 else 400)


def test_an_endless_token_is_refused_by_its_length() -> None:
    """One character over, nothing of it is looked at; at the limit its scheme is, which is none of ours."""
    for length in (_MAX_TOKEN, _MAX_TOKEN + 1, 1 << 20):
        with pytest.raises(Unauthenticated) as refused:
            caller_of({"authorization": f"Basic {'A' * length}"}, "GET", "/me", settings=settings(), at=1_795_320_000)
        assert refused.value.code == ("token" if length > _MAX_TOKEN else "scheme")
    assert proofs.MAX_CHARS == _MAX_TOKEN


@pytest.mark.parametrize("limit", [4_096, 8_192, 262_144])
def test_a_signed_text_at_its_limit_is_looked_at(limit: int) -> None:
    """Of the limit's length it is judged by what it is; one over by its size alone."""
    at_limit = f"{'A' * 4}.{'A' * (limit - 92)}.{'A' * 86}"
    assert len(at_limit) == limit
    laws = []
    for text in (at_limit, at_limit + "A"):
        with pytest.raises(Unreadable) as refused:
            jws.open_token(text, limit, {}, "vc+jwt")
        laws.append(refused.value.law)
    assert laws == ["header", "size"]
