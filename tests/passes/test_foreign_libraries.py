"""Anyone can check us with someone else's tools: the published `jwks.json` alone is enough for PyJWT and npm's jose."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jwt
import pytest

from credentials import LocalSigner
from tests.conftest import Http
from tests.people.world import Someone, World

ISSUER = "https://pass.example.gov"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tokens(http: Http) -> dict[str, str]:
    """A genuine pass, one whose signature was altered, and one by a key nobody published."""
    world, one = World().approve(), Someone()
    world.list_people(one)
    assert world.result(one) == "eligible"
    assert http.url
    genuine = world.issue(one, LocalSigner.generate())
    head, payload, signature = genuine.split(".")
    swapped = "A" if signature[10] != "A" else "B"
    return {
        "genuine": genuine,
        "altered": f"{head}.{payload}.{signature[:10]}{swapped}{signature[11:]}",
        "unknown": jwt.encode(
            {"iss": ISSUER, "exp": 4_000_000_000}, _private(), "ES256", headers={"kid": "AAAAAAAAAAA"}
        ),
    }


def _private() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only here

    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def jwks(http: Http) -> dict[str, Any]:
    """The key set as the world reads it."""
    answer = http.get("/.well-known/jwks.json")
    assert answer.status == 200
    published: dict[str, Any] = answer.json()
    return published


def test_pyjwt_verifies_a_pass(tokens: dict[str, str], jwks: dict[str, Any]) -> None:
    """PyJWT accepts the genuine pass, times and issuer enforced, and refuses the others."""
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(jwks).keys}
    kid = jwt.get_unverified_header(tokens["genuine"])["kid"]
    claims = jwt.decode(
        tokens["genuine"], keys[kid], ["ES256"], issuer=ISSUER, options={"require": ["exp", "nbf", "iat", "iss", "sub"]}
    )
    assert claims["credentialSubject"]["name"] == "张*明"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(tokens["altered"], keys[kid], ["ES256"], issuer=ISSUER)
    assert "AAAAAAAAAAA" not in keys


def test_npms_jose_verifies_a_pass(tokens: dict[str, str], jwks: dict[str, Any], tmp_path: Path) -> None:
    """The npm package jose, with the key set alone, says the same of each."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(jwks), encoding="utf-8")
    ran = subprocess.run(
        ["node", str(ROOT / "conformance" / "jose-verify.mjs"), str(file), ISSUER],
        input="\n".join(tokens.values()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = dict(zip(tokens, map(json.loads, ran.stdout.splitlines()), strict=True))
    assert told["genuine"]["ok"]
    assert told["genuine"]["subject"]["unit"] == "第三人民医院"
    assert told["altered"] == {"ok": False, "code": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}
    assert told["unknown"]["code"] == "ERR_JWKS_NO_MATCHING_KEY"


def test_the_key_set_holds_public_halves_only(jwks: dict[str, Any]) -> None:
    """No private member is published, and every key says what it is for."""
    assert jwks["keys"]
    for key in jwks["keys"]:
        assert "d" not in key
        assert key["epipass_use"] in {"pass", "status", "log"}
