"""The vector files, which TypeScript runs too: one verdict and one code for each case."""

from __future__ import annotations

from typing import Any

import pytest

from credentials import Unreadable
from tests.credentials.vectors import FOLDER, judge, read_cases, rebuilt, verdict_of
from tests.vectors.generate import files

CASES = read_cases()


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_a_vector_has_its_verdict(case: dict[str, Any]) -> None:
    """Each case gives its code; an accepted one says rightly whether it is live and printed, and rebuilds exactly."""
    code, accepted = verdict_of(case)
    assert code == case["expect"]
    if accepted is not None:
        told = {"live": accepted.live, "printed": accepted.printed, "subject": accepted.sub}
        assert {name: told[name] for name in told if name in case} == {
            name: case[name] for name in told if name in case
        }
        assert accepted.status_checked == (case.get("lists") is not None)
    if "rebuilds" in case:
        assert rebuilt(case) == case["rebuilds"]


FORM = {"size", "compact", "header", "canonical", "text", "shape"}
STRICT = [(name, case) for name, case in CASES if case["law"] in FORM and case["expect"] == "unreadable"]


@pytest.mark.parametrize("case", [case for _, case in STRICT], ids=[name for name, _ in STRICT])
def test_the_law_itself_refuses(case: dict[str, Any]) -> None:
    """A vector of a law fails by that law, or by the one its `by` names: otherwise it would try nothing."""
    with pytest.raises(Unreadable) as refusal:
        judge(case)
    assert refusal.value.law == case.get("by", case["law"])


def test_every_refusal_is_reached() -> None:
    """Each code of the tree is the expectation of some vector."""
    codes = {"unreadable", "untrusted", "not-yet-valid", "expired", "withdrawn", "not-live", "status-unknown", "ok"}
    assert {case["expect"] for _, case in CASES} == codes


def test_the_files_are_what_the_generator_writes() -> None:
    """Nobody edits a vector by hand, and no file is left over: the generator gives the same bytes every time."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == files()
