"""The search for leaks finds what is planted, in each channel and of each kind, and nothing where nothing is."""

from __future__ import annotations

import uuid

import pytest

from credentials import LocalSigner, pack
from functions.shared import log
from functions.shared.objects import public as bucket
from infra.local import Service
from tests.conftest import Http
from tests.people.test_enrolling import enrol
from tests.people.world import Someone, World
from tests.privacy import trail

NAME, NUMBER, PHONE = "慕容翠花", "990101198206149554", "13825598144"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"GET /people?name={NAME} 200", "stored of a person"),
        (f"refused {NUMBER},", "id number"),
        (f'{{"phone":"{PHONE}"}}', "phone"),
        (f"sent to +86{PHONE}", "phone"),
        ("Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0." + "A" * 86, "token"),
        ("/v#" + "7" * 930, "packed pass"),
    ],
)
def test_what_is_planted_is_found(text: str, kind: str) -> None:
    """Each kind of leak is found in a line of text, and the finding does not repeat it."""
    found = trail.leaks([("log", text)], {NAME})
    assert [leak.kind for leak in found] == [kind]
    for secret in (NAME, NUMBER, PHONE):
        assert secret not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "results.applied job=J-1 count=3",
        "1795316747123456789 1795316747 1795316747123 2026-11-22T02:00:00Z",
        "990101198206149555",  # wrong check digit: an id by accident of length alone
        "f3a13825598144bc",
        "/units/U-1/people/PU5w1dSgRDKkR0cyJv0YXwq9c0T3e1AAaZ8u1Gv5dyA/printed",
    ],
)
def test_ids_times_and_counts_are_no_leaks(text: str) -> None:
    """What logs are for does not raise an alarm."""
    assert trail.leaks([("log", text)], {NAME}) == []


def test_a_plant_in_each_channel_is_gathered(http: Http, engine: Service) -> None:
    """A log line of ours, of the server and of a function, a URL, an error body, an object's name: each is searched."""
    plant, before = f"planted-{uuid.uuid4().hex}", len(trail.TRAIL.noted)
    log.event("planted.event", word=plant)
    bucket.put(f"{plant}/x", b"")
    with engine.state.http_log.open("a", encoding="utf-8") as server_log:
        server_log.write(plant + "\n")
    http.get(f"/planted?{plant}=1")
    http.post("/codes", {plant: "x"})
    texts = [*trail.TRAIL.noted[before:], *trail.gathered(engine)]
    found = {leak.channel for leak in trail.leaks(texts, {plant})}
    assert {"log", "url", "object name", "http.log"} <= found
    assert {"error body", "file name", "engine.log"} <= {channel for channel, _ in texts}
    # What a function printed at the engine's start is in the engine's log and in the function's log group.
    printed = {channel for channel, text in texts if "keys.made" in text}
    assert "engine.log" in printed
    assert any(channel.endswith("/Logs") for channel in printed)


def test_what_people_did_is_not_in_the_trail(http: Http, engine: Service) -> None:
    """One person all the way: refused, enrolled, listed, tested, issued; then nothing readable of them is anywhere."""
    world, one = World().approve(), Someone(name=NAME)
    assert enrol(http, one).status == 422
    one.receive_code()
    assert enrol(http, one).status == 201
    world.list_people(one)
    world.result(one)
    token = world.issue(one, LocalSigner.generate())
    known = {one.name, one.number, one.phone, token, pack(token)}
    assert {NAME, one.number, one.phone} <= trail.stored_of_people()
    assert trail.leaks([*trail.TRAIL.noted, *trail.gathered(engine)], known) == []
