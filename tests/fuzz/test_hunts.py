"""A short hunt with fixed seeds, the same inputs each time: nothing but documented refusals, and no two verifiers that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fuzz import credential_targets, http_targets, sheet_targets
from fuzz.__main__ import main
from fuzz.hunting import Disagreement, Target, each, hunt
from fuzz.second import Second

# Workbooks are read by a process each: `make fuzz` spoils them, tests/sheets a few.
QUICK = [
    target
    for target in (*sheet_targets.targets(), *http_targets.targets())
    if not target.name.startswith(("xls", "zip"))
]
NAMES = [target.name for target in credential_targets.targets(None)]


@pytest.fixture(scope="module")
def verifiers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    """What is asked of Python's verifier and of TypeScript's."""
    with Second(credential_targets.SETUP, Path(tmp_path_factory.mktemp("second"))) as second:
        yield {target.name: target for target in credential_targets.targets(second)}


@pytest.mark.parametrize("name", NAMES)
def test_two_verifiers_agree_whatever_they_are_asked(verifiers: dict[str, Target], name: str) -> None:
    """Accepted or refused, and by which code: Python and TypeScript say the same of each spoilt text."""
    run = hunt(verifiers[name], seed=6, executions=128)
    assert not run.findings, run.findings[0][1]
    assert len(run.verdicts) > 1, "everything was judged alike: nothing was tried"


@pytest.mark.parametrize("target", QUICK, ids=lambda target: target.name)
def test_nothing_but_a_documented_refusal_leaves(target: Target) -> None:
    """Files, cells, bodies, requests, tokens, codes: read, or refused by a name, whatever was done to them."""
    run = hunt(target, seed=6, executions=128)
    assert not run.findings, run.findings[0][1]
    assert len(run.verdicts) > 1, "everything was judged alike: nothing was tried"


def test_a_hunt_finds_what_is_there_and_says_where() -> None:
    """A reader that fails on one letter in three is found out, by exception and by broken law; a hunt that cannot find is none."""

    def fails(data: bytes) -> str:
        if data.count(b"\xff"):
            raise KeyError("x")
        if data[:1] == b"b":
            raise Disagreement("two answers")
        return "read"

    run = hunt(Target("failing", each(fails), [b"aaa", b"\xff", b"baa"]), seed=1, executions=300)
    told = {what for _, what in run.findings}
    assert "two answers" in told
    assert any(what.startswith("KeyError: 'x' (") for what in told)


def test_what_only_many_inputs_together_break_is_found_too() -> None:
    """A reader that keeps something of one input for the next fails on none of them alone, and is told all the same."""

    def fails(inputs: Sequence[bytes]) -> list[str]:
        if len(inputs) > 1:
            raise KeyError("kept")
        return ["read"]

    run = hunt(Target("keeping", fails, [b"aaa", b"bbb"]), seed=1, executions=10)
    assert run.findings[0][0] == b"aaa\nbbb"
    assert run.findings[0][1].startswith("only together: KeyError: 'kept' (")


def test_a_target_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, also beside one that exists: a hunt of nothing would find nothing."""
    monkeypatch.setattr("sys.argv", ["fuzz", "--only", NAMES[0], "nobody"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "no such target: nobody" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_inputs() -> None:
    """What was found can be found again."""
    seen = [_inputs_of(7), _inputs_of(7), _inputs_of(8)]
    assert seen[0] == seen[1] != seen[2]


def _inputs_of(seed: int) -> list[bytes]:
    inputs: list[bytes] = []

    def keep(data: bytes) -> str:
        inputs.append(data)
        return "read"

    hunt(Target("any", each(keep), [b"abc"]), seed=seed, executions=99)
    return inputs
