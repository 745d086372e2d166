"""The oracle: every acknowledged write is there once, and nothing is there that nobody sent.

It reads tables, buckets and published lists straight from the engine, past the proxy and without the code under test.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from bench.town import AREA
from drills.crew import Crew, payload_of
from drills.ledger import Issued, Line, Scan, keys_of
from infra.local import Service

Row = Mapping[str, Any]


@dataclass
class Found:
    """What the oracle says: of each kind how many were acknowledged and found; what is lost and what is invented."""

    acked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    def missed(self, but: tuple[str, ...] = ()) -> list[str]:
        """Return what is lost, all of it or `but` some kinds."""
        return [one for one in self.lost if not one.startswith(but)]

    def compare(self, kind: str, acked: Iterable[object], there: Iterable[object], sent: Iterable[object]) -> None:
        """Put what was acknowledged and sent of one kind beside what is there."""
        wanted, known, present = set(acked), set(sent), list(there)
        self.acked[kind] += len(wanted)
        self.found[kind] += len(wanted & set(present))
        self.lost += [f"{kind} {one}" for one in sorted(wanted - set(present), key=str)]
        self.invented += [f"{kind} {one}" for one in present if one not in known]
        self.invented += [f"{kind} {one} {n} times" for one, n in Counter(present).items() if n > 1]

    def told(self) -> str:
        """Say it in one line."""
        kinds = ", ".join(f"{kind} {self.found[kind]}/{n}" for kind, n in self.acked.items())
        return (
            f"acknowledged {self.acked.total()}, found {self.found.total()}, lost {len(self.lost)}, "
            f"invented {len(self.invented)} ({kinds})"
        )


@dataclass(frozen=True)
class Stores:
    """The engine's tables and buckets, as somebody else's program reads them."""

    service: Service

    def rows(self, logical: str) -> list[Row]:
        """Every row of a table, plain values."""
        pages = self.service.client("dynamodb").get_paginator("scan")
        table = self.service.environment[f"TABLE_{logical}"]
        return [
            {name: _plain(value) for name, value in item.items()}
            for page in pages.paginate(TableName=table, ConsistentRead=True)
            for item in page["Items"]
        ]

    def object(self, bucket: str, key: str) -> bytes | None:
        """An object whole; None when there is none."""
        client = self.service.client("s3")
        try:
            return bytes(client.get_object(Bucket=self.service.environment[bucket], Key=key)["Body"].read())
        except client.exceptions.NoSuchKey:
            return None

    def lake(self) -> Iterator[tuple[str, str, str, int, str]]:
        """The lake's rows of results (person, laboratory, tube, revision, result), as often as they are in its files."""
        manifest = json.loads(self.object("BUCKET_LAKE", "manifest.json") or b'{"new": [], "state": []}')
        named = [one["key"] for one in manifest["new"] if one["kind"] == "results"]
        named += [one["results"] for one in manifest["state"]]
        with tempfile.TemporaryDirectory() as folder:
            for number, key in enumerate(named):
                path = Path(folder) / f"{number}.parquet"
                path.write_bytes(self.object("BUCKET_LAKE", key) or b"")
                query = f"SELECT pid, lab, tube, revision, result FROM read_parquet('{path}')"  # noqa: S608 - a path of ours
                yield from duckdb.execute(query).fetchall()

    def is_published(self, name: str, index: int) -> bool:
        """Whether the bit of a place is set in the published list."""
        token = self.object("BUCKET_PUBLIC", f"status/{name}")
        if token is None:
            return False
        encoded: Any = payload_of(token.decode())["credentialSubject"]
        text = encoded["encodedList"][1:]
        bits = gzip.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return bool(bits[index // 8] >> (7 - index % 8) & 1)


def judged(crew: Crew) -> Found:
    """Compare everybody's lists with what the engine holds."""
    stores, found, ledger = Stores(crew.stage.service), Found(), crew.ledger
    _check_ins(found, stores, crew)
    _results(found, stores, crew)
    _lists(found, stores, crew)
    passes = stores.rows("PASS")
    found.compare(
        "passes",
        ledger.passes_acked,
        [row["token"] for row in passes],
        [row["token"] for row in passes if _was_asked_for(crew, row)],
    )
    places = Counter((row["list"], row["index"]) for row in passes)
    found.invented += [f"two passes in one place {place}" for place, n in places.items() if n > 1]
    scans = [row for row in stores.rows("SCAN") if "area" in row]
    of_row = {row["sk"]: Scan(row["sub"].removeprefix("urn:epipass:"), row["at"], row["direction"]) for row in scans}
    sent = {Scan(one.sub.removeprefix("urn:epipass:"), one.at, one.direction) for one in ledger.scans_sent}
    found.compare(
        "scans", ledger.scans_acked, [row["sk"] for row in scans], [id_ for id_, one in of_row.items() if one in sent]
    )
    _withdrawals(found, stores, crew, passes)
    return found


def _check_ins(found: Found, stores: Stores, crew: Crew) -> None:
    rows, sent = stores.rows("CHECKIN"), keys_of(crew.ledger.visits_sent)
    # Of two instants sent for one identity either may stand; any other instant is nobody's.
    true = [(row["pk"], row["sk"]) for row in rows if row["at"] in sent.get((row["pk"], row["sk"]), ())]
    acked = keys_of(crew.ledger.visits_acked)
    found.compare("check-ins", acked, [(row["pk"], row["sk"]) for row in rows], true)


def _results(found: Found, stores: Stores, crew: Crew) -> None:
    sent = {(line.key, line.revision, line.said) for line in crew.ledger.lines_sent}
    there = {(row["pk"], row["sk"]): (int(row["revision"]), row["result"]) for row in stores.rows("RESULT")}
    newest: dict[tuple[str, str], Line] = {}
    for line in crew.ledger.lines_acked:
        if line.key not in newest or newest[line.key].revision < line.revision:
            newest[line.key] = line
    # A greater revision that was sent and never acknowledged may stand instead.
    stands = [key for key, line in newest.items() if there.get(key, (-1, ""))[0] >= line.revision]
    found.compare(
        "results",
        newest,
        [*stands, *(key for key in there if key not in newest)],
        [key for key, told in there.items() if (key, *told) in sent],
    )
    lake = Counter(Line(pid, lab, tube, int(revision), said) for pid, lab, tube, revision, said in stores.lake())
    # A run folds the lake: of the rows of one key the greatest is kept, the others may go.
    greatest: dict[tuple[str, str], int] = {}
    for line in lake:
        greatest[line.key] = max(line.revision, greatest.get(line.key, 0))
    kept = [key for key, line in newest.items() if greatest.get(key, -1) >= line.revision]
    found.compare("lake's rows", newest, kept, kept)
    found.invented += [f"lake's row {line}" for line in lake if line not in crew.ledger.lines_sent]
    found.invented += [f"lake's row {line} {n} times" for line, n in lake.items() if n > 1]


def _lists(found: Found, stores: Stores, crew: Crew) -> None:
    current = {row["pk"]: row.get("current") for row in stores.rows("UNIT")}
    rows: dict[str, set[str]] = {}
    for row in stores.rows("STAFF"):
        rows.setdefault(row["pk"], set()).add(row["sk"])
    for unit, lists in crew.ledger.lists_sent.items():
        number = crew.ledger.lists_acked.get(unit, 0)
        there = frozenset(rows.get(f"{unit}#{current.get(unit)}", ()))
        # What was acknowledged last stands, or what was sent after it: whole, whichever it is.
        whole = there in (lists[max(number - 1, 0) :] if number else [*lists, frozenset()])
        acked = lists[number - 1] if number else frozenset()
        found.compare(
            "listed people",
            [(unit, pid) for pid in acked],
            [(unit, pid) for pid in there],
            [(unit, pid) for pid in there if whole],
        )


def _was_asked_for(crew: Crew, row: Row) -> bool:
    return Issued(row["pk"], str(row["sk"]).rsplit("#", 1)[1]) in crew.ledger.passes_sent


def _withdrawals(found: Found, stores: Stores, crew: Crew, passes: list[Row]) -> None:
    """Whoever a laboratory called positive has no standing pass, in the table and in the published list; nobody else."""
    ill = {line.pid for line in crew.ledger.lines_acked if line.said == "positive"}
    perhaps = {line.pid for line in crew.ledger.lines_sent if line.said == "positive"}
    there = {(row["pk"], int(row["sk"])) for row in stores.rows("WITHDRAWAL")}
    place = {(row["list"], int(row["index"])): row["pk"] for row in passes}
    wanted = [one for one, pid in place.items() if pid in ill]
    found.compare("withdrawals", wanted, there, [one for one, pid in place.items() if pid in perhaps])
    # A list outlives a killed engine's tables: what it says is true of whoever was called positive, row or no row.
    published = [one for one in place if stores.is_published(*one)]
    found.compare("published bits", wanted, published, [one for one, pid in place.items() if pid in perhaps])


def counted(crew: Crew, until: float) -> tuple[int, int]:
    """Return how many check-ins the counters have and how many rows there are, once they agree or time is over."""
    stores = Stores(crew.stage.service)
    rows = len(stores.rows("CHECKIN"))
    while True:
        counters = stores.rows("COUNTER")
        have = sum(
            int(row["n"])
            for row in counters
            if row["pk"] == f"{AREA[:9]}#all" and row["sk"].startswith(f"{AREA}#checkins#")
        )
        if have == rows or time.monotonic() > until:
            return have, rows
        time.sleep(1)


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, plain),) = value.items()
    return int(plain) if kind == "N" else plain
