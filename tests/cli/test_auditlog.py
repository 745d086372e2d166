"""`epipass audit-log verify`: a removed, changed or reordered row is found, and so is a log that was written anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import epipass
from credentials.auditlog import Entry, row_hash
from functions.audit import heads, service
from functions.audit.model import AuditRow, row_of, sequence_key
from functions.shared import clock
from functions.shared.objects import public
from infra.local import Service
from infra.local.embedded import call
from tests.conftest import Http

ACTOR = "officer:990101"


@pytest.fixture
def acts(engine: Service, http: Http, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Three acts of one officer, of whose shard today's heads are published, and one more since."""
    assert http.url
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.root))
    monkeypatch.delenv("EPIPASS_API_URL", raising=False)
    at = clock.now()
    made = [service.record(ACTOR, "unit.register", case=f"U-{n}", at=at) for n in range(3)]
    public.delete(heads.key_of(today()))
    assert heads.publish(at)
    return [*made, service.record(ACTOR, "unit.register", case="U-9", at=at)]


def today() -> str:
    """The day of UTC, by which heads are named."""
    return clock.rfc3339(clock.now())[:10]


def verify(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(epipass, ["audit-log", "verify", *options])


@contextmanager
def stored(entry: Entry, instead: Entry | None) -> Iterator[None]:
    """Put another row in a row's place, or none, and put the first one back."""
    row = AuditRow.get(str(entry.shard), sequence_key(entry.sequence), consistent_read=True)
    row.delete()
    if instead:
        row_of(instead, int(row.ttl)).save()
    try:
        yield
    finally:
        row.save()


def test_a_sound_log_holds_and_says_to_what(acts: list[Entry], engine: Service) -> None:
    """Every shard to its last row, and the day's heads; a head that is published stands, whoever publishes again."""
    ran = verify("--days", "2", "--json")
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    shard = found["shards"][acts[0].shard]
    assert (shard["last"], shard["hash"], shard["heads"]) == (acts[-1].sequence, acts[-1].hash, 1)
    assert (found["holds"], found["days"], len(found["missing"])) == (True, [today()], 1)
    before = public.get(heads.key_of(today()))
    assert call(engine, "AuditHeadsFunction") == {"new": False}
    assert public.get(heads.key_of(today())) == before
    assert "Nobody changed, moved or removed a row" in verify("--days", "1").output


@pytest.mark.parametrize(("place", "law"), [(0, "altered"), (1, "gap"), (2, "cut")])
def test_a_row_that_was_touched_is_named(acts: list[Entry], place: int, law: str) -> None:
    """Changed, taken out of the middle, or cut off at the end behind a signed head: exit status 1 and where."""
    touched = acts[place]
    if law == "cut":
        with stored(acts[3], None), stored(touched, None):
            ran = verify("--days", "1")
    else:
        with stored(touched, replace(touched, count=7) if law == "altered" else None):
            ran = verify("--days", "1")
    assert ran.exit_code == 1
    at = touched.sequence + (law == "gap")
    assert f"shard {touched.shard}, row {at}: {law}" in ran.output
    assert verify("--days", "1").exit_code == 0


@pytest.mark.parametrize("law", ["altered", "link"])
def test_two_rows_that_changed_places_are_named(acts: list[Entry], law: str) -> None:
    """Each stands where the other was, as it is or with its hash made anew for its place: exit status 1 and where."""
    first, second = acts[0], acts[1]
    moved = replace(second, sequence=first.sequence), replace(first, sequence=second.sequence)
    if law == "link":
        moved = rehashed(moved[0]), rehashed(moved[1])
    with stored(first, moved[0]), stored(second, moved[1]):
        ran = verify("--days", "1")
    assert ran.exit_code == 1
    assert f"shard {first.shard}, row {first.sequence}: {law}" in ran.output
    assert verify("--days", "1").exit_code == 0


def test_old_rows_cannot_be_taken_away_before_their_time(acts: list[Entry]) -> None:
    """Everything up to a row that came after today's head is gone, as if three years were over: exit status 1 and where."""
    newest = service.record(ACTOR, "unit.register", case="U-10", at=clock.now())
    gone = list(service.entries(newest.shard, at=clock.now()))[:-1]
    assert gone[-1] == acts[3]
    with ExitStack() as away:
        for one in gone:
            away.enter_context(stored(one, None))
        ran = verify("--days", "1")
    assert ran.exit_code == 1
    assert f"shard {newest.shard}, row {acts[3].sequence}: cut" in ran.output
    assert verify("--days", "1").exit_code == 0


def test_a_log_that_was_written_anew_breaks_against_a_kept_head(acts: list[Entry], tmp_path: Path) -> None:
    """A whole chain with right hashes from some row on, and its published heads taken away: the auditor's copy tells."""
    assert verify("--days", "1", "--kept", str(tmp_path)).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{today()}.jwt"]
    public.delete(heads.key_of(today()))
    second, third, last = acts[1:]
    forged = [rehashed(replace(second, case="U-8"))]
    forged += [rehashed(replace(third, previous=forged[0].hash))]
    forged += [rehashed(replace(last, previous=forged[1].hash))]
    with stored(second, forged[0]), stored(third, forged[1]), stored(last, forged[2]):
        assert verify("--days", "1").exit_code == 0
        ran = verify("--days", "1", "--kept", str(tmp_path))
    assert ran.exit_code == 1
    assert f"row {third.sequence}: rewritten" in ran.output


def test_heads_that_are_none_are_said_to_be(acts: list[Entry], tmp_path: Path) -> None:
    """A copy of another day, or of nobody: what cannot be held to is no reason for trust."""
    assert acts
    kept = public.get(heads.key_of(today())) or b""
    (tmp_path / "2026-01-05.jwt").write_bytes(kept)
    (tmp_path / "2026-01-06.jwt").write_bytes(kept[:-4] + b"AAAA")
    ran = verify("--days", "1", "--kept", str(tmp_path))
    assert ran.exit_code == 1
    assert "heads of 2026-01-05: they were signed on another day" in ran.output
    assert "heads of 2026-01-06" in ran.output


def rehashed(entry: Entry) -> Entry:
    """A row as whoever may write the table would forge it."""
    return replace(entry, hash=row_hash(entry))
