"""A built template with functions kept warm for the morning rush: provisioned concurrency at doors, by the clock.

It costs money by the hour, so it is no part of the template. Run it after each `make build` and before each deployment:
`python -m infra.build.morning .aws-sam/arm64/template.yaml --holder 400 --public 60 --assisted 10`. Provisioned
concurrency needs a published version, and a version keeps the code and the environment it was published with; so each
run stamps a new one. Without it the next deployment takes versions and warmth away again, and nothing else changes.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.local.template import Template, read

DOORS: Final = {"holder": "HolderFunction", "public": "PublicFunction", "assisted": "AssistedFunction"}
ALIAS: Final = "live"
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def warmed(template: Template, counts: Mapping[str, int], begins: str, ends: str, stamp: str) -> Template:
    """Return a template whose doors are warm between two times of a day.

    Args:
        template: as built, short tags spelt out.
        counts: how many of each door, by its key in DOORS; 0 leaves a door as it is.
        begins: when to begin, `06:30` in China; it takes minutes until all are warm.
        ends: when to end.
        stamp: anything that differs from one deployment to the next.

    Raises:
        ValueError: a time is none.
    """
    made = copy.deepcopy(template)
    for door, count in counts.items():
        if count:
            name = DOORS[door]
            made["Resources"][name]["Properties"] |= {
                "AutoPublishAlias": ALIAS,
                "AutoPublishCodeSha256": hashlib.sha256(stamp.encode()).hexdigest(),
            }
            made["Resources"][f"{name}Morning"] = _target(name, count, begins, ends)
    return made


def _target(name: str, count: int, begins: str, ends: str) -> dict[str, Any]:
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "DependsOn": f"{name}Alias{ALIAS}",  # as SAM calls it
        "Properties": {
            "ServiceNamespace": "lambda",
            "ScalableDimension": "lambda:function:ProvisionedConcurrency",
            "ResourceId": {"Fn::Sub": f"function:${{{name}}}:{ALIAS}"},
            "MinCapacity": 0,
            "MaxCapacity": count,
            "ScheduledActions": [_action("begins", begins, count), _action("ends", ends, 0)],
        },
    }


def _action(name: str, clock: str, count: int) -> dict[str, Any]:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise ValueError(f"{clock} is no time of a day; write 06:30")
    hour, minute = (int(part) for part in found.groups())
    return {
        "ScheduledActionName": name,
        "Schedule": f"cron({minute} {hour} * * ? *)",
        "Timezone": "Asia/Shanghai",
        "ScalableTargetAction": {"MinCapacity": count, "MaxCapacity": count},
    }


def main(arguments: list[str]) -> int:
    """Rewrite a built template in its place; 2 when it is misused."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.build.morning", description="Keep doors warm in the morning."
    )
    parser.add_argument("template", type=Path, help="a built template, .aws-sam/arm64/template.yaml")
    for door in DOORS:
        parser.add_argument(f"--{door}", type=int, default=0, metavar="N", help=f"how many of {DOORS[door]}")
    parser.add_argument("--begins", default="06:30", help="in China; default 06:30")
    parser.add_argument("--ends", default="10:00", help="in China; default 10:00")
    given = parser.parse_args(arguments)
    counts = {door: getattr(given, door) for door in DOORS}
    if not any(counts.values()) or min(counts.values()) < 0:
        parser.error("say how many of one door at least")
    try:
        made = warmed(read(given.template), counts, given.begins, given.ends, str(time.time_ns()))
    except ValueError as problem:
        parser.error(str(problem))
    given.template.write_text(json.dumps(made, indent=1), encoding="utf-8")
    print(
        ", ".join(f"{count} of {DOORS[door]}" for door, count in counts.items() if count),
        "from",
        given.begins,
        "to",
        given.ends,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
