"""What each process of an audit does: judge lines with keys and lists it has read once."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cli import offline
from credentials import Expired, NotYetValid, Pass, Refused, StatusLists, Unreadable
from credentials.status import Unchecked

# What is left of a line without these letters says what it is: a pattern looks at each of 1,500 characters in turn, and
# twice so cost a tenth of an audit.
_LETTERS = string.ascii_letters.encode() + string.digits.encode() + b"_-"
_BARE = _LETTERS + b".~#:/?=&%"
_PARTS = 3
_KID = re.compile(r'"kid":"([A-Za-z0-9_-]{1,64})"')


LONGEST_LINE = 16_384
SHOWN = 20


class Found(NamedTuple):
    """What some lines held: how many there were, counts by code and by key, and the first refusals by line from 0."""

    lines: int
    codes: Counter[str]
    kids: Counter[str]
    refusals: list[tuple[int, str, str | None]]


class Verdict(NamedTuple):
    """One line's: a code, the key that signed an accepted pass, the cause of a refusal."""

    code: str
    kid: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """What an audit judges with; places, not contents, so that it travels to other processes."""

    keys_at: str
    roots_at: tuple[str, ...]
    issuer: str
    status_at: str | None
    at: int
    max_age_s: int | None
    any_time: bool


class Judge:
    """Judges lines, in one process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        keys = offline.keys_from(bench.keys_at, bench.roots_at, bench.at)
        self._verifier = offline.verifier_of(keys, bench.issuer)
        self._status: StatusLists | Unchecked = offline.lists_from(
            bench.status_at, keys, bench.issuer, bench.at, max_age_s=bench.max_age_s
        )

    def judge(self, line: bytes) -> Verdict:
        """The verdict of one line."""
        try:
            text, is_token, at = _read(line, self._bench.at)
            try:
                self._verify(text, at, is_token=is_token)
            except (Expired, NotYetValid) as problem:
                if not self._bench.any_time or problem.credential is None:
                    raise
                self._verify(text, _own_time(problem.credential), is_token=is_token)
        except Refused as refusal:
            return Verdict(refusal.code, None, str(refusal))
        return Verdict("ok", _kid_of(text) if is_token else None)

    def _verify(self, text: str, at: int, *, is_token: bool) -> Pass:
        if is_token:
            return self._verifier.verify(text, at=at, status=self._status)
        return self._verifier.verify_presentation(text, at=at, status=self._status)


def _own_time(credential: Pass) -> int:
    return min(max(credential.nbf, credential.iat), credential.exp)


_headers: dict[str, str | None] = {}


def _kid_of(token: str) -> str | None:
    """The key of an accepted token; its header is one of a few texts, so each is read once."""
    header = token.partition(".")[0]
    if header not in _headers:
        from credentials import b64  # noqa: PLC0415 - once a key

        found = _KID.search(b64.decode(header).decode())
        _headers[header] = found and found[1]
    return _headers[header]


def _read(line: bytes, at: int) -> tuple[str, bool, int]:
    """The text of a line, whether it is a token, and the instant to judge at; raises Unreadable."""
    bare = line.strip()
    if bare and not bare.translate(None, _BARE):
        return bare.decode("ascii"), _is_token(bare), at
    try:
        content: Any = json.loads(bare)
    except (ValueError, RecursionError):
        raise Unreadable("size", "neither a pass nor JSON") from None
    if isinstance(content, dict):
        at = content["at"] if type(content.get("at")) is int else at
        if "token" in content:
            return content["token"], True, at
        content = content.get("presentation")
    if not isinstance(content, str):
        raise Unreadable("size", "no pass in this line")
    return content, offline.is_token(content), at


def _is_token(bare: bytes) -> bool:
    """What `offline.is_token` says of a text."""
    parts = bare.split(b".")
    return len(parts) == _PARTS and all(parts) and not bare.translate(None, _LETTERS + b".")


_judges: list[Judge] = []


def begin(bench: Bench) -> None:
    """Read keys and lists, once in each process."""
    _judges[:] = [Judge(bench)]


def judge_span(file: str, start: int, end: int) -> Found:
    """Judge the lines of a file that begin at the bytes from `start` to before `end`: read where they are judged."""
    with Path(file).open("rb") as source:
        return judge_lines(lines_of(source, start, end))


def judge_lines(lines: Iterable[bytes]) -> Found:
    """Judge some lines, in order, and count what was found."""
    count, codes, kids, refusals = 0, Counter[str](), Counter[str](), list[tuple[int, str, str | None]]()
    for count, line in enumerate(lines, 1):
        verdict = _judges[0].judge(line)
        codes[verdict.code] += 1
        if verdict.kid is not None:
            kids[verdict.kid] += 1
        if verdict.code != "ok" and len(refusals) < SHOWN:
            refusals.append((count - 1, verdict.code, verdict.cause))
    return Found(count, codes, kids, refusals)


def lines_of(source: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the lines that begin from `start` to before `end`; an endless line is cut, and so refused."""
    at = start
    if start > 0:
        source.seek(start - 1)
        at += _rest_of_line(source, b"") - 1
    while (end is None or at < end) and (line := source.readline(LONGEST_LINE)):
        at += len(line) + _rest_of_line(source, line)
        yield line


def _rest_of_line(source: BinaryIO, read: bytes) -> int:
    """Read to a line's end, in pieces, and return how many bytes that were; `read` is what was read of it."""
    length = 0
    while not read.endswith(b"\n") and (read := source.readline(LONGEST_LINE)):
        length += len(read)
    return length
