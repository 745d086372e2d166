"""The audit says what it was told: found, clean, or that nobody answered; and it knows a secret when it sees one."""

from __future__ import annotations

import json

import pytest

from infra.audit import lines_of, of_npm, of_pip, secrets_in
from infra.hygiene import SECRETS

# Put together here, so that no file holds one.
INVENTED = {
    "a private key": "-----BEGIN EC PRIVATE" + " KEY-----",
    "an AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "an AWS secret key": "aws_secret_access_key = " + "a1B2" * 10,
    "a forge's token": "ghp_" + "a1B2" * 9,
    "a registry's token": "npm_" + "a1B2" * 9,
    "a service's token": "AIza" + "a1B2c" * 7,
    "a password in an address": "postgres://epipass:" + "hunter22@db.example.gov/x",
    "a private JWK": '"d": "' + "A" * 43 + '"',
}


@pytest.mark.parametrize("what", SECRETS)
def test_each_kind_of_secret_is_seen_and_not_repeated(what: str) -> None:
    """The place and the kind are told, and nothing of the secret."""
    (told,) = secrets_in([("a.py:1", f"x = {INVENTED[what]}")])
    assert told == f"a.py:1 holds {what}"


@pytest.mark.parametrize(
    "line", ["AKIAIOSFODNN7" + "EXAMPLE", "https://pass.example.gov/x:y@z", '"d": "short"', "PRIVATE KEY"]
)
def test_what_only_looks_like_one_is_none(line: str) -> None:
    """Amazon's printed example, an address with a colon in its path, a word."""
    assert not list(secrets_in([("a.py:1", line)]))


FAULT = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("text", "state", "told"),
    [
        (json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}), "clean", "1 packages"),
        (json.dumps({"dependencies": [FAULT]}), "found", "a 1: PYSEC-1, mended in 2"),
        (
            json.dumps({"dependencies": [{"name": "a", "skip_reason": "no such host"}]}),
            "unreachable",
            "none of 1 packages is known there; a: no such host",
        ),
        ("", "unreachable", "no route"),
    ],
)
def test_pip_audit_is_believed_only_when_it_answers(text: str, state: str, told: str) -> None:
    """No answer is no clean bill."""
    outcome = of_pip(text, 1, "Traceback\nno route\n")
    assert (outcome.state, outcome.told[0]) == (state, told)


def test_a_package_that_nobody_knew_is_named_beside_a_clean_answer() -> None:
    """Of two pins one was not asked about: whoever reads *clean* reads that, too."""
    known, unknown = {"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "no such host"}
    outcome = of_pip(json.dumps({"dependencies": [known, unknown]}), 0, "")
    assert list(lines_of("pip-audit x.txt", outcome)) == [
        "pip-audit x.txt             clean          1 packages",
        "    b: no such host",
    ]


@pytest.mark.parametrize(
    ("text", "state", "told"),
    [
        (json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}}), "clean", "7 packages"),
        (json.dumps({"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}}), "found", "x: high, <2"),
        (json.dumps({"message": "request failed", "error": {}}), "unreachable", "request failed"),
        ("<html>", "unreachable", "no route"),
    ],
)
def test_npm_audit_is_believed_only_when_it_answers(text: str, state: str, told: str) -> None:
    """The same of npm."""
    outcome = of_npm(text, "no route")
    assert (outcome.state, outcome.told[0]) == (state, told)
