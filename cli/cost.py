"""`epipass cost`: what a day of a city costs, from counted use and a dated price list."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import click

from cli import offline, told
from cli.pricing import FREE, MONTH_DAYS, STAGES, Day, day_of

HERE = Path(__file__).parent
ACTS = frozenset(name for names in STAGES.values() for name in names)
NOT_IN_IT = (
    "support plan, people, telephone; staff sign-in; data sent out beyond requests; the free tiers and discounts; "
    "printing and tracing jobs, files kept, exports; provisioned concurrency; a second region; tax"
)


@click.command(short_help="What a city's day costs, stage by stage.")
@click.option("--people", type=click.IntRange(min=1), default=24_000_000, show_default=True, help="People of the city.")
@click.option(
    "--scenario", default="routine", show_default=True, help="routine, mass-screening, or one of --scenarios."
)
@click.option("--rate", "rates", multiple=True, metavar="ACT=NUMBER", help="How often a person does an act in a day.")
@click.option("--sms-price", type=click.FloatRange(min=0), help="USD for one text to a phone.")
@click.option("--prices", "price_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your list.")
@click.option(
    "--scenarios", "scenario_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Yours."
)
@offline.json_option
def cost(
    *,
    people: int,
    scenario: str,
    rates: tuple[str, ...],
    sms_price: float | None,
    price_file: Path | None,
    scenario_file: Path | None,
    as_json: bool,
) -> None:
    """Multiply what each act was counted to use with list prices and with how often it is done.

    The counts are of real runs in the embedded engine (docs/cost.md); texts to phones stand apart.
    """
    usage = json.loads((HERE / "usage.json").read_text(encoding="utf-8"))
    prices, scenarios = _toml(price_file or HERE / "prices.toml"), _toml(scenario_file or HERE / "scenarios.toml")
    if scenario not in scenarios:
        raise click.BadParameter(f"there is {', '.join(scenarios)}", param_hint="--scenario")
    chosen = _checked(scenarios[scenario])
    often = {name: rate * people for name, rate in _rated(chosen["person"], rates).items()} | chosen["day"]
    try:
        if sms_price is not None:
            prices["each"]["sms"] = sms_price
        day = day_of(usage, prices, often)
        facts = {"scenario": scenario, "about": chosen["about"], "people": people, "currency": prices["currency"]}
        facts |= {"prices": f"{prices['region']}, {prices['date']}", "counted": f"{usage['date']}, {usage['commit']}"}
    except KeyError as missing:
        raise click.BadParameter(f"it lacks {missing}", param_hint="--prices") from None
    if as_json:
        told.print_json({**facts, **as_document(day), "not_in_it": NOT_IN_IT})
    else:
        click.echo("\n".join(as_lines(day, facts)))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise click.ClickException(f"{path.name} is no TOML: {wrong}") from None


def _checked(given: Any) -> dict[str, Any]:
    """Refuse a scenario that lacks a part, or names an act that is none: left out, the sum would only look cheap."""
    scenario: dict[str, Any] = given if isinstance(given, dict) else {}
    for part in ("person", "day"):
        rates = scenario.get(part, {})
        if not isinstance(rates, dict) or not all(
            type(rate) in {int, float} and 0 <= rate < math.inf for rate in rates.values()
        ):
            raise click.BadParameter(f"{part} is no table of acts with their numbers", param_hint="--scenarios")
    lacking = sorted({"about", "person", "day"} - set(scenario))
    unknown = sorted((set(scenario.get("person", ())) | set(scenario.get("day", ()))) - ACTS)
    if lacking or unknown:
        wrong = f"it lacks {', '.join(lacking)}" if lacking else f"no act is called {', '.join(unknown)}"
        raise click.BadParameter(wrong, param_hint="--scenarios")
    return scenario


def _rated(person: dict[str, float], rates: tuple[str, ...]) -> dict[str, float]:
    """Return the scenario's rates with those of the command line in their place."""
    changed = dict(person)
    for text in rates:
        name, _, number = text.rpartition("=")
        try:
            rate = float(number)
        except ValueError:
            rate = -1.0
        if name not in ACTS or not 0 <= rate < math.inf:
            raise click.BadParameter(f"ACT=NUMBER, where ACT is one of {', '.join(sorted(ACTS))}", param_hint="--rate")
        changed[name] = rate
    return changed


def as_document(day: Day) -> dict[str, Any]:
    """The day as JSON: USD a day and a month, each stage with its share and services, texts apart."""
    stages = [
        {
            "stage": stage.name,
            "acts": round(stage.acts),
            "usd_a_day": round(stage.usd, 4),
            "share": round(stage.usd / day.usd, 4),
            "services": {name: round(usd, 4) for name, usd in stage.by_service.items() if usd},
        }
        for stage in day.stages
    ]
    return {
        "usd_a_day": round(day.usd, 2),
        "usd_a_month": round(day.usd * MONTH_DAYS, 2),
        "stages": stages,
        "services": {name: round(usd, 2) for name, usd in day.by_service().items()},
        "texts": {
            "a_day": round(day.texts),
            "usd_a_day": round(day.texts_usd, 2),
            "usd_a_month": round(day.texts_usd * MONTH_DAYS, 2),
        },
    }


def as_lines(day: Day, facts: dict[str, Any]) -> list[str]:
    """The day as a table for a person."""
    lines = [f"{facts['scenario']}, {facts['people']:,} people. {facts['about']}"]
    lines += [f"Prices: {facts['prices']} (check them). Use counted: {facts['counted']}, in the embedded engine.", ""]
    lines.append(f"{'':<24}{'acts a day':>14}{'USD a million':>15}{'USD a day':>12}{'share':>8}")
    for stage in day.stages:
        each = f"{stage.usd / stage.acts * 1e6:,.2f}" if stage.acts else ""
        acts = f"{stage.acts:,.0f}" if stage.acts else ""
        lines.append(f"{stage.name:<24}{acts:>14}{each:>15}{stage.usd:>12,.2f}{stage.usd / day.usd:>8.1%}")
    lines.append(f"{'a day':<24}{'':>29}{day.usd:>12,.2f}")
    lines.append(f"{'a month of 30 days':<24}{'':>29}{day.usd * MONTH_DAYS:>12,.2f}")
    lines += ["", "By service: " + ", ".join(f"{n} {usd:,.2f}" for n, usd in day.by_service().items() if usd >= 0.005)]  # noqa: PLR2004 - half a cent
    lines.append(f"Texts to phones, apart: {day.texts:,.0f} a day, {day.texts_usd:,.2f} USD.")
    lines.append(f"{' and '.join(sorted(FREE)).capitalize()} cost nothing. Not in it: {NOT_IN_IT}.")
    return lines
