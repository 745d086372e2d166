"""Law 6: a withdrawal sets the bit of every unexpired pass of that scope, before it is acknowledged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.matching import service
from functions.passes import issuing
from functions.passes.model import passes_of
from functions.results import service as results
from functions.shared import clock
from functions.shared.problems import Conflict
from functions.status import service as status
from tests.matching.world import HOUR, World, drain

pytestmark = pytest.mark.usefixtures("engine")


def keys(count: int) -> list[dict[str, str]]:
    """Public holder keys: any point of the curve will do, for nobody proves anything here."""
    from credentials import LocalSigner  # noqa: PLC0415 - only here

    return [dict(LocalSigner.generate().public_jwk()) for _ in range(count)]


def test_no_pass_signed_while_a_positive_arrives_escapes() -> None:
    """Passes are signed by many at once while the refusal is written: none is left whose bit is not set."""
    world = World(clock.now())
    results.record([world.result("ann", "negative", HOUR)], world.at)
    drain()
    world.register("u")
    world.enlist("u", ["ann"])
    service.settle(world.pid("ann"), world.at)
    holders = keys(10)

    def sign(number: int) -> None:
        if number == 5:
            results.record([world.result("ann", "positive", 60, tube="x")], world.at)
            service.settle(world.pid("ann"), world.at)
            return
        try:
            issuing.issue(world.pid("ann"), world.unit("u"), holders[number], f"thumb{number}", world.at)
        except Conflict:
            return

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(sign, range(10)))
    service.settle(world.pid("ann"), world.at)
    rows = passes_of(world.pid("ann"), world.unit("u"))
    assert rows, "no pass was signed in time: the race was not run"
    assert all(status.is_withdrawn(status.Slot(row.status_list, int(row.status_index))) for row in rows)
    assert world.said("ann", "u")[0] == "positive"
