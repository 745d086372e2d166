"""The template rewritten for the embedded engine: what is dropped is known, what is kept is the same bytes."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

from infra.local.template import REFUSED_TYPES, bundle, plan
from infra.paths import PACKAGED, ROOT, TEMPLATE
from tests.template.reading import resources, tables, template


def test_only_refused_types_are_dropped() -> None:
    """What the engine does not get is what the one list names, and nothing else is lost on the way."""
    made = plan(TEMPLATE, PACKAGED)
    rewritten = json.loads(made.template.body)["Resources"]
    alarms = {name for name, found in resources("AWS::CloudWatch::Alarm").items() if "Metrics" in found["Properties"]}
    dropped = alarms | {name for name, found in template()["Resources"].items() if found["Type"] in REFUSED_TYPES}
    assert set(made.dropped) == dropped
    assert set(rewritten) == set(template()["Resources"]) - dropped


def test_ttl_is_planned_for_every_table_that_has_it() -> None:
    """The engine drops TTL from the template, so the plan carries it."""
    with_ttl = {name for name, found in tables().items() if "TimeToLiveSpecification" in found["Properties"]}
    assert {name for name, _ in plan(TEMPLATE, PACKAGED).ttl} == with_ttl


def test_the_same_sources_are_the_same_bytes(tmp_path: Path) -> None:
    """Bundling twice, a day apart, gives the same bytes: an unchanged checkout is no update."""
    source = tmp_path / "app.py"
    source.write_text("A = 1\n")
    before = bundle(tmp_path, ["app.py"])
    os.utime(source, (0, 86_400))
    assert bundle(tmp_path, ["app.py"]) == before


def test_a_changed_source_is_another_plan(tmp_path: Path) -> None:
    """The code's name is its hash, so a change is always deployed."""
    (tmp_path / "functions").mkdir()
    source = tmp_path / "functions" / "a.py"
    source.write_text("A = 1\n")
    before = bundle(tmp_path, ["functions"])
    source.write_text("A = 2\n")
    assert bundle(tmp_path, ["functions"]) != before


def test_the_bundle_holds_what_functions_import_and_no_more() -> None:
    """No test, no launcher, no byte code; the data files of credentials are there."""
    names = zipfile.ZipFile(io.BytesIO(bundle(ROOT, PACKAGED))).namelist()
    assert "app.py" in names
    assert "credentials/data/dictionary-1.json" in names
    assert not [name for name in names if name.endswith(".pyc") or name.split("/")[0] not in PACKAGED]
