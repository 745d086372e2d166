"""`epipass cost`: what it adds up is what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.cost import HERE
from cli.main import epipass
from cli.pricing import FREE, STAGES, gb_seconds


def told(*words: object) -> dict[str, Any]:
    """The command's document."""
    ended = CliRunner().invoke(epipass, ["cost", "--json", *map(str, words)], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    read: dict[str, Any] = json.loads(ended.stdout)
    return read


@pytest.mark.parametrize("scenario", ["routine", "mass-screening"])
def test_stages_and_services_are_the_whole(scenario: str) -> None:
    """Shares are one, the sum of stages and of services is the day, and a month has thirty of them."""
    day = told("--scenario", scenario)
    assert sum(stage["share"] for stage in day["stages"]) == pytest.approx(1, abs=0.001)
    assert sum(stage["usd_a_day"] for stage in day["stages"]) == pytest.approx(day["usd_a_day"], abs=0.01)
    assert sum(day["services"].values()) == pytest.approx(day["usd_a_day"], abs=0.1)
    assert day["usd_a_month"] == pytest.approx(30 * day["usd_a_day"], abs=0.2)


def test_every_act_of_a_stage_was_counted_or_is_free() -> None:
    """A stage with an act that nobody measured would look cheap."""
    acts = json.loads((HERE / "usage.json").read_text(encoding="utf-8"))["acts"]
    assert {name for names in STAGES.values() for name in names} - FREE == set(acts)


def test_showing_a_pass_costs_nothing() -> None:
    """However often the page is looked at."""
    assert told("--rate", "display=500")["usd_a_day"] == told("--rate", "display=0")["usd_a_day"]


def test_texts_stand_apart() -> None:
    """Their price changes their line and nothing else; one is sent for each code."""
    cheap, dear = told("--sms-price", 0), told("--sms-price", 1, "--rate", "code=0.0006")
    assert cheap["usd_a_day"] == dear["usd_a_day"]
    assert (cheap["texts"]["usd_a_day"], dear["texts"]["a_day"]) == (0, 14_400)
    assert dear["texts"]["usd_a_day"] == pytest.approx(14_400)


def test_twice_the_people_cost_twice_what_people_do() -> None:
    """What stands or goes by the clock stays."""
    one, two = ({s["stage"]: s["usd_a_day"] for s in told("--people", n)["stages"]} for n in (10**6, 2 * 10**6))
    assert two["check-ins"] == pytest.approx(2 * one["check-ins"], rel=1e-3)
    assert two["keys, alarms, firewall"] == one["keys, alarms, firewall"]


def test_your_own_price_list_is_used(tmp_path: Path) -> None:
    """A list in which tables are dearer makes the day dearer by just that."""
    text = (HERE / "prices.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace("write_units = 0.625", "write_units = 6.25"), encoding="utf-8")
    before, after = told()["services"], told("--prices", mine)["services"]
    assert after["DynamoDB"] > 3 * before["DynamoDB"]
    assert after["Lambda"] == before["Lambda"]


@pytest.mark.parametrize(
    ("option", "of", "into", "said"),
    [
        ("--scenarios", '"check-in" =', '"checkin" =', "no act is called checkin"),
        ("--scenarios", '"publication" =', '"publications" =', "no act is called publications"),
        ("--scenarios", "about =", "why =", "it lacks about"),
        ("--scenarios", '"publication" = 1440', '"publication" = "often" #', "day is no table"),
        ("--scenarios", "[routine]", "[else]", "it lacks about"),
        ("--prices", "write_units =", "writes =", "write_units"),
    ],
)
def test_a_slip_in_your_own_file_makes_no_sum_cheaper(
    tmp_path: Path, option: str, of: str, into: str, said: str
) -> None:
    """An act that is none, a part or a price that is missing: refused by its name, not counted as nothing."""
    name = {"--scenarios": "scenarios.toml", "--prices": "prices.toml"}[option]
    mine = tmp_path / name
    mine.write_text((HERE / name).read_text(encoding="utf-8").replace(of, into), encoding="utf-8")
    ended = CliRunner().invoke(epipass, ["cost", option, str(mine)])
    assert ended.exit_code == 2
    assert said in ended.output


def test_little_memory_has_a_share_of_a_processor() -> None:
    """At 512 MB work takes 3.5 times as long; waiting does not, and with a whole processor nothing does."""
    ran = {"seconds": 1.5, "processor_seconds": 1.0}
    assert gb_seconds({**ran, "memory_mb": 512}, 1769) == pytest.approx((1769 / 512 + 0.5) / 2)
    assert gb_seconds({**ran, "memory_mb": 2048}, 1769) == pytest.approx(1.5 * 2)


@pytest.mark.parametrize(
    "words",
    [("--rate", "check-in"), ("--rate", "check-in=-1"), ("--rate", "dance=1"), ("--scenario", "war"), ("--people", 0)],
)
def test_what_is_misused_is_told(words: tuple[object, ...]) -> None:
    """Status 2, and what there is instead."""
    ended = CliRunner().invoke(epipass, ["cost", *map(str, words)])
    assert ended.exit_code == 2
    assert "Invalid value" in ended.output


def test_the_table_says_what_to_check() -> None:
    """Prices by date and place, counts by date and commit, and what is not in it."""
    ended = CliRunner().invoke(epipass, ["cost"])
    assert ended.exit_code == 0
    for word in ("us-east-1", "check them", "Texts to phones, apart", "Not in it", "a month of 30 days"):
        assert word in ended.output
