"""Everything the suite leaves behind where people could read it: log lines, error bodies, URLs, file names.

`conftest.py` notes URLs and error bodies here as tests make them; the rest is gathered when a test process ends, while
its engine still runs. Then all of it is searched for what was ever stored of a person, and for anything that looks
like an id number, a phone or a signed token.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from functions.people.model import Person
from functions.people.service import Identity
from functions.shared.fields import Fields, Unopenable
from functions.shared.identity import DocumentFault, read_document
from functions.staff.model import StaffRow
from functions.staff.service import open_person
from infra.local import Service

_MOST_OPENED = 2_000  # rows of one table whose fields are opened: bulk tests store a hundred thousand of a kind
_SHORTEST_NAME = 2
_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z.+-])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z.])")
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{40,}")
_DIGITS = re.compile(r"(?<!\d)[1-9]\d{400,}(?!\d)")  # a packed pass


@dataclass(frozen=True)
class Leak:
    """Where something was found and what kind of thing; the thing itself is not repeated."""

    channel: str
    kind: str
    around: str


@dataclass
class Trail:
    """What one test process left behind."""

    noted: list[tuple[str, str]] = field(default_factory=list)

    def note(self, channel: str, text: str) -> None:
        """Keep a text that somebody could read."""
        self.noted.append((channel, text))

    def follow_logs(self) -> None:
        """Keep every record that our own code logs in this process, with its extra members."""
        handler = logging.Handler()
        handler.emit = lambda record: self.note("log", f"{record.getMessage()} {vars(record)}")  # type: ignore[method-assign]
        logging.getLogger("epipass").addHandler(handler)


TRAIL = Trail()


def leaks(texts: Iterable[tuple[str, str]], known: Iterable[str]) -> list[Leak]:
    """Return what must not be in these (channel, text) pairs; `known` are names, numbers and phones once stored."""
    words = sorted({word for word in known if len(word) >= _SHORTEST_NAME})
    named = re.compile("|".join(map(re.escape, words))) if words else None
    return [leak for channel, text in texts for leak in _leaks(channel, text, named)]


def _leaks(channel: str, text: str, named: re.Pattern[str] | None) -> Iterator[Leak]:
    for match in named.finditer(text) if named else ():
        yield _leak(channel, "stored of a person", text, match)
    for match in _NUMBER.finditer(text):
        if _is_document(match[0]):
            yield _leak(channel, "id number", text, match)
    for kind, pattern in (("phone", _PHONE), ("token", _TOKEN), ("packed pass", _DIGITS)):
        for match in pattern.finditer(text):
            yield _leak(channel, kind, text, match)


def _leak(channel: str, kind: str, text: str, match: re.Match[str]) -> Leak:
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 20]
    return Leak(channel, kind, f"{before}<{len(match[0])} characters>{after}")


def _is_document(text: str) -> bool:
    try:
        read_document("resident-id", text)
    except DocumentFault:
        return False
    return True


def gathered(service: Service) -> Iterator[tuple[str, str]]:
    """Yield what lies in the engine's logs, in its log groups, and in the names of its objects."""
    for log in (service.state.engine_log, service.state.http_log):
        if log.exists():
            yield from ((log.name, line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines())
    logs = service.client("logs")
    for group in _pages(logs, "describe_log_groups", "logGroups"):
        for line in _pages(logs, "filter_log_events", "events", logGroupName=group["logGroupName"]):
            yield group["logGroupName"], line["message"]
    objects = service.client("s3")
    for bucket in objects.list_buckets()["Buckets"]:
        for found in _pages(objects, "list_objects_v2", "Contents", Bucket=bucket["Name"]):
            yield "object name", found["Key"]
    yield from (("file name", str(path.relative_to(service.state.root))) for path in service.state.root.rglob("*"))


def _pages(client: Any, operation: str, member: str, **asked: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**asked):
        yield from page.get(member, ())


def stored_of_people() -> set[str]:
    """Return the names, numbers and phones that the tables hold, opened: what must be found nowhere else."""
    known: set[str] = set()
    fields = Fields("person")
    for person in Person.scan(limit=_MOST_OPENED):
        identity = msgspec.json.decode(fields.decrypt(person.pid, "identity", person.identity), type=Identity)
        known |= {identity.name, identity.id_number, fields.decrypt(person.pid, "phone", person.phone)}
    for row in StaffRow.scan(limit=_MOST_OPENED):
        try:
            listed = open_person(row.in_list.split("#")[0], row.pid, row.person)
        except (Unopenable, msgspec.DecodeError):
            continue  # a fault test stored a row that cannot be opened: then nobody can read it either
        known |= {listed.name, listed.phone}
    return known - {""}
