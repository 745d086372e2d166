"""The matching run over HTTP: start it, list the newest, read a report, decide about a held unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.audit import service as audit
from functions.matching import machine, run_rules, runs
from functions.matching.report_file import MOST_IN_FILE, XLSX, workbook
from functions.matching.run_model import RunRow
from functions.matching.run_rules import Hold, Plan, Tally
from functions.matching.shapes import (
    MOST_UNITS,
    DecisionIn,
    HoldOut,
    Place,
    RunHead,
    RunIn,
    RunOut,
    RunsOut,
    RunStarted,
    area_tallies,
    unit_tallies,
)
from functions.shared.clock import DAY_S, parse_instant, rfc3339
from functions.shared.fields import Fields
from functions.shared.http import Answer, Request, Routes
from functions.shared.labels import DISTRICT, below, is_area
from functions.shared.problems import Conflict, FieldError, Forbidden, Malformed, NotFound, Rejected
from functions.units import service as units

routes = Routes("matching")

_NEWEST = 30
_OVER = frozenset({"done", "held", "failed"})
_FIELDS = Fields("run")


@routes.post(
    "/matching/runs", roles={"officer"}, body=RunIn, answer=RunStarted, status=202, summary="Start a matching run"
)
def post_run(request: Request) -> RunStarted:
    """Start the run of a cut-off; the same cut-off twice is one run."""
    given: RunIn = request.body
    _district_up(request)
    area = given.area or request.caller.scope
    request.caller.require_area(area)
    if not is_area(area):
        raise Malformed("An area is a division code.", errors=(FieldError("/area", "area", "2 to 12 digits"),))
    cutoff = _cutoff(given.cutoff, request.at)
    audit.record(request.caller.actor, "run.start", case=f"{area}@{cutoff}", at=request.at)
    return RunStarted(machine.start(cutoff, area, request.at), rfc3339(cutoff))


@routes.get("/matching/runs", roles={"officer", "auditor"}, answer=RunsOut, summary="The newest matching runs")
def get_runs(request: Request) -> RunsOut:
    """List the newest 30 runs that decided about anybody in the officer's area; auditors see every area's."""
    officer = request.caller.role == "officer"
    if officer:
        _district_up(request)
    newest = runs.newest(request.caller.scope if officer else "", _NEWEST, request.at)
    waiting = {run.run: _waiting(run, request) for run in newest}
    outside = officer and any(waiting[run.run] and not request.caller.covers(run.area) for run in newest)
    mine = _places(request) if outside else {}
    return RunsOut(
        [
            RunHead(
                run=run.run,
                state=run.state,
                cutoff=rfc3339(run.cutoff),
                held_units=len(waiting[run.run] if not outside else waiting[run.run] & mine.keys()),
                started_at=rfc3339(run.started_at),
            )
            for run in newest
        ]
    )


@routes.get("/matching/runs/{run}", roles={"officer", "auditor"}, answer=RunOut, summary="Read a matching run's report")
def get_run(request: Request, run: str) -> RunOut:
    """Return a run's state and counts: all of it to auditors, one's own units to officers."""
    return _report(request, run).out()


@routes.get(
    "/matching/runs/{run}/report.xlsx",
    roles={"officer"},
    answer=bytes,
    summary="A matching run's report as a workbook: every unit and area",
)
def get_run_file(request: Request, run: str) -> Answer:
    """Return a run's report as a file, once it is over: every unit of the officer's area, in counts."""
    report = _report(request, run)
    if report.row.state not in _OVER:
        raise Conflict("The run goes on; ask again when it is over.", code="running")
    name = {"Content-Disposition": f'attachment; filename="run-{run[:12]}.xlsx"'}
    return Answer(workbook(report.out(most=MOST_IN_FILE)), content_type=XLSX, headers=name)


@routes.post(
    "/matching/runs/{run}/units/{unit}/decision",
    roles={"officer"},
    body=DecisionIn,
    answer=HoldOut,
    summary="Release or cancel a held unit",
)
def post_decision(request: Request, run: str, unit: str) -> Answer:
    """Decide about a held unit; the first decision stands, and the same one again is harmless."""
    given: DecisionIn = request.body
    _district_up(request)
    request.caller.require_area(units.must(unit).area)
    hold = runs.holds_of(run, request.at).get(unit)
    if hold is None:
        raise NotFound("This unit is not held in this run.", code="no-hold")
    if not given.reason.strip():
        raise Rejected("Say why.", errors=(FieldError("/reason", "reason", "not empty"),))
    if not hold.waits and hold.decision != given.decision:
        raise Conflict("Somebody decided otherwise.", code="decided")
    audit.record(request.caller.actor, f"hold.{given.decision}", case=f"{run}:{unit}", count=hold.losing, at=request.at)
    reason = _FIELDS.encrypt(f"{run}#{unit}", "reason", given.reason)
    runs.decide_hold(run, unit, given.decision, actor=request.caller.actor, reason=reason, at=request.at)
    decided = runs.holds_of(run, request.at)[unit]
    if decided.released:
        machine.release(run, request.at)
    else:
        runs.settle_state(run, request.at)
    return Answer(HoldOut(unit, decided.people, decided.losing, decided.decision), status=200)


@dataclass(frozen=True)
class _Report:
    """A run as far as the caller may see it, before it is shaped."""

    request: Request
    row: RunRow
    plan: Plan
    tallies: Mapping[str, Tally]
    holds: Mapping[str, Hold]
    places: Mapping[str, Place]

    def out(self, most: int = MOST_UNITS) -> RunOut:
        """Shape it, with at most so many units."""
        run, at = self.row.run, self.request.at
        told = run_rules.report(self.tallies, self.holds)
        # A page asks again and again while a run goes on: whose counts are which is told once it is over.
        places = self.places if self.row.state in _OVER else {}
        by_unit, left_off = unit_tallies(self.tallies, self.holds, places, most)
        return RunOut(
            run=run,
            state=self.row.state or "received",
            cutoff=rfc3339(self.plan.cutoff),
            policy=self.plan.policy,
            parts_total=self.plan.groups,
            parts_done=runs.parts_done(run),
            entitled=told.entitled,
            renewed=told.renewed,
            kept=told.kept,
            withdrawn=told.withdrawn,
            refused=told.refused,
            held_units=[unit for unit, hold in self.holds.items() if hold.waits],
            holds=[HoldOut(hold.unit, hold.people, hold.losing, hold.decision) for hold in self.holds.values()],
            units=by_unit,
            units_left_off=left_off,
            areas=area_tallies(self.tallies, self.holds, places, below(self.request.caller.scope)),
            missed=told.missed,
            stages=runs.stages_of(run, at),
        )


def _report(request: Request, run: str) -> _Report:
    officer = request.caller.role == "officer"
    if officer:
        _district_up(request)
    row = runs.head(run, request.at)
    if row is None:
        raise NotFound("There is no such run.", code="no-run")
    plan = runs.plan(row)
    tallies, holds = runs.tallies_of(run, request.at), runs.holds_of(run, request.at)
    sees_all = _sees_all(request, plan)
    places = _places(request, plan.area) if officer and (row.state in _OVER or not sees_all) else {}
    if not sees_all:
        tallies = {unit: counts for unit, counts in tallies.items() if unit in places}
        holds = {unit: hold for unit, hold in holds.items() if unit in places}
    return _Report(request, row, plan, tallies, holds, places)


def _places(request: Request, area: str = "") -> Mapping[str, Place]:
    """The units of the officer's area, or of a narrower one, each with its name and place."""
    inside = area if area and request.caller.covers(area) else request.caller.scope
    return {unit.unit: Place(unit.name, unit.area) for unit in units.in_area(inside)}


def _waiting(run: runs.Listed, request: Request) -> set[str]:
    # Nothing waits in a run that is done or has not begun: most of a list costs no further read.
    if run.state in {"done", "received"}:
        return set()
    return {unit for unit, hold in runs.holds_of(run.run, request.at).items() if hold.waits}


def _sees_all(request: Request, plan: Plan) -> bool:
    return request.caller.role == "auditor" or (bool(plan.area) and request.caller.covers(plan.area))


def _district_up(request: Request) -> None:
    if len(request.caller.scope) > DISTRICT:
        raise Forbidden("Runs are a district's and above.", code="scope")


def _cutoff(text: str, at: int) -> int:
    if not text:
        return at
    try:
        cutoff = parse_instant(text)
    except ValueError:
        raise Malformed("This is no instant.", errors=(FieldError("/cutoff", "instant", "RFC 3339"),)) from None
    if not at - DAY_S <= cutoff <= at:
        raise Rejected("A cut-off lies in the last 24 hours.", errors=(FieldError("/cutoff", "cutoff", "too far"),))
    return cutoff
