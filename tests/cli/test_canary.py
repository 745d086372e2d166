"""`epipass canary` against the running service, and what it says of a canary that does not arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cli.canary import followed, is_in_time, lines, waited_for
from cli.main import epipass
from infra.local import Service
from tests.browser.served import served
from tests.conftest import Http

__all__ = ["served"]


def canary(state: str, **seconds: int | None) -> dict[str, Any]:
    """A canary as the function tells it."""
    stages = dict.fromkeys(("door_s", "applied_s", "decided_s", "published_s"))
    return {"canary": "C-0123456789ab", "state": state, "promise_s": 300, **stages, **seconds}


@pytest.fixture
def here(engine: Service, served: Http, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The environment of somebody at this machine."""
    assert served.url
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.root))
    return engine


def test_a_correction_is_timed_for_a_person_and_for_a_program(here: Service) -> None:
    """Exit status 0 within five minutes; each stage with its seconds, the same ones in JSON."""
    assert here.url
    ran = CliRunner().invoke(epipass, ["canary"])
    assert ran.exit_code == 0, ran.output
    assert "the refusal stands" in ran.stdout
    assert "in time" in ran.stdout
    ran = CliRunner().invoke(epipass, ["canary", "--once", "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["state"], told["in_time"]) == ("seen", True)
    assert 0 <= told["published_s"] < told["door_s"] <= 300


def test_late_ends_by_itself_and_says_where_it_stands() -> None:
    """Once five minutes are over nobody waits on; the first stage without seconds is the one to look at."""
    tale = iter([canary("preparing"), canary("corrected", door_s=299), canary("corrected", door_s=301, applied_s=1)])
    shown: list[str] = []
    found = followed(lambda: next(tale), lambda one: shown.append(one["state"]), pause_s=0)
    assert shown == ["preparing", "corrected", "corrected"]
    assert not is_in_time(found)
    assert waited_for(found)[0] == "the refusal stands"
    assert "results' stream" in "\n".join(lines(found))


def test_seen_too_late_is_late() -> None:
    """Arrived, but over what was promised: the page's own minute counts."""
    found = canary("seen", door_s=301, applied_s=1, decided_s=2, published_s=241)
    assert not is_in_time(found)
    assert "LATE" in "\n".join(lines(found))
    assert is_in_time({**found, "door_s": 300})


def test_without_a_pass_it_gives_up() -> None:
    """A negative that never becomes a pass is no correction: it says so, and where to look."""
    found = followed(lambda: canary("preparing"), lambda _one: None, pause_s=0, prepare_s=-1)
    assert "a negative becomes a pass" in "\n".join(lines(found))


def test_a_stage_is_named_at_every_state() -> None:
    """Whatever a canary waits for has a name and a place to look."""
    for found in (canary("preparing"), canary("valid"), canary("corrected"), canary("corrected", applied_s=1)):
        assert all(waited_for(found))
