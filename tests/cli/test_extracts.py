"""The days' extracts of a key statement: the second person of a ceremony sees what the signer made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import epipass
from credentials import LocalSigner, published_jwk, sign_statement
from credentials.statement import DAY_S, days_of, of_day, peek_statement
from tests.vectors.material import ISSUER, ROOT

AT = 1_795_312_800
START = AT - AT % DAY_S


def run(*words: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(epipass, [str(word) for word in words], catch_exceptions=False)


def day_keys(first: int, days: int) -> list[dict[str, object]]:
    """A pass key and a status key for each day."""
    return [
        published_jwk(LocalSigner.generate().public_jwk(), use=use, nbf=first + n * DAY_S, exp=first + (n + 1) * DAY_S)
        for n in range(days)
        for use in ("pass", "status")
    ]


@pytest.fixture(scope="module")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after the signer's part: the statement and its extracts."""
    folder = tmp_path_factory.mktemp("ceremony")
    (folder / "jwks.json").write_text(json.dumps({"keys": day_keys(START - 3 * DAY_S, 40)}))
    (folder / "root.json").write_text(json.dumps(ROOT.public_jwk()))
    (folder / "private.json").write_text(json.dumps(ROOT.private_jwk()))
    assert sign(folder, "1.jwt", "--extracts", folder / "extracts").exit_code == 0
    return folder


def sign(folder: Path, out: str, *more: object) -> Result:
    """Sign a statement there."""
    made = ["keys", "statement", "sign", "--root", folder / "private.json", "--keys", folder / "jwks.json"]
    return run(*made, "--issuer", ISSUER, "--at", AT, "--out", folder / out, *more)


def check(folder: Path, statement: Path, extracts: Path) -> Result:
    """Check them as the second person does."""
    word = ["keys", "statement", "check", statement, "--root", folder / "root.json", "--at", AT]
    return run(*word, "--extracts", extracts)


def test_a_ceremony_makes_an_extract_for_each_day_and_the_second_person_finds_them_true(ceremony: Path) -> None:
    """Each holds the keys that passes and lists of its day were signed with, and no more than the statement's."""
    whole = peek_statement((ceremony / "1.jwt").read_text())
    names = sorted(path.name for path in (ceremony / "extracts").iterdir())
    assert len(names) == len(days_of(whole.iat, whole.exp)) == 32
    for name, day in zip(names, days_of(whole.iat, whole.exp), strict=True):
        said = peek_statement((ceremony / "extracts" / name).read_text())
        starts = {(key["epipass_use"], (int(key["nbf"]) - day) // DAY_S) for key in said.keys}
        assert starts <= {("pass", -2), ("pass", -1), ("pass", 0), ("status", -1), ("status", 0)}
        assert {("pass", 0), ("status", 0)} <= starts
    assert check(ceremony, ceremony / "1.jwt", ceremony / "extracts").exit_code == 0


def _missing(folder: Path, _statement: str) -> None:
    next(folder.iterdir()).unlink()


def _of_no_day(folder: Path, statement: str) -> None:
    (folder / "2030-01-01.jwt").write_text(statement)


def _by_another_root(folder: Path, statement: str) -> None:
    _replace(folder, statement, by=LocalSigner.generate())


def _with_a_foreign_key(folder: Path, statement: str) -> None:
    _replace(folder, statement, more=day_keys(START, 1))


def _without_the_withdrawal(folder: Path, statement: str) -> None:
    _replace(folder, statement, not_before=None)


def _replace(
    folder: Path,
    statement: str,
    *,
    by: LocalSigner = ROOT,
    more: list[dict[str, object]] | None = None,
    **facts: int | None,
) -> None:
    whole = peek_statement(statement)
    said = {"not_before": whole.not_before, "expires_at": whole.exp} | facts
    keys = [*of_day(whole.keys, START), *(more or [])]
    made = sign_statement(issuer=ISSUER, at=whole.iat, keys=keys, signer=by, **said)  # type: ignore[arg-type]
    min(folder.iterdir()).write_text(made)


SPOILT: dict[str, Callable[[Path, str], None]] = {
    "a day is missing": _missing,
    "a file of no day": _of_no_day,
    "another root": _by_another_root,
    "a key that the statement does not name": _with_a_foreign_key,
    "passes that the statement withdraws": _without_the_withdrawal,
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_second_person_sees_an_extract_that_says_something_else(name: str, ceremony: Path, tmp_path: Path) -> None:
    """One day's file is enough to let a forger in on that day: exit status 1, and no traceback."""
    assert (
        sign(ceremony, f"{tmp_path.name}.jwt", "--not-before", AT, "--extracts", tmp_path / "extracts").exit_code == 0
    )
    statement = ceremony / f"{tmp_path.name}.jwt"
    assert check(ceremony, statement, tmp_path / "extracts").exit_code == 0
    SPOILT[name](tmp_path / "extracts", statement.read_text())
    refused = check(ceremony, statement, tmp_path / "extracts")
    assert refused.exit_code == 1
    assert "✗" in refused.output


def test_a_statement_never_ends_before_the_one_it_follows(ceremony: Path) -> None:
    """Else that one's extracts would stay published and say what the new one takes back."""
    refused = sign(ceremony, "short.jwt", "--previous", ceremony / "1.jwt", "--not-before", AT, "--days", 7)
    assert (refused.exit_code, (ceremony / "short.jwt").exists()) == (2, False)
    assert "reaches further" in refused.stderr
