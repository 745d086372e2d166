"""Counts times prices: what an act costs by service, and a day of a city by stage. Plain values, nothing is asked of anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MILLION, MONTH_DAYS = 1_000_000, 30
FREE = frozenset({"display", "verified on the device"})  # on the phone alone: nothing is asked of a server
SMS = "sns.Publish"

# What people of an office would call one thing, and the acts it is made of.
STAGES: dict[str, tuple[str, ...]] = {
    "passes shown": ("display", "verified on the device"),
    "check-ins": ("check-in", "check-in counted"),
    "tokens and enrolment": ("token", "code", "enrolment"),
    "own page": ("own page",),
    "passes issued": ("pass", "printed pass"),
    "scans and turnstiles": ("scan", "verified by the server"),
    "results": ("result", "result of staff"),
    "staff lists": ("staff row",),
    "matching run": ("run, a person",),
    "withdrawals and lists": ("withdrawal", "publication"),
}
# What follows from acts that are told already, or from the clock: no acts of anybody's.
FOLLOWS = frozenset({"check-in counted", "publication"})
STANDING = "keys, alarms, firewall"


@dataclass(frozen=True)
class Stage:
    """A stage of a day: how many acts, and USD by service."""

    name: str
    acts: float
    by_service: Mapping[str, float]

    @property
    def usd(self) -> float:
        """What the stage costs a day."""
        return sum(self.by_service.values())


@dataclass(frozen=True)
class Day:
    """A day of a city: its stages, and what texts to phones cost apart."""

    stages: tuple[Stage, ...]
    texts: float
    texts_usd: float

    @property
    def usd(self) -> float:
        """What the day costs, without texts."""
        return sum(stage.usd for stage in self.stages)

    def by_service(self) -> dict[str, float]:
        """Return the day's costs by service, the dearest first."""
        total: defaultdict[str, float] = defaultdict(float)
        for stage in self.stages:
            for service, usd in stage.by_service.items():
                total[service] += usd
        return dict(sorted(total.items(), key=lambda one: -one[1]))


def cost_of(act: Mapping[str, Any], prices: Mapping[str, Any], queues: frozenset[str]) -> dict[str, float]:
    """Return the USD of one act by service, without texts to phones."""
    million, each, assumed = prices["million"], prices["each"], prices["assumed"]
    usd: defaultdict[str, float] = defaultdict(float)
    usd["API Gateway"] += act["api"] * million["http_api"] / MILLION
    usd["CloudFront and WAF"] += act["api"] * (million["cloudfront"] + million["waf"]) / MILLION
    usd["Step Functions"] += act["transitions"] * million["transitions"] / MILLION
    for name, ran in act["by"].items():
        calls = ran["calls"]
        usd["Lambda"] += calls * million["lambda_calls"] / MILLION
        usd["Lambda"] += gb_seconds(ran, assumed["full_core_mb"]) * each["gb_second"]
        usd["logs and traces"] += calls * assumed["log_kb_a_call"] / MILLION * each["log_gb"]
        usd["logs and traces"] += calls * assumed["traced_share"] * million["traces"] / MILLION
        # For each call a queue's poller receives a message and deletes it.
        usd["SQS"] += (2 * calls if name in queues else 0.0) * million["sqs"] / MILLION
        for operation, count in ran["requests"].items():
            service, price = _price(operation)
            if price:
                usd[service] += count * million[price] / MILLION
        for table in ran["tables"].values():
            usd["DynamoDB"] += table["write"] * million["write_units"] / MILLION
            usd["DynamoDB"] += table["read"] * million["read_units"] / MILLION
            # Rows are deleted as they age: what a day writes is there for as many days as it is kept.
            kept = max(0.0, table["stored"]) / 1e9 * assumed["stored_days"] / MONTH_DAYS
            usd["storage"] += kept * (each["table_gb_month"] + each["backup_gb_month"])
    return dict(usd)


def gb_seconds(ran: Mapping[str, Any], full_core_mb: float) -> float:
    """Return what a function's calls would be billed: with little memory a function has a share of a processor alone."""
    waited = max(0.0, ran["seconds"] - ran["processor_seconds"])
    busy = ran["processor_seconds"] * max(1.0, full_core_mb / ran["memory_mb"])
    return float((busy + waited) * ran["memory_mb"] / 1024)


def _price(operation: str) -> tuple[str, str]:
    service, _, name = operation.partition(".")
    if service == "s3":
        return "S3", {"GET": "s3_get", "HEAD": "s3_get", "DELETE": ""}.get(name, "s3_put")
    known = {"sqs": ("SQS", "sqs"), "kms": ("KMS", "kms"), "secretsmanager": ("Secrets Manager", "secrets")}
    return known.get(service, ("", ""))


def day_of(usage: Mapping[str, Any], prices: Mapping[str, Any], often: Mapping[str, float]) -> Day:
    """Return what a day costs in which each act is done so often.

    Raises:
        KeyError: an act that nobody counted.
    """
    queues, acts = frozenset(usage["queues"]), usage["acts"]
    stages = []
    for stage, names in STAGES.items():
        usd: defaultdict[str, float] = defaultdict(float)
        for name in names:
            if name not in FREE and often.get(name):
                for service, each in cost_of(acts[name], prices, queues).items():
                    usd[service] += each * often[name]
        stages.append(Stage(stage, sum(often.get(name, 0.0) for name in names if name not in FOLLOWS), dict(usd)))
    standing = sum(count * prices["month"][name] for name, count in usage["standing"].items()) / MONTH_DAYS
    texts = sum(often.get(name, 0.0) * _texts(act) for name, act in acts.items())
    return Day((*stages, Stage(STANDING, 0, {"standing": standing})), texts, texts * prices["each"]["sms"])


def _texts(act: Mapping[str, Any]) -> float:
    return float(sum(ran["requests"].get(SMS, 0.0) for ran in act["by"].values()))
