"""`epipass audit-log verify`: every row recomputed, and the whole held to the heads that were signed and published."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from cli import offline, told
from cli.api import URL_VARIABLE, Api, api_for
from credentials import KeySet, Refused
from credentials.auditlog import SHARDS, Broken, Checked, Entry, Heads, oldest_kept, read_heads, verify_chain

DAYS = 31
_ISSUER = "https://pass.example.gov"


@dataclass
class Report:
    """What was checked: each shard, days whose heads were held to, days without any, what does not hold."""

    shards: dict[int, Checked] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return it for other programs."""
        shards = [
            {"shard": shard, "rows": one.rows, "heads": one.held, "last": _place(one.last), "hash": _hash(one.last)}
            for shard, one in self.shards.items()
        ]
        return {"holds": not self.broken, "shards": shards} | {
            name: getattr(self, name) for name in ("days", "missing", "broken")
        }


@click.group(short_help="Check that nobody changed, moved or removed a row of the audit log.")
def audit_log() -> None:
    """The log of what officers, clerks and guards did: never a name, never a number, each row chained to the last."""


@audit_log.command(short_help="Recompute every row, and hold the log to its signed heads.")
@click.option(
    "--days",
    default=DAYS,
    show_default=True,
    type=click.IntRange(1, 1_100),
    help="Published heads: how many days back.",
)
@click.option(
    "--kept",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Heads you kept: they count too, and new ones are added to them.",
)
@click.option("--issuer", default=_ISSUER, envvar="EPIPASS_ISSUER", show_default=True, metavar="URL", help="Whose log.")
@click.option("--url", default="", metavar="URL", help=f"Where the API answers: {URL_VARIABLE}, or the service here.")
@offline.json_option
@click.pass_context
def verify(ctx: click.Context, *, days: int, kept: Path | None, issuer: str, url: str, as_json: bool) -> None:
    """Read the whole log as an auditor (EPIPASS_TOKEN; on this machine none is needed). Exit status 1: it does not hold.

    A row that was changed, moved or taken out breaks its chain. Rows cut off at either end, or a log that was written
    anew from some row on, break against a head that was signed before: one is published each day, and with --kept yours
    count. Of rows older than all these heads nothing says whether they left before their three years were over.
    """
    api, report, at = api_for("auditor", "", url), Report(), int(time.time())
    signed = list(_signed(_texts(api, days, at, kept, report), _keys(api), issuer, report))
    for shard in range(SHARDS):
        heads = [head for one in signed for head in one.heads if head.shard == shard]
        try:
            report.shards[shard] = verify_chain(_rows(api, shard, quiet=as_json), heads, oldest_kept(signed, shard, at))
        except Broken as broken:
            report.broken.append(str(broken))
    told.print_json(report.document()) if as_json else click.echo("\n".join(_told(report)))
    if report.broken:
        ctx.exit(1)


def _rows(api: Api, shard: int, *, quiet: bool) -> Iterator[Entry]:
    """Yield a shard's rows, page by page, telling how far it is."""
    following: str | None = ""
    with Console(stderr=True, quiet=quiet).status(f"shard {shard}") as status:
        count = 0
        while following is not None:
            page = api.json("GET", f"/audit?shard={shard}" + (f"&next={following}" if following else ""))
            for row in page["entries"]:
                yield Entry(**row)
            count, following = count + len(page["entries"]), page["next"]
            status.update(f"shard {shard}: {count:,} rows")


def _texts(api: Api, days: int, at: int, kept: Path | None, report: Report) -> Iterator[tuple[str, bytes]]:
    """Yield each day's heads as published, and those the auditor kept; what is not kept yet is: never over one that is."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    today = datetime.fromtimestamp(at, UTC).date()
    for back in range(days):
        day = (today - timedelta(days=back)).isoformat()
        token = api.published(f"/.well-known/audit/{day}.jwt")
        if token is None:
            report.missing.append(day)
            continue
        report.days.append(day)
        if kept is not None and not (path := kept / f"{day}.jwt").exists():
            path.write_bytes(token)
        yield day, token
    if kept is not None:
        yield from ((path.stem, path.read_bytes()) for path in sorted(kept.glob("*.jwt")))


def _signed(texts: Iterable[tuple[str, bytes]], keys: KeySet, issuer: str, report: Report) -> Iterator[Heads]:
    for day, token in texts:
        try:
            found = read_heads(token.decode("ascii", "replace").strip(), keys, issuer)
        except Refused as refused:
            report.broken.append(f"heads of {day}: {refused}")
            continue
        if datetime.fromtimestamp(found.iat, UTC).date().isoformat() == day:
            yield found
        else:
            report.broken.append(f"heads of {day}: they were signed on another day")


def _keys(api: Api) -> KeySet:
    found = api.published("/.well-known/jwks.json")
    if found is None:
        raise click.ClickException("No keys are published there.")
    return KeySet.from_jwks(json.loads(found))


def _told(report: Report) -> Iterator[str]:
    for shard, one in report.shards.items():
        yield f"shard {shard}: {one.rows:,} rows to {_place(one.last)}, held to {one.held} heads; last {_hash(one.last) or '-'}"
    yield f"heads of {len(report.days)} days" + (f"; none of {len(report.missing)} days" if report.missing else "")
    yield from (f"✗ {what}" for what in report.broken)
    yield _sum(report)


def _sum(report: Report) -> str:
    if report.broken:
        return "The log does not hold."
    if any(one.held for one in report.shards.values()):
        return "✓ Nobody changed, moved or removed a row."
    return "✓ Each chain is whole. No head was signed yet, so nothing says whether its newest rows are all there."


def _place(entry: Entry | None) -> int:
    return entry.sequence if entry else 0


def _hash(entry: Entry | None) -> str:
    return entry.hash if entry else ""
