"""`epipass seed --people --venues --days`: an invented district of any size in the embedded engine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cli.deployment import running
from infra.local.district import CHINA, USUAL, District, Size

MOST_DAYS = 14  # check-ins are kept no longer


def size_of(asked: dict[str, Any]) -> Size:
    """Read what was asked for: people, venues and what else makes the district."""
    until = date.fromisoformat(asked["until"]) if asked["until"] else datetime.now(CHINA).date()
    named = {name: asked[name] for name in ("people", "venues", "days", "seed", "visits", "area")}
    return Size(until=until, **named)


def generate(size: Size) -> None:
    """Write an invented district into the embedded engine that runs on this machine.

    Raises:
        ClickException: none runs here; rows are written to no other.
    """
    told = running()
    if told is None:
        raise click.ClickException(
            "A generated district goes into the embedded engine of this machine and nowhere else, and none runs: "
            "start it with `epipass run --no-seed`."
        )
    # Imported here: it brings the functions' models, and no other command should wait for them.
    from infra.local import settling  # noqa: PLC0415

    settling.attach(told["environment"])
    started, at = time.monotonic(), int(time.time())
    district = District(size)
    with _bar("venues", len(district.places)) as advance:
        places = settling.settle_venues(district, at, advance)
    with _bar("people and their check-ins", size.people) as advance:
        checkins = settling.settle_people(district, places, at, advance)
    codes = sum(len(one.venue.current_codes) for one in places.values())
    click.echo(
        f"{len(district.places)} venues, {codes} codes, {size.people} people, {checkins} check-ins of {size.days} days "
        f"until {size.until}, in {time.monotonic() - started:.0f} s. Counters follow, some hundred a second.\n"
        f"District {size.area}: sign in at the desk as its officer, or ask "
        f"`epipass token --role officer --scope {size.area}`."
    )


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], object]]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(what, total=total)
        yield lambda n: progress.advance(bar, n)


def size_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that ask for a generated district."""
    options = (
        click.option("--people", type=click.IntRange(1, 1_000_000), help="Generate a district with so many people."),
        click.option("--venues", type=click.IntRange(10, 99_999), help="… and so many venues."),
        click.option(
            "--days", type=click.IntRange(1, MOST_DAYS), default=MOST_DAYS, show_default=True, help="… of check-ins."
        ),
        click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same rows."),
        click.option(
            "--visits",
            type=click.FloatRange(0.01, USUAL),
            default=0.5,
            show_default=True,
            help="Check-ins a person makes a day, on average.",
        ),
        click.option(
            "--area",
            default="990102",
            show_default=True,
            help="Its code: six digits that begin with 99, of no district.",
        ),
        click.option("--until", default="", metavar="DAY", help="The last day, as 2026-11-22; today unless told."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def check(asked: dict[str, Any], url: str) -> None:
    """Refuse what cannot be generated, in one sentence.

    Raises:
        UsageError: one number without the other, an address, an area that may be somebody's, or a day that is none.
    """
    if asked["people"] is None or asked["venues"] is None:
        raise click.UsageError("A generated district needs both --people and --venues.")
    if url:
        raise click.UsageError(
            "A generated district is written into the engine of this machine; --url is for the example."
        )
    if not re.fullmatch(r"99[0-9]{4}", asked["area"]):
        raise click.UsageError("--area has six digits that begin with 99: no district of anybody's.")
    try:
        until = date.fromisoformat(asked["until"]) if asked["until"] else None
    except ValueError:
        raise click.UsageError("--until is a day as 2026-11-22.") from None
    if until and until > datetime.now(CHINA).date():
        raise click.UsageError("--until lies in the future, where nobody has checked in yet.")
