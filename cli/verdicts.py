"""`epipass audit-verdicts`: every stored refusal and withdrawal decided again from the facts, on the auditor's machine."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

import click
import msgspec
from rich.console import Console

from cli import offline, told
from cli.api import URL_VARIABLE, Api, api_for
from credentials import KeySet, Refused, StatusLists
from functions.oversight import rules
from functions.oversight.rules import Finding
from functions.oversight.shapes import StoredVerdictOut, WithdrawalOut

EMPTY = 20  # parts of a sample with nothing in them, before larger ones are taken
PARTS = 1_000_000  # a sample's parts: the most that a table can be read in, so that nobody foresees which rows
SHOWN = 50
WAIT_S = 90
_ISSUER = "https://pass.example.gov"


@dataclass
class Report:
    """What was looked at, what does not hold, and what nothing kept can tell."""

    whole: bool = True
    verdicts: int = 0
    refusals: int = 0
    withdrawals: int = 0
    lists: int = 0
    cannot_tell: int = 0
    findings: set[Finding] = field(default_factory=set)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def document(self) -> dict[str, Any]:
        """Return it for other programs."""
        counts = {name: getattr(self, name) for name in ("verdicts", "refusals", "withdrawals", "lists", "cannot_tell")}
        found = [asdict(one) for one in sorted(self.findings)]
        return {"holds": not self.findings, "whole": self.whole, **counts, "findings": found}


@dataclass(frozen=True)
class Look:
    """One page or list that was looked at: how to look at it again, and what was wrong the first time."""

    again: Callable[[], Iterable[Finding]]
    findings: frozenset[Finding]


@click.command(short_help="Decide stored refusals and withdrawals again; name those that nothing gives.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Some N verdicts drawn at random; all without it.")
@click.option("--unit", default="", metavar="UNIT", help="One unit's verdicts, where its people complain.")
@click.option("--parts", default=1, show_default=True, type=click.IntRange(1, PARTS), help="Pieces to read it all in.")
@click.option(
    "--wait",
    "wait_s",
    default=WAIT_S,
    show_default=True,
    type=click.IntRange(0, 600),
    help="Seconds before what was wrong is looked at again: what had just changed is settled by then.",
)
@click.option(
    "--issuer", default=_ISSUER, envvar="EPIPASS_ISSUER", show_default=True, metavar="URL", help="Whose lists."
)
@click.option("--url", default="", metavar="URL", help=f"Where the API answers: {URL_VARIABLE}, or the service here.")
@offline.json_option
@click.pass_context
def audit_verdicts(
    ctx: click.Context,
    *,
    sample: int | None,
    unit: str,
    parts: int,
    wait_s: int,
    issuer: str,
    url: str,
    as_json: bool,
) -> None:
    """Read verdicts and withdrawals as an auditor (EPIPASS_TOKEN; on this machine none is needed). Exit status 1: one does not hold.

    Each verdict is decided anew with the published rules from the results, the listing and the approval that are kept.
    Each published list is held to the withdrawals behind it, and each withdrawal to a verdict. Reading is itself noted
    in the audit log, page by page.
    """
    if sum((bool(unit), sample is not None, parts > 1)) > 1:
        raise click.UsageError("--unit, --sample and --parts: one of them")
    api, report, began = api_for("auditor", "", url), Report(whole=sample is None and not unit), int(time.time())
    places = (f"unit={unit}",) if unit else (f"part={part}&of={parts}" for part in range(parts))
    waiting: deque[tuple[float, Look]] = deque()
    with Console(stderr=True, quiet=as_json).status("verdicts") as status:
        verdicts = _drawn(api, report, sample) if sample else _every(api, report, places)
        for look in chain(verdicts, _lists(api, report, issuer, began)):
            if look.findings:
                waiting.append((time.monotonic() + wait_s, look))
            # Within minutes: a page's link is good for fifteen, and reading all may take hours.
            while waiting and waiting[0][0] <= time.monotonic():
                _confirm(waiting.popleft()[1], report)
            status.update(f"{report.verdicts:,} verdicts, {report.lists:,} lists, {len(report.findings):,} findings")
        for due, look in waiting:
            status.update("what was wrong is looked at again")
            time.sleep(max(0, due - time.monotonic()))
            _confirm(look, report)
    told.print_json(report.document()) if as_json else click.echo("\n".join(_told(report)))
    if report.findings:
        ctx.exit(1)


def _confirm(look: Look, report: Report) -> None:
    report.findings |= look.findings & frozenset(look.again())


def _every(api: Api, report: Report, places: Iterable[str]) -> Iterator[Look]:
    """Look at every page of some pieces of the table."""
    for place in places:
        following: str | None = ""
        while following is not None:
            path = f"/audit/verdicts?{place}" + (f"&next={following}" if following else "")
            found, following = _page(api, path)
            yield _look_at(api, path, found, report)


def _drawn(api: Api, report: Report, sample: int) -> Iterator[Look]:
    """Look at pieces drawn at random until so many verdicts were seen, or the table has no more.

    Of a small table most of a million pieces are empty: larger ones are drawn then.
    """
    of, empty, draw = PARTS, 0, random.SystemRandom()
    while report.verdicts < sample:
        before = report.verdicts
        for look in _every(api, report, [f"part={draw.randrange(of)}&of={of}"]):
            yield look
            if report.verdicts >= sample:
                return
        empty = 0 if report.verdicts > before else empty + 1
        if of == 1:
            return
        if empty == EMPTY:
            of, empty = of // 1_000, 0


def _page(api: Api, path: str) -> tuple[list[StoredVerdictOut], str | None]:
    page = api.json("GET", path)
    return msgspec.convert(page["verdicts"], list[StoredVerdictOut]), page["next"]


def _look_at(api: Api, path: str, found: list[StoredVerdictOut], report: Report) -> Look:
    report.verdicts += len(found)
    report.refusals += sum(one.verdict != "eligible" for one in found)
    report.cannot_tell += sum(map(rules.cannot_tell, found))
    report.seen |= {(one.list, one.index) for known in found for one in known.passes}
    return Look(lambda: _wrong(_page(api, path)[0]), frozenset(_wrong(found)))


def _wrong(found: Iterable[StoredVerdictOut]) -> Iterator[Finding]:
    at = int(time.time())
    for known in found:
        yield from rules.of_verdict(known, at)


def _lists(api: Api, report: Report, issuer: str, began: int) -> Iterator[Look]:
    """Hold every published list to its withdrawals, and these to the verdicts that were looked at, if that was all."""
    keys = KeySet.from_jwks(json.loads(_published(api, "/.well-known/jwks.json")))
    index = api.published("/status/index.json")  # absent before the first pass is signed
    for name in json.loads(index)["lists"] if index else ():

        def again(name: str = name) -> tuple[list[WithdrawalOut], frozenset[Finding]]:
            bits, signed_at, wrong = _bits(api, name, keys, issuer)
            rows = list(_withdrawals(api, name))
            found = frozenset(wrong) | frozenset(rules.of_list(name, rows, bits, signed_at) if not wrong else ())
            known = (one for one in rows if one.withdrawn_at < began)
            return rows, found | frozenset(rules.without_pass(known, report.seen) if report.whole else ())

        rows, findings = again()
        report.lists += 1
        report.withdrawals += len(rows)
        yield Look(lambda again=again: again()[1], findings)  # type: ignore[misc]  # bound now: the loop goes on


def _bits(api: Api, name: str, keys: KeySet, issuer: str) -> tuple[set[int], int, list[Finding]]:
    """The places that a published list shows as withdrawn and when it was signed, or what is wrong with it."""
    lists, url, now = StatusLists(keys, issuer), f"{issuer}/status/{name}", int(time.time())
    token = api.published(f"/status/{name}")
    if token is None:
        return set(), 0, [Finding("list-not-published", list=name)]
    try:
        held = lists.add(token.decode("ascii", "replace").strip(), now)
    except Refused as refused:
        return set(), 0, [Finding("list-not-genuine", list=name, says=str(refused))]
    if held != url:
        return set(), 0, [Finding("list-not-genuine", list=name, says="another list's")]
    return lists.withdrawn(url), now - (lists.age_s(url, now) or 0), []


def _withdrawals(api: Api, name: str) -> Iterator[WithdrawalOut]:
    following: str | None = ""
    while following is not None:
        page = api.json("GET", f"/audit/withdrawals?list={name}" + (f"&next={following}" if following else ""))
        yield from msgspec.convert(page["withdrawals"], list[WithdrawalOut])
        following = page["next"]


def _published(api: Api, path: str) -> bytes:
    found = api.published(path)
    if found is None:
        raise click.ClickException(f"{path} is not published there.")
    return found


def _told(report: Report) -> Iterator[str]:
    yield f"{report.verdicts:,} verdicts ({report.refusals:,} refusals), {report.lists:,} lists, {report.withdrawals:,} withdrawals"
    for code, count in sorted(Counter(one.code for one in report.findings).items()):
        yield f"✗ {code}: {count:,}"
    for one in sorted(report.findings)[:SHOWN]:
        place = f" {one.list}#{one.index}" if one.list else ""
        yield f"  {one.code} {one.unit} {one.pid}{place}" + (f" (the facts say {one.says})" if one.says else "")
    if len(report.findings) > SHOWN:
        yield f"  … and {len(report.findings) - SHOWN:,} more: ask with --json"
    if report.cannot_tell:
        yield f"{report.cannot_tell:,} withdrawals rest on a list or an approval of which only today's state is kept."
    if not report.whole:
        yield "Not all were read: whether each withdrawal has a verdict is only told then."
    yield "Not all of it holds." if report.findings else "✓ Each refusal and withdrawal is what the facts give."
