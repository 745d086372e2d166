"""The threat model's own promises: each row has an answer, and each test it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from infra.paths import ROOT

TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ACTORS = (
    "The forger",
    "The sharer",
    "The thief",
    "The insider",
    "The curious employer or venue",
    "The hostile official",
    "The operator",
    "The rogue laboratory",
    "The flood",
)
UNPREVENTED = "**not prevented by technical means**"
_NAMED = re.compile(r"`(tests/[\w/.]+?)(?:::(\w+))?`")


class Row(NamedTuple):
    """A threat, what stops it, and what shows that it does."""

    actor: str
    threat: str
    answer: str
    shown: str


def rows() -> Iterator[Row]:
    """Every row of every actor's table."""
    for section in TEXT.split("\n## ")[1:]:
        actor, _, body = section.partition("\n")
        own = body.partition("\n### ")[0]
        lines = [line for line in own.splitlines() if line.startswith("| ")]
        if actor in ACTORS:
            for line in lines[1:]:
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                assert len(cells) == 3, line
                yield Row(actor, *cells)


@pytest.mark.parametrize("actor", ACTORS)
def test_each_actor_has_threats(actor: str) -> None:
    """Those whom we are asked about, and none without a table."""
    mine = [row for row in rows() if row.actor == actor]
    assert len(mine) >= 4
    assert any("`" in row.shown for row in mine)


def test_each_threat_is_stopped_and_shown_or_said_not_to_be() -> None:
    """No cell is empty; without a test the answer says that nothing technical prevents it."""
    for row in rows():
        assert row.threat, row
        assert row.answer, row
        assert _NAMED.search(row.shown) or (row.shown == "–" and UNPREVENTED in row.answer), row.threat


@pytest.mark.parametrize(("path", "function"), sorted(set(_NAMED.findall(TEXT))))
def test_each_test_that_is_named_exists(path: str, function: str) -> None:
    """The file, and in it the function."""
    found = ROOT / path
    assert found.exists(), path
    if function:
        assert re.search(rf"^def {function}\(", found.read_text(encoding="utf-8"), re.MULTILINE), f"{path}::{function}"


def test_who_might_attack_is_who_has_a_table() -> None:
    """The list of attackers and the tables are the same."""
    listed = TEXT.split("## Who might attack\n")[1].split("\n## ")[0]
    named = [line.split("|")[1].strip() for line in listed.splitlines() if line.startswith("| ")][1:]
    assert [name.removeprefix("a ").removeprefix("an ").removeprefix("the ") for name in named] == [
        actor.removeprefix("The ") for actor in ACTORS
    ]
