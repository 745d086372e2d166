"""What the tables hold of check-ins, read past the service; and what counters must be by those rows, counted one by one."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from infra.local import Service

TABLES: Final = ("CHECKIN", "COUNTER", "LAST_SEEN")
SLOT_S, HOUR_S, DAY_S, CHINA_S = 600, 3_600, 86_400, 8 * 3_600
LEVELS: Final = (2, 4, 6, 9, 12)  # digits: province, city, district, subdistrict, community
Row = tuple[str, str, str]  # table, pk, sk
Place = tuple[str, str]  # a counter's pk, and its sk without the shard
_Item = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """Rows of the three tables.

    Attributes:
        rows: by key, all of each row as JSON.
        below: where others use the tables too, the subdistrict whose rows these are.
    """

    rows: Mapping[Row, str]
    below: str = ""

    @classmethod
    def of(cls, service: Service, venues: Container[str], below: str = "") -> Kept:
        """Read all rows, or of others' tables those of these venues and the subdistrict in which they lie."""
        pages = service.client("dynamodb").get_paginator("scan")
        rows = {
            (table, item["pk"]["S"], item.get("sk", {}).get("S", "")): json.dumps(item, sort_keys=True)
            for table in TABLES
            for page in pages.paginate(TableName=service.environment[f"TABLE_{table}"], ConsistentRead=True)
            for item in page["Items"]
            if not below or _is_own(table, item, venues, below)
        }
        return cls(rows, below)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return sum(one[0] == table for one in self.rows)

    def differ(self, other: Kept) -> list[Row]:
        """Return the keys of rows that are not the same in both, byte for byte."""
        keys = {*self.rows, *other.rows}
        return sorted(key for key in keys if self.rows.get(key) != other.rows.get(key))

    def sums(self, shard: str) -> dict[Place, tuple[int, str]]:
        """Return sum and last sequence of each of a shard's counters that check-ins move."""
        found = {}
        for item in self._items("COUNTER"):
            pk, (place, _, of) = item["pk"]["S"], item["sk"]["S"].rpartition("#")
            moved = pk.startswith("in#") or place.endswith(("#checkins", "#groups", "#companions"))
            if of == shard and moved:
                found[pk, place] = int(item["n"]["N"]), item["last"]["S"]
        return found

    def is_counted(self, shard: str) -> bool:
        """Tell whether a shard's counters and the last hours are what the check-ins' rows come to."""
        due, hours = Counter[Place](), dict[str, int]()
        for item in self._items("CHECKIN"):
            due.update(self._due(item))
            at, venue = int(item["at"]["N"]), item["venue"]["S"]
            for place in (venue, f"{venue}#{item['entrance']['S']}"):
                hours[place] = max(hours.get(place, 0), at // HOUR_S)
        seen = {item["pk"]["S"]: int(item["hour"]["N"]) for item in self._items("LAST_SEEN")}
        return seen == hours and {place: n for place, (n, _) in self.sums(shard).items()} == dict(due)

    def _items(self, table: str) -> Iterator[_Item]:
        return (json.loads(text) for (of, _, _), text in self.rows.items() if of == table)

    def _due(self, item: _Item) -> Counter[Place]:
        """Return what one check-in adds to which counter, as whoever reads its row would count it."""
        due, area, party = Counter[Place](), item["area"]["S"], int(item.get("party", {}).get("N", 1))
        day = time.strftime("%Y-%m-%d", time.gmtime(int(item["at"]["N"]) + CHINA_S))
        counts = {"checkins": 1, "groups": int(party > 1), "companions": party - 1}
        for above, own in pairwise((0, *LEVELS)):
            if own >= len(self.below):
                places = {
                    (f"{area[:above]}#{of}", f"{area[:own]}#{name}"): name for of in (day, "all") for name in counts
                }
                due.update({place: counts[name] for place, name in places.items() if counts[name]})
        for move in json.loads(item.get("moves", {}).get("S", "[]")):
            inside = f"in#{move['venue']}"
            if move.get("came"):
                due[inside, str(int(item["at"]["N"]) // SLOT_S)] += move["came"]
            if move.get("before") is not None:
                due[inside, str(move["before"])] -= move["gone"]
        return due


def _is_own(table: str, item: _Item, venues: Container[str], below: str) -> bool:
    if table == "CHECKIN":
        return item["venue"]["S"] in venues
    pk, sk = item["pk"]["S"], item.get("sk", {}).get("S", "")
    if table == "LAST_SEEN":
        return pk.partition("#")[0] in venues
    return pk.removeprefix("in#") in venues or sk.startswith(below)
