"""The default policy: total, to the second, the same in any time zone, and equal to a naive reading of its words."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.matching.policy import DEFAULT
from functions.matching.rules import ADMINISTRATIVE, Approval, Facts, coarse, decide, must_be_held
from functions.results.rules import Result, effective, of_person
from tests.laws.histories import CUTOFF, HOUR, histories, rows

DAY = 24 * HOUR
APPROVED = Approval(approved=True)


def facts_of(*results: Result) -> Facts:
    """A listed person in an approved unit."""
    return Facts(effective(results), listed=True, approval=APPROVED)


def sample(result: str, age_s: int, tube: str = "t1", pool_size: int = 1) -> Result:
    """A row sampled `age_s` before the cut-off."""
    at = CUTOFF - age_s
    return Result("p1", "L1", tube, 0, pool_size, at, at + HOUR, result, "S1")  # type: ignore[arg-type]


def approvals() -> st.SearchStrategy[Approval | None]:
    """No unit, or one approved or not, whose end lies around the cut-off."""
    known = st.builds(Approval, approved=st.booleans(), ends_at=st.sampled_from((None, CUTOFF - 1, CUTOFF, CUTOFF + 1)))
    return st.one_of(st.none(), st.just(APPROVED), known)


def facts() -> st.SearchStrategy[Facts]:
    """Facts of any kind about one person."""
    return st.builds(
        Facts,
        results=histories(("p1",), 8).map(lambda history: of_person("p1", history)),
        listed=st.sampled_from((True, True, True, False)),
        approval=approvals(),
        listed_until=st.sampled_from((None, None, CUTOFF - 1, CUTOFF, CUTOFF + 1)),
    )


def naive(given_facts: Facts) -> tuple[str, set[str]]:
    """The default policy read word by word, without any of the project's code: the named cause and all that apply."""
    seen = [r for r in given_facts.results if CUTOFF - 14 * DAY < r.sampled_at <= CUTOFF]
    causes = {*naive_newest(seen), *naive_positives(seen)}
    approval, until = given_facts.approval, given_facts.listed_until
    if not given_facts.listed or (until is not None and until <= CUTOFF):
        causes.add("not-listed")
    if approval is None or not approval.approved:
        causes.add("unit-not-approved")
    if approval and approval.ends_at is not None and approval.ends_at <= CUTOFF:
        causes.add("approval-ended")
    words = "approval-ended unit-not-approved not-listed inconclusive pool-recheck positive-not-cleared positive"
    order = (*words.split(), "result-pending", "test-too-old", "no-test")
    return next((cause for cause in order if cause in causes), "eligible"), causes


def naive_newest(seen: list[Result]) -> set[str]:
    """What the newest sample that says anything says, and whether it says it in time."""
    severity = ["pending", "negative", "void", "inconclusive", "positive"]
    newest = max(spoken(seen), key=lambda r: (r.sampled_at, severity.index(r.result), r.lab, r.tube), default=None)
    newer = newest.sampled_at if newest else 0
    causes = set()
    if newest is None or CUTOFF - newest.sampled_at > 48 * HOUR:
        causes.add("test-too-old" if newest else "no-test")
        if any(r.result == "pending" and newer < r.sampled_at and CUTOFF - r.sampled_at <= 48 * HOUR for r in seen):
            causes.add("result-pending")
    if newest and newest.result == "inconclusive":
        causes.add("inconclusive")
    if newest and newest.result == "positive" and newest.pool_size == 1:
        causes.add("positive")
    return causes


def naive_positives(seen: list[Result]) -> set[str]:
    """Positives that are not the newest word, and positive pools."""
    causes = set()
    for bad in (r for r in seen if r.result == "positive"):
        newer = [r for r in spoken(seen) if r.sampled_at > bad.sampled_at]
        ties = [r for r in spoken(seen) if r.sampled_at == bad.sampled_at and r.result == "positive"]
        if bad.pool_size > 1 and not any(r.pool_size == 1 for r in newer):
            causes.add("pool-recheck")
        newest = not newer and bad == max(ties, key=lambda r: (r.lab, r.tube))
        if bad.pool_size == 1 and CUTOFF - bad.sampled_at <= 7 * DAY and not newest:
            negatives = [r.sampled_at for r in newer if r.result == "negative"]
            if not any(abs(a - b) >= 24 * HOUR for a in negatives for b in negatives):
                causes.add("positive-not-cleared")
    return causes


def spoken(seen: list[Result]) -> list[Result]:
    """The rows that say something."""
    return [r for r in seen if r.result in {"negative", "positive", "inconclusive"}]


@settings(max_examples=150, deadline=None)
@given(facts())
def test_decide_is_total_and_agrees_with_a_naive_reading_of_the_policy(given_facts: Facts) -> None:
    """For any facts there is a decision, and the words of the policy read one by one give the same one."""
    decision = decide(given_facts, DEFAULT, CUTOFF)
    cause, causes = naive(given_facts)
    assert (decision.cause, set(decision.causes)) == (cause, causes)
    assert (decision.verdict == "eligible") == (cause == "eligible")
    assert decision.policy == DEFAULT.version
    assert decision.cutoff == CUTOFF


@settings(max_examples=150, deadline=None)
@given(facts(), st.data())
def test_decide_does_not_depend_on_the_order_of_the_rows(given_facts: Facts, data: st.DataObject) -> None:
    """Facts are a set: their order says nothing."""
    shuffled = tuple(data.draw(st.permutations(given_facts.results)))
    assert decide(replace(given_facts, results=shuffled), DEFAULT, CUTOFF) == decide(given_facts, DEFAULT, CUTOFF)


@settings(max_examples=60, deadline=None)
@given(facts(), rows(("p1",)), st.integers(1, 9 * DAY))
def test_nothing_newer_than_the_cut_off_is_looked_at(given_facts: Facts, row: Result, ahead_s: int) -> None:
    """A sample taken after the cut-off changes nothing, whatever it says."""
    late = replace(row, sampled_at=CUTOFF + ahead_s)
    more = replace(given_facts, results=(*given_facts.results, late))
    assert decide(more, DEFAULT, CUTOFF) == decide(given_facts, DEFAULT, CUTOFF)


@settings(max_examples=150, deadline=None)
@given(facts())
def test_the_evidence_alone_gives_the_same_verdict_and_cause(given_facts: Facts) -> None:
    """A stranger who is shown only the rows of the findings and of the verdict recomputes it: nothing else was used."""
    decision = decide(given_facts, DEFAULT, CUTOFF)
    shown = dict.fromkeys(row for finding in decision.findings for row in finding.evidence)
    alone = decide(replace(given_facts, results=(*shown, *decision.evidence)), DEFAULT, CUTOFF)
    assert (alone.verdict, alone.cause, alone.expires_at) == (decision.verdict, decision.cause, decision.expires_at)


@settings(max_examples=60, deadline=None)
@given(facts(), st.sampled_from((1, 5)), st.integers(0, 6 * DAY), st.sampled_from(("positive", "inconclusive")))
def test_more_bad_news_never_makes_anybody_eligible(given_facts: Facts, pool_size: int, age_s: int, word: str) -> None:
    """A further positive or inconclusive row turns no refusal into an admission; nor does a pending or void one."""
    before = decide(given_facts, DEFAULT, CUTOFF)
    bad = sample(word, age_s, "extra", pool_size)
    dull = [sample(silent, age_s, "extra", pool_size) for silent in ("void", "pending")]
    if before.verdict == "refused" and "pool-recheck" not in before.causes:
        after = decide(replace(given_facts, results=(*given_facts.results, bad)), DEFAULT, CUTOFF)
        assert after.verdict == "refused"
    for row in dull:
        after = decide(replace(given_facts, results=(*given_facts.results, row)), DEFAULT, CUTOFF)
        assert after.verdict == before.verdict


@settings(max_examples=60, deadline=None)
@given(facts(), st.integers(0, 6 * DAY), st.sampled_from((1, 5)))
def test_a_positive_within_seven_days_without_two_later_negatives_refuses(
    given_facts: Facts, age_s: int, pool_size: int
) -> None:
    """A code is red after a positive until tests clear it, whatever else is known."""
    bad = sample("positive", age_s, "extra", pool_size)
    cleared = [row for row in given_facts.results if row.result == "negative" and row.sampled_at > bad.sampled_at]
    if len(cleared) < 2 and pool_size == 1:
        assert decide(replace(given_facts, results=(*given_facts.results, bad)), DEFAULT, CUTOFF).verdict == "refused"


@settings(max_examples=60, deadline=None)
@given(facts())
def test_an_entitlement_ends_with_its_sample_or_its_approval(given_facts: Facts) -> None:
    """An eligible person's entitlement never outlives the sample by 48 h, the unit's approval or the listing."""
    decision = decide(given_facts, DEFAULT, CUTOFF)
    if decision.verdict == "eligible":
        assert decision.expires_at is not None
        assert CUTOFF <= decision.expires_at <= decision.evidence[0].sampled_at + 48 * HOUR
        assert decision.expires_at <= min(filter(None, (given_facts.listed_until, decision.expires_at)))
        assert decision.evidence[0].result == "negative"
    else:
        assert decision.expires_at is None


@pytest.mark.parametrize(
    ("age_s", "cause"), [(0, "eligible"), (48 * HOUR, "eligible"), (48 * HOUR + 1, "test-too-old"), (-1, "no-test")]
)
def test_forty_eight_hours_are_exact_to_the_second(age_s: int, cause: str) -> None:
    """A negative counts up to and with its 172,800th second, and not before it was taken."""
    assert decide(facts_of(sample("negative", age_s)), DEFAULT, CUTOFF).cause == cause


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_the_limits_are_the_same_in_every_time_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is arithmetic on epoch seconds: TZ, and a change of summer time inside the 48 h, move nothing."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for cutoff in (CUTOFF, 1_793_620_800):  # the second lies 30 h after New York left summer time in 2026
            for age_s, cause in ((48 * HOUR, "eligible"), (48 * HOUR + 1, "test-too-old")):
                row = replace(sample("negative", 0), sampled_at=cutoff - age_s)
                assert decide(facts_of(row), DEFAULT, cutoff).cause == cause
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("gap_s", "cause"), [(24 * HOUR - 1, "positive-not-cleared"), (24 * HOUR, "eligible"), (24 * HOUR + 1, "eligible")]
)
def test_two_later_negatives_a_day_apart_clear_a_positive(gap_s: int, cause: str) -> None:
    """The gap of the clearing pair is exact to the second; one negative never clears."""
    rows_ = [sample("positive", 60 * HOUR, "a"), sample("negative", gap_s + HOUR, "b"), sample("negative", HOUR, "c")]
    assert decide(facts_of(*rows_), DEFAULT, CUTOFF).cause == cause
    assert decide(facts_of(rows_[0], rows_[2]), DEFAULT, CUTOFF).cause == "positive-not-cleared"


@pytest.mark.parametrize(("age_s", "cause"), [(7 * DAY, "positive-not-cleared"), (7 * DAY + 1, "eligible")])
def test_a_positive_stands_seven_days(age_s: int, cause: str) -> None:
    """After seven days, to the second, one negative is enough."""
    assert decide(facts_of(sample("positive", age_s, "a"), sample("negative", 1, "b")), DEFAULT, CUTOFF).cause == cause


def test_a_positive_pool_waits_for_a_single_re_test() -> None:
    """Another pooled negative does not free the people of a positive pool; one single negative does."""
    pool = sample("positive", 20 * HOUR, "a", 10)
    again, single = sample("negative", 2 * HOUR, "b", 10), sample("negative", HOUR, "c")
    assert decide(facts_of(pool), DEFAULT, CUTOFF).cause == "pool-recheck"
    assert decide(facts_of(pool, again), DEFAULT, CUTOFF).cause == "pool-recheck"
    assert decide(facts_of(pool, again, single), DEFAULT, CUTOFF).cause == "eligible"
    assert decide(facts_of(pool, replace(single, result="positive")), DEFAULT, CUTOFF).cause == "positive"


def test_a_pending_result_names_its_sample_and_withdraws_nothing() -> None:
    """Who has a good negative stays eligible while a newer sample is tested; who has none learns which one is awaited."""
    waiting = sample("pending", HOUR, "b")
    assert decide(facts_of(sample("negative", 5 * HOUR), waiting), DEFAULT, CUTOFF).verdict == "eligible"
    refused = decide(facts_of(sample("negative", 90 * HOUR), waiting), DEFAULT, CUTOFF)
    assert refused.cause == "result-pending"
    assert refused.evidence == (waiting,)
    assert refused.causes == ("result-pending", "test-too-old")


def test_every_cause_has_a_place_and_a_coarse_word() -> None:
    """Ten causes, three coarse words; who sees only those cannot tell a positive from a missing approval."""
    assert set(DEFAULT.precedence) == set(DEFAULT.coarse)
    assert len(DEFAULT.precedence) == 10
    assert {cause for cause in DEFAULT.precedence if coarse(cause) == "needs-test"} == {"no-test", "test-too-old"}
    assert {cause for cause in DEFAULT.precedence if coarse(cause) == "result-pending"} == {"result-pending"}
    assert {coarse("something-new"), coarse("positive"), *map(coarse, ADMINISTRATIVE)} == {"not-eligible"}
    assert coarse("eligible") == "eligible"


@pytest.mark.parametrize(
    ("people", "losing", "held"),
    [(20, 4, False), (20, 5, True), (19, 19, False), (100, 20, False), (100, 21, True), (0, 0, False)],
)
def test_a_unit_is_held_when_over_a_fifth_of_twenty_or_more_would_lose(people: int, losing: int, held: object) -> None:
    """Exactly a fifth is not over a fifth, and small units are never held."""
    assert must_be_held(people, losing, DEFAULT) is held
