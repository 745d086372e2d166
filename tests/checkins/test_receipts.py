"""The receipt: what a person is shown is what the guard's page makes of the shift's seeds, and no more than that."""

from __future__ import annotations

import base64
import hmac
import json
import time
import unicodedata
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials import LocalSigner
from credentials.proofs import sign_dpop
from functions.checkins import receipts, service
from functions.checkins.rules import Act
from functions.matching.model import EntitlementRow
from functions.shared import clock
from functions.shared.config import settings as configured
from functions.venues.policy import Policy
from infra.local import Service
from tests.checkins.test_checkins import entitlement
from tests.door.inprocess import call
from tests.door.world import Door, fresh, new_pid, open_door, open_venue

pytestmark = pytest.mark.usefixtures("engine")
INSTANTS = st.integers(1_700_000_000, 1_900_000_000)
SHARED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPEN = Policy(pass_required=False)


def made_by_hand(seed: bytes, window: int, alphabet: str) -> str:
    """The marks as another program makes them: from what the interface says, with nothing of ours."""
    digest = hmac.new(seed, window.to_bytes(8, "big"), sha256).digest()
    return alphabet[digest[0] & 63] + alphabet[digest[1] & 63]


@SHARED
@given(at=INSTANTS, began=st.integers(0, 12 * 3600 - 1), venue=st.text("abcXYZ019_-", min_size=1, max_size=40))
def test_a_guard_on_shift_sees_the_marks_that_the_person_is_shown(at: int, began: int, venue: str) -> None:
    """Whenever within the shift the check-in is: the shift's seeds alone give each of the marks it has time to see."""
    start = at - began
    seeds = dict(receipts.seeds_for(venue, start, start + 12 * 3600))
    shown = receipts.receipt(venue, "admitted", at, at)
    assert shown is not None
    assert shown.starts_at <= at < shown.starts_at + 30
    for place, marks in enumerate(shown.marks):
        instant = shown.starts_at + 30 * place
        if instant <= start + 12 * 3600:
            assert marks == made_by_hand(seeds[instant // 43_200], instant // 30, receipts.ALPHABET)


@SHARED
@given(at=INSTANTS, venue=st.text("abcXYZ019_-", min_size=1, max_size=40))
def test_nobody_is_told_marks_of_more_than_five_minutes_ahead(at: int, venue: str) -> None:
    """Ten windows from this one on: whoever leaves with them has nothing for the evening."""
    shown = receipts.receipt(venue, "admitted", at, at)
    assert shown is not None
    assert len(shown.marks) == 10
    assert all(len(marks) == 2 for marks in shown.marks)
    assert shown.starts_at + 30 * len(shown.marks) <= at + 300


@SHARED
@given(
    venue=st.text("abcXYZ019_-", min_size=1, max_size=40),
    other=st.text("abcXYZ019_-", min_size=1, max_size=40),
    block=st.integers(39_000, 44_000),
    later=st.integers(1, 1_000),
)
def test_each_venue_and_half_day_has_its_own_seed(venue: str, other: str, block: int, later: int) -> None:
    """A seed that got out opens one venue for one half-day; names cannot be shifted into block numbers."""
    seed = receipts.seed(venue, block)
    assert len(seed) == 32
    assert seed != receipts.seed(venue, block + later)
    if other != venue:
        assert seed != receipts.seed(other, block)


@SHARED
@given(start=INSTANTS, life=st.integers(0, 12 * 3600))
def test_a_shift_gets_the_seeds_of_its_half_days_and_no_others(start: int, life: int) -> None:
    """In order, without a gap, from the block of its first instant to that of its last."""
    blocks = [block for block, _seed in receipts.seeds_for("V-1", start, start + life)]
    assert blocks == list(range(start // 43_200, (start + life) // 43_200 + 1))
    assert len(blocks) <= 2


def test_the_alphabet_is_64_plain_characters_without_near_twins() -> None:
    """One code point each, the same in every normal form, and of each family that looks alike at most one."""
    assert len(receipts.ALPHABET) == len(set(receipts.ALPHABET)) == 64
    for char in receipts.ALPHABET:
        assert "\u4e00" <= char <= "\u9fff"
        assert unicodedata.normalize("NFKC", char) == char
    families = (
        "土士工王玉主五 日曰目白自田由甲申旦 己已巳 人入八 未末木本术禾 天夫太犬大 干千于十 "
        "力刀刁九 鸟乌岛马 牛午 手毛 雨南两 石右古 瓜爪 云去会 上止 米来 飞气 衣农 子孑了 北比 书节 车东"
    )
    for family in families.split():
        assert len(set(family) & set(receipts.ALPHABET)) <= 1, family


@pytest.mark.parametrize(
    ("decision", "age", "due"),
    [
        ("admitted", 0, True),
        ("admitted", 600, True),
        ("admitted", -120, True),
        ("admitted", 601, False),
        ("admitted", 3 * 3600, False),
        ("refused", 0, False),
        ("unsure", 0, False),
    ],
)
def test_only_an_admission_of_these_ten_minutes_has_one(decision: str, age: int, *, due: bool) -> None:
    """A refusal has nothing to show, and a queue sent in the evening no way past the evening's guard."""
    at = 1_795_312_800
    assert (receipts.receipt("V-1", decision, at - age, at) is not None) == due


def begun(door: Door) -> Any:
    """What a guard's page is told when its shift begins."""
    key = LocalSigner.generate()
    url = f"{configured().gate_url}/gates/{door.gate}/shifts"
    proof = sign_dpop(key, method="POST", url=url, at=clock.now(), jti=fresh("jti"))
    reply = call("POST", f"/gates/{door.gate}/shifts", {"code": door.code}, headers={"DPoP": proof})
    assert reply.status == 201, reply.body
    return reply.json()


def test_over_http_both_sides_show_the_same_and_no_seed_reaches_the_person(engine: Service) -> None:
    """The person's answer holds ten pairs; the guard's seeds give them, and are nowhere in it."""
    door = open_door()
    told = begun(door)["receipts"]
    assert (told["alphabet"], told["step_s"]) == (receipts.ALPHABET, 30)
    pid = new_pid()
    EntitlementRow(
        pid, "U-1", **{**entitlement("eligible"), "verdict": "eligible", "expires_at": clock.now() + 9}
    ).save()
    body = {"venue": door.venue, "direction": "in", "at": clock.rfc3339(clock.now())}
    first = call("POST", "/checkins", body, token=engine.token("holder", pid))
    again = call("POST", "/checkins", body, token=engine.token("holder", pid))
    assert (first.status, again.status) == (201, 200)
    seeds = {one["block"]: base64.urlsafe_b64decode(one["seed"] + "=") for one in told["blocks"]}
    for reply in (first, again):
        receipt = reply.json()["receipt"]
        starts_at = clock.parse_instant(receipt["from"])
        assert receipt["step_s"] == 30
        assert starts_at % 30 == 0
        instants = [starts_at + 30 * place for place in range(10)]
        expected = [made_by_hand(seeds[one // 43_200], one // 30, told["alphabet"]) for one in instants]
        assert receipt["marks"] == expected
        assert not [one["seed"] for one in told["blocks"] if one["seed"] in json.dumps(reply.json())]


def test_a_queue_from_hours_ago_and_a_refusal_get_none(engine: Service) -> None:
    """In one batch each item is judged by its own instant."""
    venue, holder, now = open_venue(policy=OPEN), engine.token("holder", new_pid()), clock.now()
    strict = open_venue()
    checkins = [
        {"venue": venue, "direction": "in", "at": clock.rfc3339(now)},
        {"venue": venue, "direction": "in", "at": clock.rfc3339(now - 3 * 3600)},
        {"venue": strict, "direction": "in", "at": clock.rfc3339(now)},
    ]
    results = call("POST", "/checkins/batch", {"checkins": checkins}, token=holder).json()["results"]
    assert [one["decision"] for one in results] == ["admitted", "admitted", "refused"]
    assert ["receipt" in one for one in results] == [True, False, False]
    body = {"id_number": fresh("SPECIMEN").upper().replace("-", ""), "direction": "in", "id_type": "sailor"}
    path = f"/venues/{venue}/assisted-checkins"
    sent = call("POST", path, {**body, "at": clock.rfc3339(now)}, token=engine.token("venue", venue))
    assert (sent.json()["decision"], "receipt" in sent.json()) == ("admitted", False)


def test_a_repeat_is_as_fresh_as_the_act_that_was_stored(engine: Service) -> None:
    """An admission of 15 minutes ago, sent again under its slot's last instant, has no marks: alone or in a batch."""
    if clock.now() % 600 == 0:
        time.sleep(1)  # what is ten minutes old to the second still has a receipt
    now = clock.now()
    last = now - now % 600 - 1  # the last second of the slot that ended just now
    venue, pid = open_venue(policy=OPEN), new_pid()
    service.check_in(Act(pid, venue, "in", last - 599), last - 599)
    holder = engine.token("holder", pid)
    body = {"venue": venue, "direction": "in", "at": clock.rfc3339(last)}
    again = call("POST", "/checkins", body, token=holder)
    assert (again.status, again.json()["decision"], "receipt" in again.json()) == (200, "admitted", False)
    [one] = call("POST", "/checkins/batch", {"checkins": [body]}, token=holder).json()["results"]
    assert (one["status"], "receipt" in one) == (200, False)
