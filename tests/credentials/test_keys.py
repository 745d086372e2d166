"""Keys and signers: known answers from the RFCs, every form a key comes in, and what is no key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwcrypto.jwk import JWK

from credentials import (
    UNCHECKED,
    KeySet,
    LocalSigner,
    PassClaims,
    Unreadable,
    Untrusted,
    Verifier,
    b64,
    curve,
    issue_pass,
    published_jwk,
    sign_statement,
    status_list,
)
from credentials.contexts import context_document
from tests.credentials.scene import KEYS, VERIFIER
from tests.vectors.material import AT, FOREIGN, ISSUER, NBF, PASS_KEY, ROOT, STATUS_KEY, claims, jwks

RFC_6979 = LocalSigner.from_secret(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721)
DER, PKCS8, PLAIN = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


@pytest.mark.parametrize(
    ("message", "r", "s"),
    [
        (b"sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716", "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
        (b"test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367", "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"),
    ],
)  # fmt: skip
def test_signatures_are_those_of_rfc_6979(message: bytes, r: str, s: str) -> None:
    """Appendix A.2.5: the same message gives the same signature in every implementation."""
    assert RFC_6979.sign(message).hex().upper() == r + s


def test_a_thumbprint_is_rfc_7638s() -> None:
    """The library computes the same thumbprint; the kid is its first 8 bytes."""
    public = PASS_KEY.public_jwk()
    assert b64.encode(curve.thumbprint(public["x"], public["y"])) == JWK(**public).thumbprint()
    assert b64.decode(PASS_KEY.kid) == curve.thumbprint(public["x"], public["y"])[:8]


def test_a_key_is_the_same_in_every_form() -> None:
    """JWK, DER, PEM as bytes and as text: one key, one kid."""
    private = ec.derive_private_key(7, ec.SECP256R1())
    pem = private.private_bytes(serialization.Encoding.PEM, PKCS8, PLAIN)
    der = private.private_bytes(DER, PKCS8, PLAIN)
    signers = [
        LocalSigner.from_secret(7),
        LocalSigner.from_der(der),
        LocalSigner.from_pem(pem),
        LocalSigner.from_pem(pem.decode()),
    ]
    signers.append(LocalSigner.from_jwk(signers[0].private_jwk()))
    assert len({signer.kid for signer in signers}) == 1
    assert len({signer.sign(b"x") for signer in signers}) == 1
    assert LocalSigner.generate().kid != LocalSigner.generate().kid


def test_another_curve_is_no_signer() -> None:
    """P-384, Ed25519, a public JWK: refused where they come in."""
    p384 = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(ValueError, match="P-256"):
        LocalSigner(p384)
    with pytest.raises(ValueError, match="P-256"):
        LocalSigner.from_der(ed25519.Ed25519PrivateKey.generate().private_bytes(DER, PKCS8, PLAIN))
    with pytest.raises(ValueError, match="private JWK"):
        LocalSigner.from_jwk(PASS_KEY.public_jwk())
    with pytest.raises(ValueError, match="private JWK"):
        LocalSigner.from_jwk({**PASS_KEY.private_jwk(), "x": 7})


GOOD = jwks()["keys"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"keys": "x"},
        {"keys": ["x"]},
        {"keys": [GOOD, GOOD]},
        {"keys": [{**GOOD, "x": 1}]},
        {"keys": [{**GOOD, "y": "A" * 43}]},
        {"keys": [{**GOOD, "kid": "a b"}]},
        {"keys": [{**GOOD, "kid": 5}]},
        {"keys": [{**GOOD, "epipass_use": 1}]},
        {"keys": [{**GOOD, "nbf": "soon"}]},
        {"keys": [{**GOOD, "exp": True}]},
    ],
)
def test_a_wrong_set_is_untrusted(wrong: Any) -> None:
    """What is no JWK set, or says two things at once, is refused whole."""
    with pytest.raises(Untrusted):
        KeySet.from_jwks(wrong)


def test_a_set_passes_over_other_kinds() -> None:
    """RSA, other curves and encryption keys may stand beside ours; a key without a name gets its thumbprint's."""
    others = [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-384"},
        {**GOOD, "use": "enc", "kid": "e"},
    ]
    bare = {name: GOOD[name] for name in ("kty", "crv", "x", "y")}
    assert list(KeySet.from_jwks({"keys": [*others, bare]}).keys) == [PASS_KEY.kid]


def test_a_key_is_published_for_a_known_use() -> None:
    """pass, status, token, log: no other word gets into a statement."""
    with pytest.raises(ValueError, match="no such use"):
        published_jwk(PASS_KEY.public_jwk(), use="passes", nbf=1, exp=2)


@pytest.mark.parametrize(
    "issuer", ["http://x.example", "https://x.example/", "https://", "https://x.example?y", "x", ""]
)
def test_an_issuer_is_an_https_url(issuer: str) -> None:
    """No trailing slash, no query: what is compared byte for byte has one form."""
    with pytest.raises(ValueError, match="issuer"):
        Verifier(KEYS, issuer=issuer)
    with pytest.raises(ValueError, match="issuer"):
        context_document(issuer)


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NBF + 172_801, "sampled_at": NBF},
        {"expires_at": NBF - 1},
        {"expires_at": 0},
        {"issued_at": True},
        {"issued_at": float(NBF)},
        {"sampled_at": NBF + 60},
        {"name": ""},
        {"name": "张\u202e明"},
        {"unit": "x\n"},
        {"reference": "short"},
        {"subject": "short"},
        {"status_index": -1},
        {"status_list": "a/b"},
        {"holder": {"kty": "EC", "crv": "P-384", "x": "A", "y": "A"}},
        {"holder": {}},
        {"holder": None},
        {"document_tail": "602X"},
    ],
)  # fmt: skip
def test_nothing_is_signed_that_would_be_refused(changes: dict[str, Any]) -> None:
    """Facts that break a law raise before the key is touched."""
    with pytest.raises(Unreadable):
        issue_pass(claims(**changes), PASS_KEY)


def test_the_longest_pass_still_has_room() -> None:
    """Every text at its limit in the longest characters makes a token within the law *size*; a long issuer does not."""
    face = "\U0001f600"
    longest: dict[str, Any] = {"name": face * 32, "unit": face * 64, "zone": face * 32, "venues": (face * 32,) * 8}
    longest |= {"document_number": face * 32, "document_issued_by": face * 64}
    token = issue_pass(claims(**longest), PASS_KEY)
    assert VERIFIER.verify(token, at=AT, status=UNCHECKED).printed is False
    with pytest.raises(Unreadable):
        issue_pass(claims(issuer="https://" + "x" * 60 + ".example.gov", **longest), PASS_KEY)


def test_the_example_is_the_designs_byte_for_byte() -> None:
    """The facts of the example give the payload that the protocol page prints."""
    token = issue_pass(claims(), PASS_KEY)
    raw = b64.decode(token.split(".")[1]).decode()
    start = '{"iss":"https://pass.example.gov","sub":"urn:epipass:AAECAwQFBgcICQoL","iat":1795312800,"nbf":1795312800,"exp":1795482000,"@context":["https://www.w3.org/ns/credentials/v2","https://pass.example.gov/contexts/v1"],"type":["VerifiableCredential","EpidemicPass"],"issuer":"https://pass.example.gov","validFrom":"2026-11-22T02:00:00Z","validUntil":"2026-11-24T01:00:00Z","credentialSubject":{"id":"urn:epipass:AAECAwQFBgcICQoL","name":"张*明","unit":"第三人民医院","zone":"A3","venues":[],"test":{"sampledAt":"2026-11-22T01:00:00Z","result":"negative","reference":"mZ3v0xK9QwE1rT5y"},"officialDocument":{"number":"EPI-2026-0000001","issuedBy":"区疫情防控指挥部"}},"credentialStatus":{"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"1234","statusListCredential":"https://pass.example.gov/status/2026-11-24a-1"},"cnf":{"jwk":{"crv":"P-256","kty":"EC","x":"'
    assert raw.startswith(start)
    assert issue_pass(claims(), PASS_KEY) == token
    assert b64.decode(token.split(".")[0]).decode() == f'{{"alg":"ES256","typ":"vc+jwt","kid":"{PASS_KEY.kid}"}}'


def test_a_pass_tells_what_was_checked() -> None:
    """Members in snake case; live, printed and status_checked say what they say; it cannot be changed."""
    found = VERIFIER.verify(issue_pass(claims(), PASS_KEY), at=AT, status=UNCHECKED)
    assert (found.valid_from, found.credential_subject.test.sampled_at) == (
        "2026-11-22T02:00:00Z",
        "2026-11-22T01:00:00Z",
    )
    assert (found.live, found.printed, found.status_checked) == (False, False, False)
    with pytest.raises(AttributeError):
        found.iss = FOREIGN  # type: ignore[misc]


# The terms that https://www.w3.org/ns/credentials/v2 defines and protects: at its top, and in a credential.
BASE_TERMS = frozenset(
    "id type description digestMultibase digestSRI mediaType name VerifiableCredential EnvelopedVerifiableCredential"
    " VerifiablePresentation EnvelopedVerifiablePresentation JsonSchemaCredential JsonSchema DataIntegrityProof"
    " BitstringStatusListCredential BitstringStatusList BitstringStatusListEntry _sd _sd_alg aud cnf exp iat iss jku kid"
    " nbf sub x5u confidenceMethod credentialSchema credentialStatus credentialSubject evidence issuer proof"
    " refreshService relatedResource renderMethod termsOfUse validFrom validUntil".split()
)


def test_the_context_gives_every_member_a_meaning() -> None:
    """Each member that the W3C's context does not define is defined by ours, and none that it does.

    It protects its own terms: a JSON-LD processor refuses a credential whose second context redefines one.
    """
    document = json.loads(context_document(ISSUER))
    content = json.loads(b64.decode(issue_pass(claims(), PASS_KEY).split(".")[1]))
    members = {*content, *content["credentialSubject"], *content["type"]} - BASE_TERMS - {"@context"}
    assert members <= document["@context"].keys()
    assert not BASE_TERMS & document["@context"].keys()
    assert document["@context"]["epi"] == f"{ISSUER}/contexts/v1#"


@pytest.mark.parametrize(
    "changes", [{"list_id": "a/b"}, {"list_id": ""}, {"bits": bytes(16_383)}, {"bits": bytes(131_073)}]
)
def test_a_wrong_list_is_not_signed(changes: dict[str, Any]) -> None:
    """A list's name and size are held to before it is signed."""
    facts: dict[str, Any] = {"list_id": "a", "bits": bytes(16_384), "issuer": ISSUER, "signer": STATUS_KEY, "at": AT}
    with pytest.raises(ValueError, match="name"):
        status_list(**{**facts, **changes})


@pytest.mark.parametrize("expires_at", [NBF, NBF + 31 * 86_400 + 1])
def test_a_statement_is_for_a_month(expires_at: int) -> None:
    """A statement ends after it begins, within 31 days."""
    with pytest.raises(ValueError, match="31 days"):
        sign_statement(issuer=ISSUER, at=NBF, keys=[], signer=ROOT, expires_at=expires_at)


def test_claims_take_any_order() -> None:
    """The facts are named, so no caller can exchange two of them."""
    with pytest.raises(TypeError):
        PassClaims(ISSUER)  # type: ignore[call-arg]
