"""Access tokens and device proofs: what each law refuses, by name."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import KeySet, b64, jws, proofs
from credentials.proofs import ProofError
from tests.vectors.material import (
    AT,
    FOREIGN,
    HOLDER,
    ISSUER,
    NBF,
    OTHER_HOLDER,
    PASS_KEY,
    STRANGER,
    TOKEN_KEY,
    compact,
    jwks,
)

KEYS = KeySet.from_jwks(jwks())
DEVICE = proofs.thumbprint(HOLDER.public_jwk())
URL = f"{ISSUER}/me/passes"
TOKEN = proofs.issue_access_token(
    subject="pid", role="holder", scope="pid", device=DEVICE, issuer=ISSUER, signer=TOKEN_KEY, at=AT
)


def claims(**changes: Any) -> dict[str, Any]:
    """A token's claims, some of them changed."""
    content = msgspec.json.decode(b64.decode(TOKEN.split(".")[1]))
    return {**content, **changes}


def token_of(content: dict[str, Any], signer: Any = TOKEN_KEY) -> str:
    """A token with these claims."""
    return jws.sign_compact(jws.header_text(proofs.TOKEN_TYP, signer.kid), compact(content), signer)


def read(token: Any, at: int = AT) -> proofs.AccessToken:
    """Verify a token as the API does."""
    return proofs.verify_access_token(token, KEYS, issuer=ISSUER, at=at)


def test_a_token_says_whose_it_is() -> None:
    """Role, scope, subject and device come back; it lives 15 minutes."""
    found = read(TOKEN)
    assert (found.subject, found.role, found.scope, found.device) == ("pid", "holder", "pid", DEVICE)
    assert found.expires_at - found.issued_at == 900
    assert read(TOKEN, AT + 899) == read(TOKEN, AT - 60) == found


@pytest.mark.parametrize(
    ("token", "at", "law"),
    [
        (TOKEN, AT + 900, "time"),
        (TOKEN, AT - 61, "time"),
        (token_of(claims(exp=AT + 901)), AT, "time"),
        (token_of(claims(iss=FOREIGN)), AT, "issuer"),
        (token_of(claims(aud=FOREIGN)), AT, "issuer"),
        (token_of(claims(), PASS_KEY), AT, "key"),
        (token_of(claims(), STRANGER), AT, "key"),
        (token_of(claims(iat=NBF - 20_000)), AT, "key"),
        (token_of(claims(x=1)), AT, "token"),
        (token_of(claims(cnf={})), AT, "token"),
        (token_of(dict(reversed(claims().items()))), AT, "token"),
        (TOKEN[:-86] + "A" * 86, AT, "signature"),
        (TOKEN + "=", AT, "token"),
        (TOKEN[:-1], AT, "token"),
        ("", AT, "token"),
        (None, AT, "token"),
        ("A" * 10_000_000, AT, "token"),
    ],
)
def test_a_wrong_token_is_refused_by_its_law(token: Any, at: int, law: str) -> None:
    """Time, issuer, key, form and signature: each refuses by its own name."""
    with pytest.raises(ProofError) as refusal:
        read(token, at)
    assert refusal.value.law == law


def dpop(header: dict[str, Any] | None = None, signer: Any = HOLDER, **changes: Any) -> str:
    """A proof for our URL, some of its claims and headers changed."""
    content = {"jti": "a", "htm": "POST", "htu": URL, "iat": AT, "ath": hash_of(TOKEN), **changes}
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": HOLDER.public_jwk(), **(header or {})}
    return jws.sign_compact(
        b64.encode(compact(head)), compact({k: v for k, v in content.items() if v is not None}), signer
    )


def hash_of(token: str) -> str:
    """`ath` of a token, RFC 9449 section 4.2."""
    return b64.encode(sha256(token.encode()).digest())


def prove(proof: Any, at: int = AT) -> str:
    """Verify a proof as the API does."""
    return proofs.verify_dpop(proof, method="POST", urls=[URL], at=at, access_token=TOKEN)


def test_a_proof_names_its_key() -> None:
    """The thumbprint of the key that signed is the answer, a minute either way, with members a browser adds."""
    assert prove(dpop()) == prove(dpop(), AT + 60) == prove(dpop(), AT - 60) == DEVICE
    assert prove(dpop({"jwk": {**HOLDER.public_jwk(), "ext": True, "key_ops": ["verify"]}})) == DEVICE
    made = proofs.sign_dpop(HOLDER, method="POST", url=URL, at=AT, jti="1", access_token=TOKEN)
    assert prove(made) == DEVICE
    bare = proofs.sign_dpop(HOLDER, method="GET", url=URL, at=AT, jti="1")
    assert proofs.verify_dpop(bare, method="GET", urls=[URL], at=AT) == DEVICE


@pytest.mark.parametrize(
    ("proof", "at", "law"),
    [
        (dpop(), AT + 61, "time"),
        (dpop(), AT - 61, "time"),
        (dpop(htm="GET"), AT, "request"),
        (dpop(htu=URL + "?x=1"), AT, "request"),
        (dpop(htu=FOREIGN), AT, "request"),
        (dpop(ath=hash_of("other")), AT, "ath"),
        (dpop(ath=None), AT, "ath"),
        (dpop(jti=None), AT, "token"),
        (dpop(jti=""), AT, "token"),
        (dpop(iat=str(AT)), AT, "token"),
        (dpop({"alg": "none"}), AT, "header"),
        (dpop({"alg": "HS256"}), AT, "header"),
        (dpop({"typ": "JWT"}), AT, "header"),
        (dpop({"crit": []}), AT, "header"),
        (dpop({"kid": "a"}), AT, "header"),
        (dpop({"jwk": HOLDER.private_jwk()}), AT, "header"),
        (dpop({"jwk": {**HOLDER.public_jwk(), "crv": "P-384"}}), AT, "key"),
        (dpop({"jwk": {**HOLDER.public_jwk(), "y": "A" * 43}}), AT, "key"),
        (dpop({"jwk": OTHER_HOLDER.public_jwk()}), AT, "signature"),
        (dpop(signer=OTHER_HOLDER), AT, "signature"),
        (dpop() + "A", AT, "token"),
        ("", AT, "token"),
        (None, AT, "token"),
    ],
)
def test_a_wrong_proof_is_refused_by_its_law(proof: Any, at: int, law: str) -> None:
    """Window, method, address, token hash, header, key and signature: each refuses by its own name."""
    with pytest.raises(ProofError) as refusal:
        prove(proof, at)
    assert refusal.value.law == law


def test_a_member_twice_is_refused() -> None:
    """Two readers could take different ones: neither is taken."""
    raw = compact({"jti": "a", "htm": "GET", "htu": URL, "iat": AT}).replace(b'"htm"', b'"htm":"POST","htm"')
    head = b64.encode(compact({"typ": "dpop+jwt", "alg": "ES256", "jwk": HOLDER.public_jwk()}))
    with pytest.raises(ProofError):
        proofs.verify_dpop(jws.sign_compact(head, raw, HOLDER), method="GET", urls=[URL], at=AT)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=50) | st.none())
def test_nothing_but_a_proof_error_leaves(anything: Any) -> None:
    """No input whatever raises anything else."""
    for call in (read, prove):
        with pytest.raises(ProofError):
            call(anything)


@pytest.mark.parametrize(
    "jwk",
    [{}, {"kty": "EC"}, {**HOLDER.public_jwk(), "x": 1}, HOLDER.private_jwk(), {**HOLDER.public_jwk(), "x": "A" * 43}],
)
def test_only_a_public_key_has_a_thumbprint(jwk: dict[str, Any]) -> None:
    """A private half, another curve or no point is refused."""
    with pytest.raises(ProofError):
        proofs.thumbprint(jwk)
