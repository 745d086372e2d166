"""The impact assessment's inventory is the template's: a table nobody asked about cannot be deployed."""

from __future__ import annotations

import re

from infra.paths import ROOT
from tests.template.reading import resources

TEXT = (ROOT / "docs" / "impact-assessment.md").read_text(encoding="utf-8")
KINDS = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Logs::LogGroup")
PERSONAL = TEXT.split("### 含个人信息")[1].split("\n### ")[0]
OTHERS = TEXT.split("### 不含个人信息")[1].split("\n## ")[0]
_NAME = re.compile(r"`(\w+(?:Table|Bucket)|Logs)`")


def test_every_store_is_in_the_inventory_once() -> None:
    """With what it holds of people, or among those that hold nothing of anybody."""
    stored = {name for kind in KINDS for name in resources(kind)}
    personal, others = _NAME.findall(PERSONAL), _NAME.findall(OTHERS)
    assert sorted([*personal, *others]) == sorted(stored)


def test_every_entry_is_filled_in() -> None:
    """What, what for, how encrypted, who sees it, how long, to whom: no cell is empty; the operator's are marked."""
    rows = [line for line in PERSONAL.splitlines() if line.startswith("| `")]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 7, row
        assert all(cells), row
    assert len(rows) == len(_NAME.findall(PERSONAL))


def test_what_lives_as_long_as_the_template_says_is_said() -> None:
    """A table without a copy to go back to is one of the fortnight's; the inventory says which."""
    without_copy = {
        name
        for name, one in resources("AWS::DynamoDB::Table").items()
        if not one["Properties"].get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    }
    said = {_NAME.findall(line)[0] for line in PERSONAL.splitlines() if line.startswith("| `") and "no backup" in line}
    assert said <= without_copy
    assert without_copy - said <= set(_NAME.findall(OTHERS)) | {"CodeTable"}


def test_blanks_are_marked_and_its_links_lead_somewhere() -> None:
    """Each heading is in both languages, what is the operator's is marked, and the threats it names have their heading."""
    assert TEXT.count("【待填") > 30
    for heading in re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE):
        assert re.search(r"[一-鿿]", heading), heading
        assert re.search(r"[A-Za-z]{4}", heading), heading
    for page, anchor in re.findall(r"\]\(([\w-]+\.md)(?:#([\w-]+))?\)", TEXT):
        target = (ROOT / "docs" / page).read_text(encoding="utf-8")
        slugs = [line[3:].lower().replace(" ", "-") for line in target.splitlines() if line.startswith("## ")]
        assert not anchor or anchor in slugs, (page, anchor)
