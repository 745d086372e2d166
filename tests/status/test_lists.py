"""Places, withdrawals and the publisher on the embedded engine."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import pytest

import credentials
from functions.keys.service import key_set, signer
from functions.matching.grounds import Ground
from functions.shared import clock
from functions.shared.aws import client
from functions.shared.config import settings
from functions.shared.objects import public
from functions.status import handlers, publisher, rules, service
from functions.status.model import HalfDayRow, StatusListRow, WithdrawalRow
from functions.status.service import Slot
from tests.matching.world import eventually  # the deployed publisher may be at the same list just now

DAY = 86_400
GROUND = Ground("not-listed", clock.now())
_DAYS = count(1_000)

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def expiry() -> int:
    """An instant in a half-day that no other test uses: lists are shared by everybody in the engine."""
    return clock.now() + DAY * next(_DAYS)


@pytest.fixture
def small(expiry: int) -> str:
    """A half-day whose first two waves hold four places a list."""
    half = rules.half_day(expiry)
    for wave in range(2):
        for name in rules.lists_of_wave(half, wave):
            StatusListRow(name, size=4, secret=uuid4().bytes, opened_at=0, ttl=expiry + 9 * DAY).put_if_absent()
    return half


def read(name: str, at: int) -> credentials.StatusLists:
    """The published list as a verifier takes it in: signature, id, purpose and size checked."""
    token = public.get(f"status/{name}")
    assert token is not None
    lists = credentials.StatusLists(key_set(at), settings().issuer)
    lists.add(token.decode(), at)
    return lists


def is_set(name: str, index: int, at: int) -> bool:
    """Whether the published bit is set."""
    try:
        read(name, at).check(f"{settings().issuer}/status/{name}", index, at)
    except credentials.Withdrawn:
        return True
    return False


def expected(name: str, at: int) -> bytes:
    """The empty list, signed at an instant."""
    bits = rules.bitstring((), rules.SIZE)
    made = credentials.status_list(
        list_id=name, bits=bits, issuer=settings().issuer, signer=signer("status", at), at=at
    )
    return made.encode()


def test_no_two_passes_share_a_place(expiry: int) -> None:
    """Places taken by many at once are all different, and in lists of the expiry's half-day."""
    at = clock.now()
    with ThreadPoolExecutor(8) as pool:
        slots = list(pool.map(lambda _: service.allocate(expiry, at), range(60)))
    assert len(set(slots)) == 60
    assert {slot.list.rsplit("-", 1)[0] for slot in slots} == {rules.half_day(expiry)}
    assert all(0 <= slot.index < rules.SIZE for slot in slots)


def test_lists_are_opened_as_they_fill(small: str, expiry: int) -> None:
    """When a wave is full the next one takes over, to the last place, and nobody gets a place twice."""
    at = clock.now()
    slots = [service.allocate(expiry, at) for _ in range(4 * 2 * rules.OPEN_AT_ONCE + 3)]
    assert len(set(slots)) == len(slots)
    used = {slot.list for slot in slots}
    assert set(rules.lists_of_wave(small, 0)) | set(rules.lists_of_wave(small, 1)) < used
    head = HalfDayRow.find(small, at=at)
    assert head is not None
    assert int(head.wave) == 2


def test_a_withdrawal_is_put_once_and_stays(expiry: int) -> None:
    """The second withdrawal of a place changes nothing, neither cause nor instant."""
    at = clock.now()
    slot = service.allocate(expiry, at)
    assert not service.is_withdrawn(slot)
    assert service.withdraw(slot, GROUND, at)
    assert not service.withdraw(slot, Ground("no-test", at), at + 5)
    assert service.is_withdrawn(slot)


def test_a_withdrawal_names_a_list_of_ours() -> None:
    """A place in something that is no list is refused, not stored."""
    with pytest.raises(ValueError, match="status list"):
        service.withdraw(Slot("../../etc", 1), GROUND, clock.now())


def test_published_bits_only_go_from_zero_to_one(expiry: int) -> None:
    """Publishing again, and again after more withdrawals, keeps every bit that was set; others stay clear."""
    at = clock.now()
    mine = [service.allocate(expiry, at) for _ in range(6)]
    name = mine[0].list
    here = [slot for slot in mine if slot.list == name]
    assert publisher.publish(name, at)
    assert eventually(lambda: public.get(f"status/{name}") is not None)
    assert not any(is_set(name, slot.index, at) for slot in here)
    for done, slot in enumerate(here, 1):
        service.withdraw(slot, GROUND, at)
        for again in range(2):
            assert publisher.publish(name, at + again)
        wanted = [n < done for n in range(len(here))]
        assert eventually(lambda: [is_set(name, slot.index, at + 1) for slot in here] == wanted)  # noqa: B023


def test_publishing_twice_gives_the_same_list(expiry: int) -> None:
    """The publisher is idempotent: nothing but a withdrawal changes the bits, and signatures are deterministic."""
    at = clock.now()
    name = service.allocate(expiry, at).list
    # Later than the deployed publisher, which may have heard of the list's opening; within the minute that pages forgive,
    # or every guard's page on this engine would find its own clock behind.
    late = at + 50
    for _ in range(2):
        assert eventually(
            lambda: publisher.publish(name, late) and public.get(f"status/{name}") == expected(name, late)
        )


def age_s(name: str, at: int) -> int | None:
    """How old the published list is; None while there is none."""
    if public.get(f"status/{name}") is None:
        return None
    return read(name, at).age_s(f"{settings().issuer}/status/{name}", at)


def test_a_list_never_looks_older_than_the_one_before(expiry: int) -> None:
    """A publisher whose clock is behind keeps the instant of the list it replaces: verifiers refuse an older one."""
    at = clock.now()
    name = service.allocate(expiry, at).list
    late = at + 50
    assert eventually(lambda: publisher.publish(name, late) and age_s(name, late) == 0)
    assert publisher.publish(name, late - 30)
    assert age_s(name, late) == 0


def test_publishers_at_once_lose_no_withdrawal(expiry: int) -> None:
    """Many publishers and withdrawals at the same time end with every bit set."""
    at = clock.now()
    slots = [service.allocate(expiry, at) for _ in range(12)]
    names = {slot.list for slot in slots}

    def act(slot: Slot) -> None:
        service.withdraw(slot, GROUND, at)
        publisher.publish(slot.list, at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, slots))
    assert names
    assert eventually(lambda: all(is_set(slot.list, slot.index, at) for slot in slots))


def test_a_list_that_could_not_be_made_holds_nobody_up(expiry: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever failed leaves no lease behind: the next one publishes, and takes nobody to be at work.

    Nor does another list wait for it, though it comes first: the minute's round ends, and then fails.
    """
    at = clock.now()
    name = rules.list_name(rules.half_day(expiry), 1)
    # Too small for the place that is withdrawn in it; put by hand, so that nobody else is asked to publish it.
    StatusListRow(name, size=4, secret=b"s" * 32, opened_at=at, ttl=expiry + 9 * DAY).put_if_absent()
    WithdrawalRow.of(Slot(name, 3), GROUND, at, ttl=expiry + 9 * DAY).put_if_absent()
    with pytest.raises(IndexError):
        publisher.publish(name, at)
    behind = rules.list_name(rules.half_day(expiry), 2)
    StatusListRow(behind, size=rules.SIZE, secret=b"s" * 32, opened_at=at, ttl=expiry + 9 * DAY).put_if_absent()
    monkeypatch.setattr(publisher, "live_lists", lambda _at: [name, behind])  # both are of a day years ahead
    with pytest.raises(IndexError):
        publisher.publish_all(at)
    assert public.get(publisher.PREFIX + behind) is not None
    StatusListRow(name).update(actions=[StatusListRow.size.set(rules.SIZE)])
    assert publisher.publish(name, at)
    assert is_set(name, 3, at)


def test_an_unknown_or_ended_list_is_not_published(expiry: int) -> None:
    """48 h after its half-day a list is gone, and what was never opened is not made by asking."""
    at = clock.now()
    assert not publisher.publish("2031-01-01a-77", at)
    name = service.allocate(expiry, at).list
    assert not publisher.publish(name, rules.half_day_end(expiry) + rules.KEPT_S)


def test_every_minute_the_coming_lists_are_there_and_the_ended_are_not() -> None:
    """Empty lists are published ahead, so that a fresh pass's list exists when it is first shown."""
    at = clock.now()
    ended = rules.list_name(rules.half_day(at - 5 * DAY), 1)
    public.put(f"status/{ended}", b"old")
    assert handlers.publish_status({}, None)["published"] >= rules.OPEN_AT_ONCE * 4
    for expires_at in (at + 60, at + DAY, at + 2 * DAY):
        for name in rules.lists_of_wave(rules.half_day(expires_at), 0):
            assert eventually(lambda name=name: public.get(f"status/{name}") is not None)  # type: ignore[misc]
    assert public.get(f"status/{ended}") is None


def index() -> list[str]:
    """The names in the published index, as a guard's page reads them; empty while there is none."""
    held = public.get("status/index.json")
    return [] if held is None else list(json.loads(held)["lists"])


def test_the_index_names_a_list_once_it_is_published_and_not_before(expiry: int) -> None:
    """Opened is not published: who fetched it then would be told that there is no such list."""
    at = clock.now()
    name = rules.list_name(rules.half_day(expiry), 1)
    # Put by hand, so that nobody is asked to publish it.
    StatusListRow(name, size=rules.SIZE, secret=b"s" * 32, opened_at=at, ttl=expiry + 9 * DAY).put_if_absent()
    publisher.publish_index(at)
    assert public.get(f"status/{name}") is None
    assert name not in index()
    assert publisher.publish(name, at)
    assert public.get(f"status/{name}") is not None
    assert eventually(lambda: name in index())


def test_the_index_names_each_published_list_and_no_other() -> None:
    """What the minute leaves behind: every list that is there, in order, and nothing that is gone."""
    at = clock.now()
    ended = rules.list_name(rules.half_day(at - 5 * DAY), 1)
    public.put(f"status/{ended}", b"old")
    publisher.publish_all(at)

    def agrees() -> bool:
        published = {key.removeprefix("status/") for key in public.keys("status/")} - {"index.json"}
        return set(index()) == published

    assert eventually(agrees)
    assert ended not in index()
    assert set(service.live_lists(at)) <= set(index())
    assert index() == rules.still_kept(index(), at)


def test_the_index_leaves_out_a_list_before_it_is_dropped() -> None:
    """From the second it ends it is not named, while its object is still there: never named and gone."""
    at = clock.now()
    name = rules.list_name(rules.half_day(at - 3 * DAY), 7)
    end = (rules.list_end(name) or 0) + rules.KEPT_S
    public.put(f"status/{name}", b"old")
    try:
        publisher.publish_index(end - 1)
        named = index()
        publisher.publish_index(end)
        assert (name in named, name in index()) == (True, False)
        assert public.get(f"status/{name}") == b"old"
    finally:
        public.delete(f"status/{name}")


def test_publishers_at_once_leave_no_list_out_of_the_index(expiry: int) -> None:
    """Whoever wrote the index last has looked at the lists after it: none waits for the next minute."""
    at = clock.now()
    names = [rules.list_name(rules.half_day(expiry), n) for n in range(1, 9)]
    for name in names:
        row = StatusListRow(name, size=rules.SIZE, secret=b"s" * 32, opened_at=at, ttl=expiry + 9 * DAY)
        row.put_if_absent()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda name: publisher.publish(name, at), names))
    assert set(names) <= set(index())


def test_the_index_is_written_only_when_it_changed_and_cached_as_the_lists(expiry: int) -> None:
    """It is JSON for a page, and as old as the lists may be in a shared cache."""
    at = clock.now()
    name = service.allocate(expiry, at).list
    assert eventually(lambda: publisher.publish(name, at) and name in index())
    assert eventually(lambda: not publisher.publish_index(at))
    held = client("s3").head_object(Bucket=public.name, Key="status/index.json")
    assert (held["ContentType"], held["CacheControl"]) == ("application/json", publisher.CACHE)


def test_a_message_publishes_its_list_once_and_a_bad_one_comes_back(expiry: int) -> None:
    """A batch names each list once; a message of a list that does not exist is done, for it never will be."""
    at = clock.now()
    name = service.allocate(expiry, at).list
    message = {"messageId": "m1", "body": f'{{"list":"{name}"}}'}
    event = {"Records": [message, {**message, "messageId": "m2"}, {"messageId": "m3", "body": '{"list":"no-list"}'}]}
    before = StatusListRow.get(name, consistent_read=True).generation
    assert handlers.publish_status(event, None) == {"batchItemFailures": []}
    # Whoever finds another publisher at the list leaves it to them.
    assert eventually(lambda: public.get(f"status/{name}") is not None)
    after = StatusListRow.get(name, consistent_read=True).generation
    assert 1 <= int(after) - int(before) <= 3  # the deployed publisher may have heard of the list's opening meanwhile
