"""Whoever is woken finds a page for the alarm, and its first command is one that exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cli.main import epipass
from infra.local.template import read
from infra.paths import ROOT
from tests.template import policy
from tests.template.reading import resources

PAGES = ROOT / "docs" / "alarms"
EDGE = read(ROOT / "infra" / "edge.yaml")
ALARMS = sorted([*resources("AWS::CloudWatch::Alarm"), *dict(policy.of_type(EDGE, "AWS::CloudWatch::Alarm"))])
_FIRST = re.compile(r"\*\*First:\*\*\n```\n(.+?)\n```\n", re.DOTALL)


def pages() -> dict[str, Path]:
    """The pages, by the alarm each is about."""
    return {path.stem: path for path in PAGES.glob("*.md")}


def commands(text: str) -> list[str]:
    """The `epipass` commands of a page: its first, and those in its sentences."""
    blocks = "\n".join(re.findall(r"```\n(.+?)\n```", text, re.DOTALL)).splitlines()
    inline = re.findall(r"(?<!`)`(epipass [^`]+)`", re.sub(r"```.+?```", "", text, flags=re.DOTALL))
    return [line for line in (*blocks, *inline) if line.startswith("epipass ")]


def understood(line: str) -> None:
    """Let the command line's own parser read a command, without running it.

    Raises:
        click.UsageError: there is no such command, option or choice.
    """
    command: click.Command = epipass
    name, *words = shlex.split(line)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0]) if words else None
        if found is None:
            raise click.UsageError(f"there is no {line}")
        name, command, words = words[0], found, words[1:]
    command.make_context(name, words)


def test_each_alarm_has_its_page_and_each_page_an_alarm() -> None:
    """Nobody is woken by what nobody wrote about; no page tells of an alarm that cannot ring."""
    assert sorted(pages()) == ALARMS


@pytest.mark.parametrize("name", ALARMS)
def test_a_page_says_what_to_type_first_and_when_it_is_over(name: str) -> None:
    """What it means, a command to copy, what then, and an end; short enough to be read at night."""
    text = pages()[name].read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert _FIRST.search(text)
    for part in ("\n**Then:**\n", "\n**Over when:** "):
        assert text.count(part) == 1
    assert len(text) < 2_500
    for told in re.findall(r"\]\((\w+\.md|\.\./[\w-]+\.md)\)", text):
        assert (PAGES / told).resolve().is_file(), told


@pytest.mark.parametrize("name", ALARMS)
def test_its_commands_exist(name: str) -> None:
    """Every `epipass` command of a page is read by the command line's own parser."""
    for line in commands(pages()[name].read_text(encoding="utf-8")):
        understood(line)


@pytest.mark.parametrize(
    "line", ["epipass repair", "epipass redrive --queue nothing", "epipass doctor --now", "epipass keys"]
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    """The check above would pass on anything if the parser took anything."""
    with pytest.raises(click.UsageError):
        understood(line)


def test_pages_name_log_lines_that_are_written() -> None:
    """What a page says to look for in the log is a word that some function writes."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    for path in pages().values():
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"\$\.message = \"([\w.-]+)\"", text)
        named += [word for word in re.findall(r"`([a-z]+\.[a-z-]+)`", text) if not word.endswith(".yaml")]
        for word in named:
            assert f'"{word}"' in written, (path.name, word)


@pytest.mark.parametrize("name", ALARMS)
def test_the_index_of_operations_names_the_page(name: str) -> None:
    """Each alarm is a line of the operators' page that leads to its own."""
    index = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert index.count(f"- [`{name}`](alarms/{name}.md): ") == 1
