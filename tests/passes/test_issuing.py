"""A pass says what the entitlement says, is signed once, and is bound to one key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from credentials import UNCHECKED, LocalSigner, Verifier
from credentials.proofs import thumbprint
from functions.keys import service as keys
from functions.matching.grounds import Ground
from functions.passes import issuing, rules, service
from functions.passes.model import passes_of
from functions.shared.problems import Conflict, TooMany, Unavailable
from tests.people.world import Someone, World, claims, public

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def world() -> World:
    """An approved unit."""
    return World().approve()


@pytest.fixture
def one(world: World) -> Someone:
    """A listed person with a negative test of five hours ago."""
    someone = Someone()
    world.list_people(someone)
    assert world.result(someone) == "eligible"
    return someone


def test_a_pass_says_what_it_rests_on(world: World, one: Someone) -> None:
    """The strict verifier accepts it; name masked, unit, document, sample minute and key as they are."""
    key = LocalSigner.generate()
    token = world.issue(one, key)
    verified = Verifier(keys.key_set(world.at), issuer="https://pass.example.gov").verify(
        token, at=world.at, status=UNCHECKED
    )
    subject = verified.credential_subject
    assert (subject.name, subject.unit, subject.zone) == ("张*明", "第三人民医院", "A3")
    assert subject.official_document.number == "EPI-2026-0000001"
    assert subject.venues == ("急诊",)
    sampled = world.at - 5 * 3600
    assert verified.exp == sampled - sampled % 60 + rules.VALID_S
    assert verified.cnf is not None
    assert verified.cnf.jwk.x == public(key)["x"]
    assert one.pid not in token
    assert one.pid not in str(claims(token))


def test_a_clock_behind_the_sample_signs_nothing(world: World, one: Someone) -> None:
    """A pass may not begin before its sample: a service whose clock is six hours behind says to come back."""
    key = LocalSigner.generate()
    jwk = public(key)
    with pytest.raises(Unavailable) as refused:
        issuing.issue(one.pid, world.unit, jwk, thumbprint(jwk), world.at - 6 * 3600)
    assert (refused.value.code, refused.value.status) == ("clock", 503)
    assert passes_of(one.pid, world.unit) == []
    assert world.issue(one, key)


def test_the_same_key_gets_the_same_bytes(world: World, one: Someone) -> None:
    """A retry, and eight retries at once, return one signed pass; only one row stands."""
    key = LocalSigner.generate()
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: world.issue(one, key), range(8)))
    assert len(tokens) == 1
    assert len(passes_of(one.pid, world.unit)) == 1


def test_nothing_links_two_passes_but_what_a_guard_reads(world: World, one: Someone) -> None:
    """Two passes of one person share neither subject, reference, key nor place in a status list."""
    first, second = (claims(world.issue(one, LocalSigner.generate())) for _ in range(2))
    assert first["sub"] != second["sub"]
    assert first["credentialSubject"]["test"]["reference"] != second["credentialSubject"]["test"]["reference"]
    assert first["cnf"] != second["cnf"]
    places = [
        (p["credentialStatus"]["statusListCredential"], p["credentialStatus"]["statusListIndex"])
        for p in (first, second)
    ]
    assert places[0] != places[1]


def test_nobody_else_gets_one(world: World) -> None:
    """Not listed, without a test, positive: each refusal carries its full cause."""
    stranger, untested, positive = Someone(), Someone(), Someone()
    world.list_people(untested, positive)
    world.result(positive, "positive")
    for person, cause in ((stranger, "not-listed"), (untested, "not-listed"), (positive, "positive")):
        with pytest.raises(Conflict) as refused:
            world.issue(person, LocalSigner.generate())
        assert refused.value.code == cause


def test_a_pass_never_outlives_the_approval(one: Someone, world: World) -> None:
    """The unit's approval ends in an hour: so does the pass."""
    short = World(lab=world.lab).approve(ends_in_s=3600).list_people(one)
    assert short.result(one, hours=4) == "eligible"
    assert claims(short.issue(one, LocalSigner.generate()))["exp"] == short.at + 3600


def test_at_the_end_there_is_no_pass(world: World, one: Someone) -> None:
    """At the very second of its end no pass is signed, one second before there is."""
    key = public(LocalSigner.generate())
    sampled = world.at - 5 * 3600
    end = sampled - sampled % 60 + rules.VALID_S
    with pytest.raises(Conflict) as refused:
        issuing.issue(one.pid, world.unit, key, thumbprint(key), end)
    assert refused.value.code == "test-too-old"
    assert issuing.issue(one.pid, world.unit, key, thumbprint(key), end - 1)


def test_a_positive_takes_every_pass_away(world: World, one: Someone) -> None:
    """Law 6: all passes of the scope are withdrawn before the positive result is acknowledged."""
    for _ in range(3):
        world.issue(one, LocalSigner.generate())
    assert [p.withdrawn for p in service.signed_passes(one.pid, world.unit, world.at)] == [False] * 3
    assert world.result(one, "positive", hours=1) == "refused"
    assert [p.withdrawn for p in service.signed_passes(one.pid, world.unit, world.at)] == [True] * 3


def test_a_withdrawn_pass_is_not_given_again(world: World, one: Someone) -> None:
    """After a correction back, the old key's pass stays withdrawn and a new key gets a good one."""
    old = LocalSigner.generate()
    world.issue(one, old)
    assert world.result(one, "positive", hours=1) == "refused"
    assert world.result(one, "void", hours=1, revision=1) == "eligible"
    with pytest.raises(Conflict) as refused:
        world.issue(one, old)
    assert refused.value.code == "withdrawn"
    world.issue(one, LocalSigner.generate())
    states = [p.withdrawn for p in service.signed_passes(one.pid, world.unit, world.at)]
    assert sorted(states) == [False, True]


def test_withdrawing_is_bounded_by_scope_and_instant(world: World, one: Someone) -> None:
    """Another unit's pass stays; one that ends no later than `beyond` stays too."""
    other = World(lab=world.lab).approve().list_people(one)
    assert other.result(one) == "eligible"
    world.issue(one, LocalSigner.generate())
    other.issue(one, LocalSigner.generate())
    end = claims(world.issue(one, LocalSigner.generate()))["exp"]
    assert service.withdraw_scope(one.pid, world.unit, Ground("not-listed", world.at), world.at, beyond=end) == 0
    assert service.withdraw_scope(one.pid, world.unit, Ground("not-listed", world.at), world.at) == 2
    assert [p.withdrawn for p in service.signed_passes(one.pid, other.unit, world.at)] == [False]


def test_signing_has_a_limit(world: World, one: Someone) -> None:
    """A page gone mad cannot fill the status lists: the thirty-first unexpired pass is refused."""
    for _ in range(issuing.MOST_AT_ONCE):
        world.issue(one, LocalSigner.generate())
    with pytest.raises(TooMany):
        world.issue(one, LocalSigner.generate())
