"""The run's own fold and join over a city's files, group after group in one process, as the run does it locally."""

from __future__ import annotations

from pathlib import Path

from bench.answer import Answer, Clock, answer
from bench.folder_bucket import bucket
from bench.generate import City
from bench.inputs import FOLDED, note, noted
from functions.lake import files, folding, sql
from functions.matching import joining, run_groups
from functions.matching.policy import DEFAULT
from functions.matching.run_files import Folded, Sources
from functions.matching.run_rules import Plan


def run(city: City, folder: Path, *, folded: bool) -> Answer:
    """Fold, unless that was done, and join a city."""
    clock = Clock()
    with bucket(folder):
        if not folded:
            fold(city, folder, clock)
        return decide(city, noted(folder), clock)


def fold(city: City, folder: Path, clock: Clock) -> None:
    """Fold every group, and note what the run would have noted of it."""
    plan, source = plan_of(city), Sources(city.units, city.lake)
    made: list[Folded] = []
    for group in range(plan.groups):
        with clock.of("fold"), sql.engine(run_groups.MEMORY_MB) as (connection, scratch):
            one = folding.fold(
                connection, scratch, source.lake, source.units, plan.parts(group), prefix=FOLDED, at=city.cutoff
            )
        made.append(Folded(one, city.standing[group] if city.standing else _nothing(folder)))
    note(folder, made)


def decide(city: City, folded: list[Folded], clock: Clock) -> Answer:
    """Join every group and count what it says."""
    plan = plan_of(city)
    found: list[tuple[str, int, int, int]] = []
    for group in range(plan.groups):
        with clock.of("join"), sql.engine(run_groups.MEMORY_MB) as (connection, scratch):
            files.load(connection, scratch, "units", files.UNITS, city.units)
            run_groups._relations(connection, scratch, folded, plan, group)  # noqa: SLF001 - the run's own
            joining.join(connection, DEFAULT, plan.cutoff)
            joining.counts(connection)
            found += connection.execute(
                "SELECT cause, count(*), sum(expires_at)::BIGINT, count(*) FILTER (WHERE changed) FROM decided GROUP BY cause"
            ).fetchall()
    return answer(found, clock)


def plan_of(city: City) -> Plan:
    """Return the plan of a run over a city."""
    return Plan(city.cutoff, "", DEFAULT.version, city.groups, "")


def _nothing(folder: Path) -> str:
    """Return the file of a city about which nothing was decided before."""
    key = "standing/none.parquet"
    if not (folder / key).exists():
        with sql.engine(100) as (connection, _):
            files.save(connection, f"SELECT * FROM {files.opened([], files.STANDING)}", folder / key)
    return key
