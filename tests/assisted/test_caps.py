"""How much a device may do for others: exact however many ask at once, and a repeat costs nothing."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Literal

import pytest

from functions.assisted import caps, rules, service
from functions.assisted.model import SpentRow
from functions.assisted.rules import Count
from functions.assisted.service import Told
from functions.audit.model import AuditRow
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.problems import Conflict, TooMany, Unavailable
from infra.local import Service
from tests.assisted.world import COMMUNITY, Elder, assist, client, guard_of, known, make_card
from tests.door.inprocess import Reply, call
from tests.door.world import Door, fresh, open_door
from tests.people.world import Someone, World

pytestmark = pytest.mark.usefixtures("http")
# In the middle of an hour to come: windows do not end while a test runs, nor does the engine take their rows away.
AT = (clock.now() // 43_200 + 1) * 43_200 + 1_800
Window = Literal["hour", "shift"]


@pytest.fixture(scope="module")
def door(http: object) -> Door:
    """A gate of this module's."""
    assert http
    return open_door()


def spent(spender: str, window: Window, count: Count, at: int = AT) -> int:
    """How much a device did in a window, by its row."""
    row = SpentRow.find(caps.spender_key(spender), f"{window}#{rules.windows_of(at)[window]}", at=0)
    return int(getattr(row, count) or 0) if row else 0


def have_spent(spender: str, window: Window, count: Count, left: int, at: int = AT) -> None:
    """Make as if a device had done so much already that this is left."""
    number, most = rules.windows_of(at)[window], getattr(rules.CAPS[count], window)
    row, ends_at = SpentRow(caps.spender_key(spender), f"{window}#{number}"), (number + 1) * rules.WINDOWS[window]
    row.update(actions=[getattr(SpentRow, count).set(most - left), SpentRow.ttl.set(ends_at)])


def passes(spender: str, count: Count, act: str) -> bool:
    """Spend until the device's other acts are through; whether this one was within the limit."""
    for _ in range(20):
        try:
            return caps.spend(spender, {count}, act, AT)
        except TooMany:
            return False
        except Unavailable:
            continue
    raise AssertionError("busy for ever")


@pytest.mark.parametrize("window", ["hour", "shift"])
@pytest.mark.parametrize("count", ["acts", "names", "lookups", "desk_names"])
def test_a_limit_is_exact_when_many_ask_at_once(window: Window, count: Count) -> None:
    """Three are left and eight ask: three pass, five are told when to come back, and the count is the limit."""
    spender = fresh("device")
    have_spent(spender, window, count, left=3)
    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(lambda n: passes(spender, count, f"act-{n}"), range(8)))
    assert sum(through) == 3
    assert spent(spender, window, count) == getattr(rules.CAPS[count], window)
    with pytest.raises(TooMany) as refused:
        caps.spend(spender, {count}, "one more", AT)
    assert refused.value.code == {"lookups": "known-cap", "desk_names": "name-cap"}.get(count, "assisted-cap")
    assert refused.value.headers == {"Retry-After": str(rules.retry_after(window, AT))}
    assert caps.spend(spender, {count}, "one more", AT + rules.retry_after(window, AT))


def test_the_same_act_again_is_counted_once() -> None:
    """Eight times at once, and again when the limit is reached: one; twelve hours later it is another."""
    spender = fresh("device")
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: passes(spender, "acts", "act"), range(8)))
    assert sum(counted) == 1
    assert (spent(spender, "hour", "acts"), spent(spender, "shift", "acts")) == (1, 1)
    have_spent(spender, "hour", "acts", left=0)
    assert caps.spend(spender, {"acts"}, "act", AT) is False
    assert caps.spend(spender, {"acts"}, "act", AT + rules.REPEAT_S) is True


def test_of_an_act_of_two_kinds_all_is_counted_or_none() -> None:
    """No name is compared once the names are spent, and such a try takes nothing of the check-ins."""
    spender = fresh("device")
    have_spent(spender, "hour", "names", left=0)
    with pytest.raises(TooMany) as refused:
        caps.spend(spender, {"acts", "names"}, "act", AT)
    assert "names" in refused.value.detail
    assert spent(spender, "hour", "acts") == 0
    assert caps.spend(spender, {"acts"}, "act", AT)


def test_a_device_on_which_too_much_happens_at_once_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others were counted at each attempt: 503, nothing counted."""
    spender, waited = fresh("device"), list[float]()
    have_spent(spender, "hour", "acts", left=0)
    monkeypatch.setattr(caps, "_refuse_if_full", lambda *_: None)
    with pytest.raises(Unavailable) as refused:
        caps.spend(spender, {"acts"}, "act", AT, pause=waited.append)
    assert (refused.value.code, refused.value.headers) == ("busy", {"Retry-After": "1"})
    assert sum(waited) < 2


def test_a_share_is_the_devices_wherever_it_stands() -> None:
    """One phone at three gates has one share; a token without a device has its account's."""
    assert (
        caps.who(Caller("guard", "G-1", "s-1", "thumb")) == caps.who(Caller("guard", "G-2", "s-2", "thumb")) == "thumb"
    )
    assert caps.who(Caller("officer", "990101", "s")) == "officer:s"


def test_names_that_match_cost_nothing_and_others_are_numbered(door: Door) -> None:
    """Trying names for a number ends after twenty in an hour, at once or one after another; a match is given back."""
    one, device = Someone(name="张小明"), fresh("device")
    World().approve().list_people(one)
    guard = guard_of(door, device)

    def ask(name: str) -> str:
        try:
            service.identify(guard, door.venue, Told(id_number=one.number, name=name), "1#in", AT)
        except (Conflict, TooMany, Unavailable) as refused:
            return refused.code
        return "matches"

    assert ask("张小明") == "matches"
    assert ask("张小明") == "matches"
    assert (spent(device, "hour", "names"), spent(device, "hour", "acts")) == (0, 1)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: ask(f"李{chr(0x4E00 + n)}"), range(24)))
    assert told.count("name-differs") <= 20
    assert "matches" not in told
    while ask(f"王{chr(0x4E00 + len(told))}") == "name-differs":
        told.append("name-differs")
    assert told.count("name-differs") == 20 == spent(device, "hour", "names")
    assert ask("张小明") == "matches", "what was counted already is answered"
    assert ask("张 小 明 ") == "matches", "folded, it is the same"
    # Nobody's name is compared any more, not even the right one of another person: yes and no would look different.
    with pytest.raises(TooMany):
        service.identify(guard, door.venue, Told(id_number=Elder().number, name="张小明"), "1#in", AT)
    assert service.identify(guard, door.venue, Told(id_number=Elder().number), "1#in", AT).matches is None


def test_a_try_that_finds_no_card_gives_its_name_back(door: Door) -> None:
    """No name was compared; the check-in was tried, and that counts: numbers of cards cannot be tried without end."""
    device = fresh("device")
    for _ in range(2):
        with suppress(Exception):
            service.identify(guard_of(door, device), door.venue, Told(card="00000000-00", name="张"), "1#in", AT)
    assert (spent(device, "hour", "names"), spent(device, "hour", "acts")) == (0, 1)


def test_names_tried_at_a_desk_are_numbered_too(engine: Service) -> None:
    """A clerk's names, and those of lists, that are not the register's: counted, in the log, and at an end."""
    one, subject = Someone(name="张小明"), fresh("clerk")
    World().approve().list_people(one)
    token, spender = engine.token("worker", COMMUNITY, subject=subject), f"worker:{subject}"

    def ask(name: str) -> Reply:
        return call("POST", "/cards", {"id_number": one.number, "name": name, "client": client()}, token=token)

    def send(name: str) -> Reply:
        sheet, kind = f"姓名,身份证号\n{name},{one.number}\n".encode(), {"content-type": "application/octet-stream"}
        return call("POST", f"/areas/{COMMUNITY}/cards?format=csv", sheet, token=token, headers=kind)

    assert [ask("张小明").status, ask("李四").status, ask("李四").status] == [201, 409, 409]
    assert [send("王五").json()["cards"], send("张小明").json()["cards"]] == [0, 1]
    rows = itertools.chain.from_iterable(AuditRow.query(str(shard), consistent_read=True) for shard in range(4))
    acts = [row.act for row in rows if row.actor == spender]
    assert acts.count("card.name-differs") == 3
    shifts = SpentRow.query(caps.spender_key(spender), SpentRow.what.startswith("shift#"), consistent_read=True)
    assert sum(int(row.desk_names or 0) for row in shifts) == 2, (
        "one name asked twice is one; a list's counts with each list"
    )
    now = clock.now()
    for at in (now, now + 60):
        have_spent(spender, "hour", "desk_names", left=0, at=at)
    for full in (ask("赵六"), send("赵六"), send("张小明")):
        assert (full.status, full.json()["code"]) == (429, "name-cap")
        assert 0 < int(full.headers["retry-after"]) <= 3_600
    confirmed = {"id_number": one.number, "name": "赵六", "client": client(), "name_confirmed": True}
    assert call("POST", "/cards", confirmed, token=token).status == 201, "whoever compared the document goes on"


def test_the_door_is_told_when_to_come_back(engine: Service, door: Door) -> None:
    """429 with Retry-After over HTTP, for check-ins and for looks; what was counted passes again, and so do other devices."""
    person, subject, now = Elder(), fresh("guard"), clock.now()
    number, spender = make_card(engine, person).json()["number"], f"guard:{subject}"
    assert assist(engine, door, {"card": number}, subject=subject).status == 201
    for at in (now, now + 60):  # the hour may turn meanwhile
        have_spent(spender, "hour", "acts", left=0, at=at)
        have_spent(spender, "hour", "lookups", left=0, at=at)
    full = assist(engine, door, {"id_number": Elder().number}, subject=subject)
    assert (full.status, full.json()["code"]) == (429, "assisted-cap")
    assert 0 < int(full.headers["retry-after"]) <= 3_600
    assert assist(engine, door, {"card": number}, subject=subject).status == 200
    looked = known(engine, door, person.tail, subject=subject)
    assert (looked.status, looked.json()["code"]) == (429, "known-cap")
    assert 0 < int(looked.headers["retry-after"]) <= 3_600
    assert known(engine, door, person.tail).status == 200
