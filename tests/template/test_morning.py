"""Doors kept warm by the clock: what is added to a built template, and that it is nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from infra.build import morning
from infra.local.template import read
from infra.paths import TEMPLATE
from tests.template.reading import template
from tests.template.test_limits import DOORS as KEEPING

ADDED = {"AutoPublishAlias", "AutoPublishCodeSha256"}
COUNTS = {"holder": 400, "public": 60, "assisted": 0}


def test_only_doors_with_a_number_get_a_version_and_a_clock() -> None:
    """Two doors are warmed, everything else is as it was, and the template that was handed in is untouched."""
    made = morning.warmed(template(), COUNTS, "06:30", "10:00", "a")["Resources"]
    before = template()["Resources"]
    assert set(made) - set(before) == {"HolderFunctionMorning", "PublicFunctionMorning"}
    for name, found in before.items():
        gained = set(made[name].get("Properties", {})) - set(found.get("Properties", {}))
        assert gained == (ADDED if name in {"HolderFunction", "PublicFunction"} else set()), name
    assert set(morning.DOORS.values()) == set(KEEPING)


def test_the_clock_begins_with_the_number_and_ends_with_none() -> None:
    """Before and after nothing is kept; in between as many as were asked for, by the people's own clock."""
    held = morning.warmed(template(), COUNTS, "06:30", "10:00", "a")["Resources"]["HolderFunctionMorning"]["Properties"]
    assert (held["MinCapacity"], held["MaxCapacity"]) == (0, 400)
    begins, ends = held["ScheduledActions"]
    assert (begins["Schedule"], begins["ScalableTargetAction"]["MinCapacity"]) == ("cron(30 6 * * ? *)", 400)
    assert (ends["Schedule"], ends["ScalableTargetAction"]["MaxCapacity"]) == ("cron(0 10 * * ? *)", 0)
    assert {one["Timezone"] for one in (begins, ends)} == {"Asia/Shanghai"}
    assert held["ResourceId"] == {"Fn::Sub": "function:${HolderFunction}:live"}


def test_each_deployment_publishes_a_version_of_its_own() -> None:
    """SAM makes a version when its hash changes; a changed parameter alone would not change it."""
    first, second = (
        morning.warmed(template(), COUNTS, "06:30", "10:00", stamp)["Resources"]["HolderFunction"]["Properties"]
        for stamp in "ab"
    )
    assert first["AutoPublishCodeSha256"] != second["AutoPublishCodeSha256"]


def test_a_built_template_is_rewritten_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it did; run again with other numbers, those hold."""
    built = tmp_path / "template.yaml"
    shutil.copy(TEMPLATE, built)
    assert morning.main([str(built), "--holder", "5"]) == 0
    assert morning.main([str(built), "--holder", "7", "--begins", "05:45"]) == 0
    assert "7 of HolderFunction from 05:45 to 10:00" in capsys.readouterr().out
    held = read(built)["Resources"]["HolderFunctionMorning"]["Properties"]
    assert held["MaxCapacity"] == 7
    assert json.loads(built.read_text(encoding="utf-8"))["Transform"] == template()["Transform"]


@pytest.mark.parametrize(
    "given", [[], ["--holder", "-1"], ["--holder", "5", "--begins", "24:00"], ["--holder", "many"]]
)
def test_what_cannot_be_meant_is_refused_and_nothing_written(tmp_path: Path, given: list[str]) -> None:
    """No door, a number below none, a time that no clock shows: status 2, the template as it was."""
    built = tmp_path / "template.yaml"
    shutil.copy(TEMPLATE, built)
    with pytest.raises(SystemExit) as ended:
        morning.main([str(built), *given])
    assert ended.value.code == 2
    assert built.read_bytes() == TEMPLATE.read_bytes()
