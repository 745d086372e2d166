"""The decision at the door: every rule by the shared vectors, and the laws that hold for any policy and any person."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkins import door
from functions.checkins.door import RULES, STATUS, Door, Facts, decide_at_door
from functions.checkins.facts import facts_of, negative_at
from functions.checkins.rules import Decision, Verdict
from functions.matching.policy import DEFAULT
from functions.matching.rules import ADMINISTRATIVE, Entitlement
from functions.venues.policy import Hours, Policy
from functions.venues.strictness import is_stricter_or_equal
from infra.paths import ROOT
from tests.checkins.test_rules import AT, Entitled, refused

SEVERITY = {"admitted": 0, "unsure": 1, "refused": 2}
VECTORS = sorted((ROOT / "tests" / "vectors" / "door").glob("*.json"))
CASES = [(path.stem, case) for path in VECTORS for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]

TIMES = st.sampled_from(["00:00", "06:30", "08:00", "12:00", "22:00"])
HOURS = st.builds(Hours, st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))), TIMES, TIMES)
DAYS = st.sampled_from(["", "2026-11-01", "2026-11-22", "2026-12-01"])
LIMITS = st.none() | st.sampled_from([3600, 86_400, 14 * 86_400])
POLICIES = st.builds(
    Policy,
    pass_required=st.booleans(),
    oldest_test_s=LIMITS,
    persons=st.sampled_from(["everyone", "listed"]),
    hours=st.lists(HOURS, max_size=2).map(tuple),
    opens_on=DAYS,
    closes_on=DAYS,
    occupancy=st.just(True),
    capacity=st.none() | st.integers(1, 3),
    temperature=st.booleans(),
    never_refuses=st.booleans(),
)
INSTANTS = st.integers(AT - 40 * 86_400, AT + 40 * 86_400)
DECIDED = {
    "admitted": Decision("admitted", "entitled"),
    "unsure": Decision("unsure", "decided-since"),
    "refused": Decision("refused", "positive"),
}


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Anybody; whom a pass lets in has no positive standing, for both are read from the same results."""
    entitled: Verdict = draw(st.sampled_from(get_args(Verdict)))
    below = [one for one in get_args(Verdict) if SEVERITY[one] <= SEVERITY[entitled]]
    return Facts(
        draw(st.sampled_from(["in", "out"])),
        DECIDED[entitled],
        DECIDED[draw(st.sampled_from(below))],
        draw(st.none() | st.booleans()),
        draw(st.none() | st.just(door.NO_TEST) | INSTANTS),
        draw(st.none() | st.sampled_from([36.5, 37.2, 37.3, 39.9])),
        draw(st.integers(1, 3)),
    )


@st.composite
def doors(draw: st.DrawFn) -> list[Door]:
    """A venue and what it lies in."""
    policies = draw(st.lists(POLICIES, min_size=1, max_size=4))
    return [
        Door(f"V-{at}", draw(st.booleans()), one, draw(st.none() | st.integers(0, 4)), draw(st.booleans()))
        for at, one in enumerate(policies)
    ]


@pytest.mark.parametrize(("law", "case"), CASES, ids=[f"{law}: {case['name']}" for law, case in CASES])
def test_a_shared_vector_is_decided_as_it_says(law: str, case: dict[str, Any]) -> None:
    """The page of a guard is held to the same answers."""
    known = msgspec.convert(case["facts"], Facts)
    asked = [msgspec.convert(one, Door) for one in case["doors"]]
    decided = decide_at_door(known, asked, case["at"])
    told = {name: value for name, value in asdict(decided).items() if name != "checks"}
    checks = {one.rule: one.outcome for one in decided.checks if one.outcome != "not-asked"}
    assert {**told, "checks": checks} == case["expect"], law


def test_every_rule_has_its_vectors() -> None:
    """A rule that no vector names could differ between the service and a page."""
    assert set(RULES) - {"colour", "travel"} == {case["expect"]["rule"] for _law, case in CASES}


@given(facts(), doors(), INSTANTS)
def test_what_lies_inside_is_never_less_strict(known: Facts, asked: list[Door], at: int) -> None:
    """Each of its surroundings by itself lets in whoever the nested venue lets in; only a hospital forgives."""
    if asked[0].policy.never_refuses:
        return
    nested = decide_at_door(known, asked, at)
    for one in asked:
        assert SEVERITY[nested.decision] >= SEVERITY[decide_at_door(known, [one], at).decision]


@given(facts(), doors(), INSTANTS)
def test_a_hospital_never_refuses_for_a_status(known: Facts, asked: list[Door], at: int) -> None:
    """Whatever is known of a person, and whatever the hospital lies in: it is closed or full, or they come in.

    A fever is no status: the guard calls the medical post, and refuses nobody.
    """
    hospital = replace(asked[0], policy=replace(asked[0].policy, never_refuses=True))
    decided = decide_at_door(known, [hospital, *asked[1:]], at)
    if decided.decision == "refused":
        assert decided.rule in {"closed", "dates", "hours", "capacity"}
    assert decided.decision != "unsure" or decided.cause == "fever"


@given(facts(), doors(), INSTANTS)
def test_every_decision_names_its_rule_and_whose(known: Facts, asked: list[Door], at: int) -> None:
    """What is not known was not checked; a test of unknown age lets nobody in silently; nobody is kept from leaving."""
    decided = decide_at_door(known, asked, at)
    outcomes = {one.rule: one.outcome for one in decided.checks}
    assert list(outcomes) == list(RULES)
    assert decided.rule in RULES
    assert decided.venue in {one.venue for one in asked}
    assert decided.cause
    assert outcomes["colour"] == outcomes["travel"] == "not-checked"
    if decided.decision == "refused":
        assert outcomes[decided.rule] == "failed"
    if known.direction == "out":
        assert decided.decision == "admitted"
        assert decided.rule in {"pass", "health"}
    elif decided.decision == "admitted" and decided.cause != door.SHOWS_THE_WAY:
        assert "failed" not in {outcomes[rule] for rule in set(RULES) - STATUS}
        assert outcomes[decided.rule] == "passed"


@given(facts(), doors(), INSTANTS)
def test_a_guard_learns_of_a_way_out_no_more_than_that_it_was_one(known: Facts, asked: list[Door], at: int) -> None:
    """Whoever leaves with a positive, without a test or on no list looks the same to a guard; the person reads which."""
    decided = decide_at_door(replace(known, direction="out"), asked, at)
    worst = DECIDED["refused"].cause
    assert decided.decision == "admitted"
    if decided.cause in {worst, DECIDED["unsure"].cause}:
        assert door.coarse(decided) in {(door.LEFT, "status"), ("decided-since", "status")}
    else:
        assert decided.cause in door.ADMITTING


@given(facts(), POLICIES, POLICIES, INSTANTS, st.integers(0, 4))
def test_a_stricter_policy_lets_in_nobody_whom_the_other_refuses(
    known: Facts, policy: Policy, than: Policy, at: int, inside: int
) -> None:
    """What a manager may set is at most what the preset allows."""
    # What a venue notes without refusing anybody for it is not compared: a fever is the medical post's.
    if is_stricter_or_equal(policy, than):
        asked = (replace(one, temperature=False) for one in (policy, than))
        ours, theirs = (decide_at_door(known, [Door("V", True, one, inside)], at) for one in asked)
        assert SEVERITY[ours.decision] >= SEVERITY[theirs.decision]


@given(POLICIES, st.data())
def test_whatever_tightens_one_rule_is_stricter(policy: Policy, data: st.DataObject) -> None:
    """Each rule tightened by itself is stricter, and the policy as it was is not stricter than that."""
    loose = replace(policy, never_refuses=True, pass_required=False, persons="everyone", hours=(), opens_on="")
    loose = replace(loose, closes_on="", capacity=None, oldest_test_s=None)
    tighter: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"never_refuses": False},
                {"pass_required": True},
                {"persons": "listed"},
                {"hours": (Hours((1,), "08:00", "20:00"),)},
                {"opens_on": "2026-11-22"},
                {"closes_on": "2026-11-22"},
                {"capacity": 5},
                {"oldest_test_s": 3600},
                {"max_list_age_s": loose.max_list_age_s - 1},
            ]
        )
    )
    tight = replace(loose, **tighter)
    assert is_stricter_or_equal(loose, loose)
    assert is_stricter_or_equal(tight, loose)
    assert not is_stricter_or_equal(loose, tight)


@pytest.mark.parametrize("cause", [*DEFAULT.precedence, door.OLDER_THAN_ASKED])
@pytest.mark.parametrize("rule", ["pass", "health", "oldest-test", "persons"])
def test_a_guard_learns_no_result_from_cause_or_rule(cause: str, rule: str) -> None:
    """All rules about the person are one word, and the cause is one of three."""
    told = door.coarse(Decision("refused", cause, rule))
    assert told[1] == "status"
    assert told[0] in {"needs-test", "result-pending", "not-eligible"}


def evidenced(verdict: Any, cause: str, evidence: list[dict[str, Any]], sampled_at: int = 0) -> Any:
    """An entitlement with the rows it rests on."""
    return Entitlement(
        "A" * 22, "U-1", verdict, cause, AT - 60, "", AT + 60, sampled_at, "L", "T", evidence=json.dumps(evidence)
    )


def test_a_tests_age_is_read_from_what_the_entitlement_rests_on() -> None:
    """The newest negative sample of all; known to be none by `no-test` alone; else not known."""
    negative, positive = {"sampled_at": AT - 500, "result": "negative"}, {"sampled_at": AT - 100, "result": "positive"}
    assert negative_at([evidenced("eligible", "eligible", [negative], AT - 500)]) == AT - 500
    older = evidenced("refused", "test-too-old", [{**negative, "sampled_at": AT - 900}])
    assert negative_at([older, evidenced("refused", "positive-not-cleared", [positive, negative])]) == AT - 500
    assert negative_at([evidenced("refused", "positive", [positive], AT - 100)]) is None
    assert negative_at([evidenced("refused", "no-test", [])]) == door.NO_TEST
    assert negative_at([]) is None
    assert negative_at([Entitled()]) is None


def test_a_person_is_listed_where_a_decision_goes_beyond_the_listing() -> None:
    """A unit that dropped somebody, or was never approved, lists nobody."""
    for standing, listed in (((), False), ((refused("not-listed"),), False), ((refused("no-test"),), True)):
        known = facts_of(standing, "in", AT, precedence=DEFAULT.precedence, administrative=ADMINISTRATIVE, aged=True)
        assert known.listed is listed
