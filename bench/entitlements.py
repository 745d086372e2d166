"""A million entitlements decided, in one process, and some thousand of them applied through the embedded engine.

Deciding is what a run does about whoever changes: the join, `decide` of each from their rows, packing for the bucket.
Beside it in the same run: `decide` alone over the same facts. Applying is a run's own step; beside it the engine's own
conditional puts of the same rows by boto3, in turn. `python -m bench.entitlements [--people 1000000] [--apply 20000]`
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import by_epipass, generate, joins
from bench.answer import Clock
from bench.folder_bucket import bucket
from bench.inputs import noted
from functions.lake import files, sql
from functions.matching import joining, run_groups
from functions.matching.policy import DEFAULT
from functions.matching.rules import Facts, decide
from functions.matching.run_files import Sources, keep_decisions
from functions.matching.run_rules import Decided
from functions.results.rules import Result
from functions.shared.batches import batches
from infra.local import embedded

PEOPLE, APPLIED, AT_ONCE = 1_000_000, 20_000, 2_500
PEER_ROUNDS = 20  # of a million in every round the peer's own puts would take as long again
_SAMPLE = 50_000


def decided(city: generate.City, folder: Path, most: int) -> list[Decided]:
    """Fold and decide a city of whom nothing was decided before; print what each stage took, and return some of it."""
    clock, count, missed, kept = Clock(), 0, 0, list[Decided]()
    plan, source = by_epipass.plan_of(city), Sources(city.units, city.lake)
    with bucket(folder):
        by_epipass.fold(city, folder, clock)
        folded = noted(folder)
        for group in range(plan.groups):
            with sql.engine(run_groups.MEMORY_MB) as (connection, scratch):
                with clock.of("join"):
                    files.load(connection, scratch, "units", files.UNITS, city.units)
                    run_groups._relations(connection, scratch, folded, plan, group)  # noqa: SLF001 - the run's own
                    joining.join(connection, DEFAULT, plan.cutoff)
                with clock.of("decide, pack"):
                    found = run_groups._changed(connection, source, DEFAULT, plan, "bench")  # noqa: SLF001 - the same
                    for number, chunk in enumerate(batches(found, run_groups.CHUNK)):
                        keep_decisions("bench", group, "bench", number, [one for one, _ in chunk])
                        count, missed = count + len(chunk), missed + sum(late for _, late in chunk)
                        kept += [one for one, _ in chunk[: most - len(kept)]]
                    del found
                if group == 0:
                    alone = _alone(connection, city)
    took, peak = clock.stages["decide, pack"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"\n{count:,} decided, {missed:,} of them entitled that nobody had decided about; peak {peak} MB, one process"
    )
    print(", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in clock.stages.items()))
    print(f"decide and pack: {count / took:,.0f}/s; decide alone, the facts at hand: {alone:,.0f}/s")
    return kept


def _alone(connection: Any, city: generate.City) -> float:
    """Return how many decisions a second `decide` makes of the first group's people, whose facts are ready."""
    rows = connection.execute(
        f"SELECT pid, lab, tube, revision, pool_size, sampled_at, reported_at, result, site FROM results ORDER BY pid LIMIT {_SAMPLE * 5}"
    ).fetchall()
    by_person: dict[str, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row[0], []).append(Result(*row))
    facts = [Facts(joining.history(some), listed=True, approval=None) for some in by_person.values()]
    began = time.perf_counter()
    for one in facts:
        decide(one, DEFAULT, city.cutoff)
    return len(facts) / (time.perf_counter() - began)


def applied(some: list[Decided], at: int) -> None:
    """Apply decisions by the run's own step in the embedded engine, in turn with puts of the same rows; print."""
    with tempfile.TemporaryDirectory() as state, embedded(Path(state), http=False, prepare=False) as service:
        os.environ.update(service.environment)
        ours, puts, shares = list[float](), list[float](), list[float]()
        every = max(1, len(some) // AT_ONCE // PEER_ROUNDS)
        for number, chunk in enumerate(batches(some, AT_ONCE)):
            if number % every == 0:
                puts.append(_timed(_putting(chunk), len(chunk)))
            ours.append(_timed(_applying(chunk, at), len(chunk)))
            if number % every == 0:
                shares.append(ours[-1] / puts[-1])
            service.check()
            print(f"\r{(number + 1) * AT_ONCE:,} applied, {ours[-1]:,.0f}/s", end="", file=sys.stderr, flush=True)
    share = statistics.median(shares)
    print(f"\n{len(some):,} applied in the embedded engine, {len(ours)} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"boto3, one conditional put each: {statistics.median(puts):,.0f}/s")
    print(
        f"apply: {statistics.median(ours):,.0f}/s, which is {share:.2f} of it; it puts two rows for each: the decision"
    )
    print(f"and the mark that somebody is known. Of its own puts, then, {2 * share:.2f}")


def _putting(chunk: list[Decided]) -> Callable[[], object]:
    """Return a call that puts the same rows under other keys, as many at once, with boto3 alone."""
    from functions.matching.model import EntitlementRow, row_of  # noqa: PLC0415 - the environment names the tables
    from functions.shared.aws import client  # noqa: PLC0415 - the same
    from functions.shared.threads import spread  # noqa: PLC0415 - the same

    table, dynamodb = str(EntitlementRow.Meta.table_name), client("dynamodb")
    items = [row_of(one.entitlement).to_dynamodb_dict() for one in chunk]
    for item in items:
        item["sk"] = item["unit"] = {"S": f"bench-{item['sk']['S']}"}

    def put(item: dict[str, Any]) -> None:
        # When its answer is lost boto3 sends it again, and meets what it wrote itself.
        with suppress(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    return lambda: list(spread(put, items))


def _applying(chunk: list[Decided], at: int) -> Callable[[], object]:
    """Return a call of the run's step, whose decisions are kept and noted as its step before leaves them."""
    from functions.matching import runs  # noqa: PLC0415 - the environment names the tables
    from functions.matching.run_model import RunRow, part_place  # noqa: PLC0415 - the same

    run = uuid4().hex
    keep_decisions(run, 0, "bench", 0, chunk)
    RunRow(run, part_place(0), label="bench", chunks=1, created_at=at, ttl=at + 86_400).put_if_absent()
    return lambda: runs.apply(run, 0, at)


def _timed(call: Callable[[], object], many: int) -> float:
    began = time.perf_counter()
    call()
    return many / (time.perf_counter() - began)


def run(people: int, most: int, kept: Path | None) -> None:
    """Decide and apply."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = kept or Path(scratch)
        city = joins.make(folder, people, "--no-standing")
        some = decided(city, folder, most)
        applied(some, city.cutoff)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--apply", type=int, default=APPLIED)
    parser.add_argument("--folder", type=Path, help="keep the city there, or take the one that is there")
    asked = parser.parse_args()
    run(asked.people, asked.apply, asked.folder)


if __name__ == "__main__":
    main()
