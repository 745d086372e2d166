"""Law 6: a withdrawal sets the bit of every unexpired pass of that scope, whatever is signed at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials import LocalSigner
from credentials.proofs import thumbprint
from functions.matching import service as matching
from functions.matching.model import EntitlementRow
from functions.matching.policy import DEFAULT
from functions.passes import issuing, service
from functions.passes.model import place_of
from functions.shared.problems import Conflict
from tests.people.world import Someone, World, public

pytestmark = pytest.mark.usefixtures("engine")


def entitled() -> tuple[World, Someone]:
    """Return an entitled person in a unit of their own.

    The decision is written as it stands, without a result behind it: else the deployed event path, which follows
    results in the background, would take part in the steps below at instants of its own.
    """
    world, one = World().approve(), Someone()
    world.list_people(one)
    sampled_at = world.at - 5 * 3600
    EntitlementRow(
        one.pid,
        world.unit,
        unit=world.unit,
        verdict="eligible",
        cause="eligible",
        decided_at=world.at - 60,
        sampled_at=sampled_at,
        expires_at=sampled_at + 48 * 3600,
    ).save()
    return world, one


class Fetch:
    """A page fetching a pass, in the two steps between which anything may happen: reading, and signing with storing."""

    def __init__(self, world: World, one: Someone) -> None:
        self.world, self.one = world, one
        self.key = LocalSigner.generate()
        self.evidence: issuing.Evidence | None = None

    def read(self) -> None:
        """Read what the pass shall rest on."""
        try:
            self.evidence = issuing._evidence(self.one.pid, self.world.unit, self.world.at)
        except Conflict:
            self.evidence = None

    def sign(self) -> None:
        """Sign and store on what was read, however long ago that was."""
        if self.evidence is None:
            return
        holder = issuing.Holder(thumbprint(public(self.key)), public(self.key))
        place = place_of(self.world.unit, self.evidence.life.expires_at, holder.thumbprint)
        issuing._sign(self.evidence, holder, place, self.world.at)


class Refusal:
    """A decision against the person, in its two steps: written, then carried through to the passes."""

    def __init__(self, world: World, one: Someone) -> None:
        self.world, self.one = world, one

    def write(self) -> None:
        """Write the refusal."""
        EntitlementRow(self.one.pid, self.world.unit).update(
            actions=[
                EntitlementRow.verdict.set("refused"),
                EntitlementRow.cause.set("not-listed"),
                EntitlementRow.policy.set(DEFAULT.version),
                EntitlementRow.decided_at.set(self.world.at + 1),
            ]
        )

    def withdraw(self) -> None:
        """Withdraw what it ends."""
        known = matching.entitlement(self.one.pid, self.world.unit)
        assert known is not None
        matching.withdraw_what_ended(known, self.world.at)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.permutations([0, 0, 1, 1, 2, 2, 3, 3]))
def test_no_interleaving_leaves_a_pass(order: list[int]) -> None:
    """Three fetches and a refusal, in any order of their steps: once the refusal is through, no good pass is left."""
    world, one = entitled()
    fetches, refusal = [Fetch(world, one) for _ in range(3)], Refusal(world, one)
    steps = [iter((fetch.read, fetch.sign)) for fetch in fetches] + [iter((refusal.write, refusal.withdraw))]
    for who in order:
        next(steps[who])()
    assert all(signed.withdrawn for signed in service.signed_passes(one.pid, world.unit, world.at))


def test_a_pass_read_before_and_signed_after_is_not_stored() -> None:
    """The narrowest gap: the evidence is read, the refusal is written and through, and only then is signed."""
    world, one = entitled()
    fetch, refusal = Fetch(world, one), Refusal(world, one)
    for step in (fetch.read, refusal.write, refusal.withdraw, fetch.sign):
        step()
    assert service.signed_passes(one.pid, world.unit, world.at) == []


def test_at_full_speed_too() -> None:
    """Six pages fetching while a positive result arrives, round after round: never an unwithdrawn pass afterwards."""
    for _ in range(6):
        world, one = World().approve(), Someone()
        assert world.list_people(one).result(one) == "eligible"
        with ThreadPoolExecutor(4) as pool:
            fetches = [pool.submit(_fetch, world, one) for _ in range(3)]
            positive = pool.submit(world.result, one, "positive", hours=1)
            fetches += [pool.submit(_fetch, world, one) for _ in range(3)]
            assert positive.result() == "refused"
            signed = [fetch.result() for fetch in fetches]
        passes = service.signed_passes(one.pid, world.unit, world.at)
        # A pass that was withdrawn between its signing and the answer was stored, and handed to nobody.
        assert len(passes) >= signed.count(True)
        assert all(one.withdrawn for one in passes)


def _fetch(world: World, one: Someone) -> bool:
    try:
        world.issue(one, LocalSigner.generate())
    except Conflict:
        return False
    return True
