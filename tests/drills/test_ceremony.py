"""The drill of the key ceremony: the root stays in KMS, two people, and the night when a day key is known to others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import epipass
from credentials import issue_pass
from infra.local import Service
from tests.vectors.material import AT, ISSUER, NBF, PASS_KEY, ROOT, claims, jwks


@pytest.fixture
def desk(engine: Service, tmp_path: Path) -> Path:
    """What lies on the table: the keys that are published, a pass from before, and no private key."""
    published = [key for key in jwks()["keys"] if "epipass_use" in key]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": published}))
    (tmp_path / "pass").write_text(issue_pass(claims(), PASS_KEY))
    public = run("keys", "public", "--root", f"kms:{engine.outputs['RootKey']}")
    (tmp_path / "pinned.json").write_text(public.stdout)
    return tmp_path


def run(*words: object) -> Result:
    """Say a command."""
    return CliRunner().invoke(epipass, [str(word) for word in words], catch_exceptions=False)


def sign(engine: Service, desk: Path, out: str, *more: object) -> Result:
    """What the first person does: sign with the root that nobody can take home."""
    root = f"kms:{engine.outputs['RootKey']}"
    words = ("keys", "statement", "sign", "--root", root, "--keys", desk / "jwks.json", "--issuer", ISSUER)
    return run(*words, "--at", AT, "--out", desk / out, "--extracts", desk / f"{out}-extracts", *more)


def check(desk: Path, out: str, *more: object, root: str = "pinned.json") -> Result:
    """What the second person does, with nothing but the public half and the files."""
    return run("keys", "statement", "check", desk / out, "--root", desk / root, "--at", AT, *more)


def verdict(desk: Path, statement: str) -> str:
    """What a verifier that trusts a statement says of the pass from before."""
    words = ("--keys", desk / statement, "--root", desk / "pinned.json", "--issuer", ISSUER, "--at", AT)
    told = run("verify", (desk / "pass").read_text(), *words, "--json")
    return str(json.loads(told.stdout)["code"])


def test_a_day_key_that_others_know_is_withdrawn_in_one_stroke(engine: Service, desk: Path) -> None:
    """Signed, checked, followed by one with --not-before: passes from before are withdrawn, the old statement refused."""
    assert sign(engine, desk, "1.jwt").exit_code == 0
    assert check(desk, "1.jwt", "--extracts", desk / "1.jwt-extracts").exit_code == 0
    assert verdict(desk, "1.jwt") == "ok"

    tonight = sign(engine, desk, "2.jwt", "--previous", desk / "1.jwt", "--not-before", NBF + 3_600)
    assert tonight.exit_code == 0
    assert check(desk, "2.jwt", "--previous", desk / "1.jwt", "--extracts", desk / "2.jwt-extracts").exit_code == 0
    assert verdict(desk, "2.jwt") == "withdrawn"

    old = check(desk, "1.jwt", "--previous", desk / "2.jwt")
    assert old.exit_code == 1
    # The extracts of another statement, and another root: the second person is not a rubber stamp.
    assert check(desk, "2.jwt", "--extracts", desk / "1.jwt-extracts").exit_code == 1
    (desk / "stranger.json").write_text(json.dumps(ROOT.public_jwk()))
    assert check(desk, "2.jwt", root="stranger.json").exit_code == 1
