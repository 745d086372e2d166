"""No regular expression of ours can be made to run for long: its steps grow as its text does, counted and not timed."""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from infra.paths import ROOT
from tests.limits.steps import MOST, Matcher, hostile, of_javascript

CALLS = {"compile", "fullmatch", "match", "search", "sub", "split", "findall", "finditer"}
# What may take the square of its text, and what bounds that text.
SQUARE = {
    r"[(\[{【<《〔].*?[)\]}】>》〕]": "a header's cell: 64 characters (functions/shared/sheets/columns.py)",
    r"(?=.*[0-9])[A-Z0-9]{5,9}": "a document's number: 64 characters (functions/shared/identity/documents.py)",
    r"^[\s\S]*[.!?]\s": "a sentence of our own catalogue",
    r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+": "a whole text, which is no search",
    r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}": "a whole text, which is no search",
    r'\{"iss":"([!#-\[\]-~]{1,200})"': "200 letters by the pattern itself",
    r"(?:of its (\d+) people|\d+ of (\d+) people)": "a sentence of our own",
}
RUNAWAY = 5.5  # the square of three is nine; a bounded repeat that the short text does not fill gives up to five
LITERAL = re.compile(
    r"(?<![\w)\]\"'`/*])/((?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+)/([dgimsuy]*)(?=\s*[.,;)\]]|\s*$)",
    re.MULTILINE,
)


@cache  # asked in the tests alone: whoever collects them reads no source
def written_in_python() -> set[str]:
    """Every pattern that is written out in functions, credentials and cli; f-strings with their holes as one letter."""
    found = set()
    for folder in ("functions", "credentials", "cli"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found |= {text for text in _patterns_of(node) if text}
    return found


def _patterns_of(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.Call):
        return []
    of_meta = [word.value for word in node.keywords if word.arg == "pattern"]
    named = isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
    of_re = named and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"  # type: ignore[attr-defined]
    return [_text(argument) for argument in [*of_meta, *(node.args[:1] if of_re else [])]]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    if isinstance(node, ast.JoinedStr):
        pieces = [piece.value if isinstance(piece, ast.Constant) else "1" for piece in node.values]
        return "".join(map(str, pieces))
    return ""


@cache
def written_in_typescript() -> set[str]:
    """Every pattern that is written out in the pages."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(Path(ROOT / "web" / "src").rglob("*.ts"))]
    code = [re.sub(r"(?m)^\s*(//|\*|/\*).*$", "", source) for source in sources]
    return {found[1] for source in code for found in LITERAL.finditer(source)}


@pytest.fixture(autouse=True)
def deeper() -> Iterator[None]:
    """The matcher that counts goes a few calls deeper with each character."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


def growth(pattern: str) -> float:
    """How many times the steps grow when the text made against a pattern becomes three times as long."""
    found = 0.0
    for short, long in zip(hostile(pattern, 70), hostile(pattern, 210), strict=True):
        matcher = Matcher(pattern)
        for search in (False, True):
            many = matcher.run(long, search=search)
            if many >= MOST:
                return math.inf
            found = max(found, many / max(matcher.run(short, search=search), 60))
    return found


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_no_pattern_of_ours_runs_away(language: str) -> None:
    """Three times the text is about three times the steps; what is more is named above, with what bounds it."""
    found = written_in_python() if language == "python" else map(of_javascript, written_in_typescript())
    named = {*SQUARE, *map(of_javascript, SQUARE)}
    runaway = {pattern: round(growth(pattern), 1) for pattern in sorted(found) if pattern not in named}
    assert {pattern: times for pattern, times in runaway.items() if times > RUNAWAY} == {}


def test_all_patterns_were_found() -> None:
    """As many as there are, roughly: a reader of sources that finds none would be content with anything."""
    assert len(written_in_python()) > 60
    assert len(written_in_typescript()) > 40


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(?:a|a)*b", r"\s*,?\s*x"])
def test_a_weapon_is_recognised(pattern: str) -> None:
    """What everybody knows to run away does so here."""
    assert growth(pattern) > RUNAWAY


@pytest.mark.parametrize("pattern", [r"^[a-z]+\.[a-z]+$", r"(?:/[a-z]+)*", r"\d{1,6}", r"^[A-Z]{3}[0-9]{12}$"])
def test_a_tool_is_none(pattern: str) -> None:
    """What is linear is not called otherwise."""
    assert growth(pattern) <= RUNAWAY
