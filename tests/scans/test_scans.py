"""Scans on the embedded engine: verified again by day keys and the withdrawal table, and recorded once."""

from __future__ import annotations

import pytest
from pynamodb.exceptions import GetError

from functions.keys.service import key_set
from functions.matching.grounds import Ground
from functions.scans import service
from functions.scans.service import Shown, Sources
from functions.shared import clock
from functions.status import service as status
from functions.status.rules import KEPT_S, list_end
from functions.status.service import Slot
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import Door, Held, give_pass, open_door

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()


@pytest.fixture(scope="module")
def door(http: object) -> Door:
    """A gate of this module's."""
    assert http
    return open_door()


@pytest.fixture
def held(http: object) -> Held:
    """A live pass."""
    assert http
    return give_pass(AT - 600)


def scans_of(gate: str, held: Held) -> list[tuple[str, str]]:
    """Verdict and cause of the rows of a pass at a gate."""
    rows = service.of_gate(gate, AT - 86_400, AT + 86_400, AT)
    return [(row.verdict, row.cause) for row in rows if row.sub == held.sub]


def test_a_live_pass_is_accepted_and_recorded_once(door: Door, held: Held) -> None:
    """The same scan sent again, even minutes later, is the row that stands."""
    shown = Shown(held.shown(AT), "in", AT)
    first = service.record(shown, door.place("device"), AT)
    assert (first.judged.verdict, first.judged.code, first.judged.cause) == ("accepted", "ok", "ok")
    assert first.judged.credential
    assert first.judged.credential.status_checked
    again = service.record(shown, door.place("device"), AT + 600)
    assert again.scan == first.scan
    assert scans_of(door.gate, held) == [("accepted", "ok")]


def test_a_scan_is_verified_as_of_its_own_instant(door: Door, held: Held) -> None:
    """What waited three hours for a network was live then; what claims another instant was not."""
    text = held.shown(AT - 300)
    late = service.record(Shown(text, "in", AT - 300), door.place(), AT + 3 * 3600)
    assert late.judged.verdict == "accepted"
    stale = service.record(Shown(text, "out", AT), door.place(), AT)
    assert (stale.judged.verdict, stale.judged.code) == ("refused", "not-live")
    for at in (AT - 73 * 3600, AT + 121):
        outside = service.record(Shown(text, "in", at), door.place(), AT)
        assert (outside.judged.code, outside.scan) == ("at-out-of-window", None)


def test_a_withdrawn_pass_is_refused_at_once(door: Door, held: Held) -> None:
    """The table is asked, not a list that may be minutes old; why is nobody's business at the door."""
    assert service.verify(Shown(held.shown(AT), "in", AT), door.place(), AT).judged.verdict == "accepted"
    status.withdraw(held.slot, Ground("not-listed", AT), AT)
    after = service.verify(Shown(held.shown(AT + 15), "in", AT + 15), door.place(), AT + 15)
    assert (after.judged.verdict, after.judged.code, after.judged.cause) == ("refused", "withdrawn", "not-eligible")
    assert scans_of(door.gate, held) == [("accepted", "ok"), ("refused", "not-eligible")]


def test_a_live_proof_opens_a_turnstile_once(door: Door, held: Held) -> None:
    """A retry within five seconds is the same scan; later, or elsewhere, it is a copy."""
    shown = Shown(held.shown(AT), "in", AT)
    first = service.verify(shown, door.place("t-1"), AT)
    assert service.verify(shown, door.place("t-1"), AT + 5) == first
    later = service.verify(shown, door.place("t-1"), AT + 6)
    assert (later.judged.verdict, later.judged.code, later.judged.cause) == ("refused", "not-live", "replayed")
    assert service.verify(shown, door.place("t-2"), AT).judged.cause == "replayed"
    assert service.verify(shown, open_door().place("t-1"), AT).judged.cause == "replayed"
    assert service.verify(Shown(held.shown(AT + 15), "in", AT + 15), door.place("t-1"), AT + 15).judged.code == "ok"
    assert scans_of(door.gate, held) == [("accepted", "ok"), ("accepted", "ok")]


def test_a_scan_of_a_copy_at_another_gate_is_recorded_as_one(door: Door, held: Held) -> None:
    """A relayed picture shows in the trail: the first gate's scan stands, the other says replayed."""
    shown, other = Shown(held.shown(AT), "in", AT), open_door()
    service.record(shown, door.place("d-1"), AT)
    copied = service.record(shown, other.place("d-2"), AT + 1)
    assert (copied.judged.verdict, copied.judged.cause) == ("refused", "replayed")
    assert scans_of(other.gate, held) == [("refused", "replayed")]
    assert service.record(shown, door.place("d-1"), AT + 2).judged.verdict == "accepted"


def test_a_printed_pass_waits_for_a_look_at_the_document(door: Door) -> None:
    """Unsure until the guard says that the identity was checked, and then that is the cause."""
    paper = give_pass(AT - 600, printed=True)
    unsure = service.record(Shown(paper.token, "in", AT), door.place(), AT)
    assert (unsure.judged.verdict, unsure.judged.code, unsure.judged.cause) == ("unsure", "ok", "check-identity")
    checked = service.record(Shown(paper.token, "in", AT + 30, identity_checked=True), door.place(), AT + 30)
    assert (checked.judged.verdict, checked.judged.cause) == ("accepted", "identity-checked")


def test_only_the_digits_the_guard_chose_count(door: Door, held: Held) -> None:
    """In doubt the guard chooses six digits; then a proof over the time alone is not enough."""
    plain = service.record(Shown(held.shown(AT), "in", AT, nonce="482913"), door.place(), AT)
    assert plain.judged.code == "not-live"
    chosen = service.record(Shown(held.shown(AT, "482913"), "in", AT, nonce="482913"), door.place(), AT)
    assert chosen.judged.verdict == "accepted"


def test_what_is_no_pass_of_ours_leaves_no_row(door: Door) -> None:
    """Anybody can show anything to a camera; only a genuine signature is worth a row."""
    for text, code in (("hello", "unreadable"), ("9" * 500, "unreadable"), ("", "unreadable")):
        recorded = service.record(Shown(text, "in", AT), door.place(), AT)
        assert (recorded.judged.code, recorded.scan) == (code, None)


def test_times_are_told_apart(door: Door) -> None:
    """Before its time, and after: the refusal says which."""
    early, late = give_pass(AT + 600), give_pass(AT - 8 * 3600, life_s=3600)
    assert service.record(Shown(early.shown(AT), "in", AT), door.place(), AT).judged.code == "not-yet-valid"
    # By the table's own keys: in the day's first hours this one's is yesterday's, which this engine's statement has not.
    ended = service.record(Shown(late.shown(AT), "in", AT), door.place(), AT, Sources(keys=key_set)).judged
    assert (ended.code, ended.cause) == ("expired", "needs-test")


def test_a_status_that_nobody_knows_is_unsure(door: Door, held: Held) -> None:
    """A table that does not answer, or a list no longer kept, admits nobody and calls nobody withdrawn."""

    def silent(_slot: Slot) -> bool:
        raise GetError("the table did not answer")

    sources = Sources(is_withdrawn=silent)
    unsure = service.record(Shown(held.shown(AT), "in", AT), door.place(), AT, sources).judged
    assert (unsure.verdict, unsure.code) == ("unsure", "status-unknown")
    old = give_pass(AT - 3 * 86_400, life_s=3600)
    shown_at = AT - 3 * 86_400 + 1800
    gone = (list_end(old.slot.list) or 0) + KEPT_S
    received = min(gone, shown_at + 72 * 3600)
    assert received == gone
    # By the table's own keys: a key statement lists those of the last two days.
    judged = service.record(
        Shown(old.shown(shown_at), "in", shown_at), door.place(), received, Sources(keys=key_set)
    ).judged
    assert (judged.verdict, judged.code) == ("unsure", "status-unknown")


def test_verdicts_over_http(engine: Service, door: Door, held: Held) -> None:
    """The shapes that a turnstile and a guard's page read; the masked name is the pass's own."""
    guard = engine.token("guard", door.gate)
    now = clock.now()
    verified = call("POST", "/passes/verify", {"presentation": held.shown(now)}, token=guard).json()
    assert (verified["verdict"], verified["code"], verified["cause"]) == ("accepted", "ok", "ok")
    assert verified["credential"]["name"] == "张*明"
    assert verified["credential"]["live"] is True
    again = {"presentation": held.shown(now), "direction": "in", "at": clock.rfc3339(now)}
    wrong = {"presentation": "hello", "direction": "out", "at": clock.rfc3339(now)}
    results = call("POST", "/scans", {"scans": [again, wrong]}, token=guard).json()["results"]
    assert results[0]["scan"] == verified["scan"]
    assert results[1] == {"verdict": "refused", "code": "unreadable", "cause": "unreadable"}
    bad = call("POST", "/scans", {"scans": [{**again, "at": "not an instant at all"}]}, token=guard)
    assert (bad.status, bad.json()["errors"][0]["pointer"]) == (400, "/scans/0/at")
    assert call("POST", "/scans", {"scans": [wrong] * 26}, token=guard).status == 400
    assert scans_of(door.gate, held) == [("accepted", "ok")]


def test_a_fever_is_the_medical_posts_and_its_number_is_kept_nowhere(engine: Service) -> None:
    """Unsure where the venue takes temperatures; elsewhere the scan stands and nothing of the number is kept."""
    door, now = open_door(), clock.now()
    guard = engine.token("guard", door.gate)

    def sent(measured: float, direction: str = "in") -> Reply:
        scan = {"presentation": give_pass(now - 60).shown(now), "direction": direction, "at": clock.rfc3339(now)}
        return call("POST", "/scans", {"scans": [{**scan, "temperature_c": measured}]}, token=guard)

    def told(measured: float, direction: str = "in") -> tuple[str, str, str]:
        (one,) = sent(measured, direction).json()["results"]
        return one["verdict"], one["cause"], one["temperature"]

    assert told(38.5) == ("accepted", "ok", "not-asked")
    venues.set_policy(door.venue, Policy(temperature=True), now)
    assert told(38.5) == ("unsure", "fever", "failed")
    assert told(36.6) == ("accepted", "ok", "passed")
    assert told(38.5, "out") == ("accepted", "ok", "failed")
    rows = list(service.of_gate(door.gate, now, now + 1, now))
    assert sorted(str(row.fever) for row in rows) == ["False", "None", "True", "True"]
    assert not [row for row in rows if "38.5" in str(row.to_dynamodb_dict())]
    refused = sent(46)
    assert (refused.status, refused.json()["code"]) == (422, "temperature")
    assert refused.json()["errors"][0]["pointer"] == "/scans/0/temperature_c"
