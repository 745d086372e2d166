"""`epipass match` against the running service."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cli.main import epipass
from cli.match import told_report
from functions.shared import clock
from infra.local import Service
from tests.conftest import Http
from tests.matching.world import HOUR, World, arrive, drain


@pytest.fixture
def world(engine: Service, http: Http, monkeypatch: pytest.MonkeyPatch) -> World:
    """A unit of three, one of them with a negative, and the environment of somebody at this machine."""
    assert http.url
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.root))
    monkeypatch.delenv("EPIPASS_API_URL", raising=False)
    made = World(clock.now())
    arrive([made.result("ann", "negative", HOUR)], made.at)
    drain()
    made.register("u")
    made.enlist("u", ["ann", "bob", "cy"])
    return made


def test_match_waits_and_reports_by_cause(world: World) -> None:
    """With an area the report is the district's; exit status 0 once it is done."""
    ran = CliRunner().invoke(epipass, ["match", "--area", world.area, "--wait", "--json", "--timeout", "60"])
    assert ran.exit_code == 0, ran.output
    report = json.loads(ran.stdout)
    assert (report["entitled"], report["refused"], report["state"]) == (1, {"no-test": 2}, "done")
    assert world.said("ann", "u")[0] == "eligible"


def test_match_without_an_area_is_the_daily_run(world: World) -> None:
    """Nothing need be said: everything is matched, as the schedule does, and the same cut-off is the same run."""
    cutoff = clock.rfc3339(clock.now())
    ran = CliRunner().invoke(epipass, ["match", "--cutoff", cutoff, "--wait", "--json", "--timeout", "200"])
    assert ran.exit_code in {0, 1}, ran.output  # another test's unit may be held
    assert world.said("ann", "u")[0] == "eligible"
    again = CliRunner().invoke(epipass, ["match", "--cutoff", cutoff])
    assert again.stdout.strip() == json.loads(ran.stdout)["run"]


def test_match_without_wait_prints_the_run_alone(world: World) -> None:
    """So that a script can take it."""
    ran = CliRunner().invoke(epipass, ["match", "--area", world.area])
    assert ran.exit_code == 0
    assert len(ran.stdout.strip()) == 32


def test_a_refusal_is_a_sentence(world: World) -> None:
    """What the API refuses is told with exit status 1, never as a traceback."""
    ran = CliRunner().invoke(epipass, ["match", "--area", world.area, "--cutoff", "2020-01-01T00:00:00Z"])
    assert ran.exit_code == 1
    assert "A cut-off lies in the last 24 hours." in ran.output


def test_nothing_running_is_said(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a service and an address there is nobody to ask."""
    monkeypatch.setenv("EPIPASS_STATE", str(tmp_path))
    monkeypatch.delenv("EPIPASS_API_URL", raising=False)
    ran = CliRunner().invoke(epipass, ["match"])
    assert ran.exit_code == 1
    assert "epipass run" in ran.output


def test_a_report_names_its_holds() -> None:
    """Who reads the report sees what waits for them."""
    report = {
        "run": "r",
        "state": "held",
        "cutoff": "2026-11-22T00:00:00Z",
        "policy": "default-1",
        "entitled": 1,
        "renewed": 2,
        "kept": 3,
        "withdrawn": 4,
        "refused": {"positive": 5},
        "holds": [{"unit": "U-1", "people": 25, "losing": 9, "decision": ""}],
        "stages": {"fold": 3, "decide": 12},
        "missed": 2,
    }
    *_, decide, missed, held = told_report(report)
    assert held == "  held: U-1 would lose 9 of 25: waits for a person"
    assert "missed by events: 2." in missed
    assert decide.split() == ["decide", "12", "s"]
