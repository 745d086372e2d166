"""By hand, for it takes an engine of its own: a stack deployed from a template in which tables are pointed elsewhere.

    .venv/bin/python -m tests.drills.pointed

Shows what a look at the template cannot: that CloudFormation takes the change, that each function's role still opens
the table it means, and that a restored table's stream is read. About a minute; everything is on 127.0.0.1.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from functions.shared import clock
from functions.units import service as units
from infra.build.restored import repointed
from infra.local import Service, embedded
from infra.local.deploy import deploy, physical_names
from infra.local.dispatch import ByFunction
from infra.local.engine import Engine
from infra.local.gateway import Context, Incoming, Router, answer, event
from infra.local.template import plan
from infra.paths import PACKAGED, ROOT, TEMPLATE
from tests.drills.copying import recovered

UNIT, AREA = "U-drill", "990101001"
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def main() -> int:
    """Perform the drill; return 1 if anything is not as it was promised."""
    with (
        tempfile.TemporaryDirectory(prefix="epipass-pointed-") as folder,
        embedded(Path(folder), http=False, prepare=False) as service,
    ):
        os.environ.update(service.environment)
        engine = Engine(service.engine_url)
        tables, names = engine.client("dynamodb"), physical_names(engine.client("cloudformation"))
        at = clock.now()
        units.register(UNIT, units.Facts("食品厂", AREA, "food", "A3", "EPI-1", "区指挥部", 10, at + clock.DAY_S), at)
        with recovered(tables, names["UnitTable"]) as copy, recovered(tables, names["ResultTable"]) as results:
            tables.delete_item(TableName=names["UnitTable"], Key={"pk": {"S": UNIT}})
            tables.update_table(TableName=results, StreamSpecification=STREAM)
            stream = tables.describe_table(TableName=results)["Table"]["LatestStreamArn"]
            told = [(status(service) == 404, "before: the desk misses the unit that the old table lost")]
            text = repointed(TEMPLATE.read_text(encoding="utf-8"), "UnitTable", copy, "")
            change(engine, repointed(text, "ResultTable", results, stream))
            told += checked(service, engine, stream)
    for well, what in told:
        click.echo(f"{'✓' if well else '✗'} {what}")
    return 0 if all(well for well, _ in told) else 1


def change(engine: Engine, text: str) -> None:
    """Deploy a changed template, with the parameters that stand."""
    changed = ROOT / f".pointed-{time.time_ns()}.yaml"  # beside the sources that it names
    changed.write_text(text, encoding="utf-8")
    try:
        held = engine.client("cloudformation").describe_stacks(StackName="epipass")["Stacks"][0]["Parameters"]
        deploy(engine, plan(changed, PACKAGED), {one["ParameterKey"]: one["ParameterValue"] for one in held})
    finally:
        changed.unlink()


def checked(service: Service, engine: Engine, stream: str) -> Iterator[tuple[bool, str]]:
    """Look at what is deployed now."""
    found = status(service)
    yield found == 200, f"the desk answers from the copy, under its own role ({found})"
    sources = [
        one["EventSourceArn"] for one in engine.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ]
    yield stream in sources, "the copy's stream is read"
    yield sum("/stream/" in source and "ResultTable" in source for source in sources) == 1, "and the old one's no more"


def status(service: Service) -> int:
    """What the deployed function tells an officer of the unit."""
    from app import app  # noqa: PLC0415 - only once an engine's environment is known

    sent = {"authorization": f"Bearer {service.token('officer', AREA[:6])}"}
    incoming = Incoming("GET", f"/units/{UNIT}", "", sent, b"", "127.0.0.1")
    route, captures = Router(app.routes).match(incoming.path) or (None, {})
    return answer(ByFunction(Engine(service.engine_url))(event(incoming, route, captures), Context())).status


if __name__ == "__main__":
    sys.exit(main())
