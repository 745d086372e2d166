"""The adapter through which other people's suites speak to the product: strict is the product, lenient says what it is."""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from conformance.answers import REFUSALS, Issuer, Lenient, Refusing, Strict, envelope, opened, payload_of
from conformance.datamodel import CONTEXT_V2, Json, Nonconforming, check_credential, check_presentation
from conformance.jose_cose import Library, answer, ask_library
from conformance.resigned import resign
from conformance.suites import SUITES, manifest
from conformance.vc_api import Service, serve
from credentials import LocalSigner, Untrusted, b64, sign_proof
from tests.vectors.material import ISSUER

OURS = Issuer(ISSUER)
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def least(**changes: Any) -> Json:
    """The least credential that the data model allows, some of it changed; `...` leaves a member out."""
    document: Json = {
        "@context": [CONTEXT_V2],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "credentialSubject": {"id": "did:example:subject"},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not ...}


def test_strict_answers_with_a_real_pass() -> None:
    """Who asks for nothing but a credential gets a pass, and the product's verifier accepts it, its status asked."""
    strict = Strict(OURS)
    token = strict.issue(least())
    assert payload_of(token)["type"] == ["VerifiableCredential", "EpidemicPass"]
    strict.verify(token)
    with pytest.raises(Untrusted):
        strict.verify(Strict(Issuer(ISSUER)).issue(least()))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a name"},
        {"id": None},
        {"id": "https://example.org/1"},
        {"issuer": "https://example.org"},
        {"type": ...},
        {"type": ["VerifiableCredential", "https://example.org/#Other"]},
        {"@context": [CONTEXT_V2, EXAMPLES]},
        {"credentialSubject": {}},
        {"credentialSubject": {"id": "did:example:subject", "name": "Alice"}},
        {"validUntil": "2023-02-26T01:19:20Z"},
        {"evidence": {"type": "https://example.org/#Evidence"}},
    ],
)
def test_strict_bends_no_law(changes: Json) -> None:
    """What the profile has no place for is refused, however good it is in the general data model."""
    with pytest.raises(REFUSALS):
        Strict(OURS).issue(least(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"@context": [CONTEXT_V2, EXAMPLES], "anything": 1},
        {"@context": [CONTEXT_V2, {"Own": "https://example.org/#Own"}], "type": ["VerifiableCredential", "Own"]},
        {"issuer": {"id": ISSUER, "name": {"@value": "Office", "@language": "en", "@direction": "ltr"}}},
        {"description": [{"@value": "Dog", "@language": "en"}, {"@value": "Chien", "@language": "fr"}]},
        {"validFrom": "2023-02-25T19:10:39-06:00", "validUntil": "2023-02-26T01:20:18.477Z"},
        {"credentialSchema": {"id": "did:example:1", "type": "JsonSchema"}},
        {"credentialSubject": [{"id": "did:example:1"}, {"id": "did:example:2"}]},
    ],
)
def test_lenient_signs_any_credential_of_the_data_model(changes: Json) -> None:
    """It comes back from the product's signing and verifying as it went in."""
    lenient = Lenient(OURS)
    token = lenient.issue(least(**changes))
    lenient.verify(token)
    assert payload_of(token) == least(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": ...},
        {"@context": [EXAMPLES, CONTEXT_V2]},
        {"@context": [CONTEXT_V2, "https ://not-a-url"]},
        {"@context": [CONTEXT_V2, 7]},
        {"@context": [CONTEXT_V2, {"VerifiableCredential": "https://example.org/#Bad"}]},
        {"@context": [CONTEXT_V2, {"Own": "https://example.org/1"}, {"Own": "https://example.org/2"}]},
        {"@context": [CONTEXT_V2, {"Own": "https ://not-a-url"}]},
        {"id": ["https://example.org/1"]},
        {"type": ...},
        {"type": ["https://example.org/#Other"]},
        {"type": ["VerifiableCredential", "Unmapped"]},
        {"type": ["VerifiableCredential", 2]},
        {"issuer": ...},
        {"issuer": {"name": "no id"}},
        {"issuer": {"id": ISSUER, "name": {"@value": "x", "url": "y"}}},
        {"name": {"@language": "en"}},
        {"validFrom": "Sat 25 Feb 2023 07:16:31 PM CST"},
        {"validFrom": "2023-02-30T00:00:00Z"},
        {"validFrom": "2024-01-01T00:00:00Z", "validUntil": "2023-01-01T00:00:00Z"},
        {"credentialSubject": ...},
        {"credentialSubject": []},
        {"credentialSubject": [{"id": "did:example:1"}, {}]},
        {"credentialSchema": {"type": "JsonSchema"}},
        {"credentialStatus": {"id": "did:example:1"}},
        {"evidence": "none"},
        {"unheardOf": 1},
    ],
)
def test_the_data_model_is_held_to(changes: Json) -> None:
    """Each law of the general data model refuses what breaks it."""
    with pytest.raises(Nonconforming):
        check_credential(least(**changes))


@pytest.mark.parametrize(
    "spoil",
    [
        {"@context": []},
        {"@context": EXAMPLES},
        {"type": "VerifiableCredential"},
        {"id": "eyJhbGciOiJFUzI1NiJ9.e30.AA"},
        {"id": None},
    ],
)
def test_only_an_envelope_is_opened(spoil: Json) -> None:
    """An envelope gives its token back; anything else is none."""
    whole = envelope("a.b.c")
    assert opened(whole) == opened({**whole, "@context": CONTEXT_V2, "type": [whole["type"]]}) == "a.b.c"
    with pytest.raises(Nonconforming):
        opened({**whole, **spoil})
    with pytest.raises(Nonconforming):
        opened("a.b.c")


def test_a_plain_service_verifies_what_it_issued_and_nothing_else() -> None:
    """For suites that read no envelopes: the payload stands for its token, one changed letter is not what was issued."""
    service = Service(OURS, Lenient(OURS, with_status=True), plain=True)
    status, reply = service.post("/credentials/issue", {"credential": least()})
    document = reply["verifiableCredential"]
    assert status == 201
    assert service.post("/credentials/verify", {"verifiableCredential": document})[0] == 200
    changed = {**document, "issuer": ISSUER + "/x"}
    assert service.post("/credentials/verify", {"verifiableCredential": changed})[0] == 400
    path = document["credentialStatus"]["statusListCredential"].removeprefix(ISSUER)
    assert service.get(path)[1]["credentialSubject"]["type"] == "BitstringStatusList"
    assert service.get("/status/other")[0] == 404
    assert service.post("/elsewhere", {})[0] == 404
    assert service.post("/presentations/verify", {})[0] == service.post("/credentials/issue", {})[0] == 400


def test_it_is_served_over_tls() -> None:
    """A request goes in by HTTPS at localhost, and the token that comes out is one of its own."""
    server = serve("strict", plain=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://localhost:{server.server_port}"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it signed its certificate itself

    def post(body: str) -> Any:
        request = urllib.request.Request(url + "/credentials/issue", body.encode())  # noqa: S310 - our own address
        with urllib.request.urlopen(request, context=context, timeout=10) as reply:  # noqa: S310 - the same
            return json.load(reply)

    try:
        issued = post(json.dumps({"credential": least(issuer=url)}))
        assert payload_of(opened(issued["verifiableCredential"]))["iss"] == url
        with pytest.raises(urllib.error.HTTPError, match="400"):
            post("no JSON")
    finally:
        server.shutdown()
        server.server_close()


METHOD = {
    "controller": ISSUER,
    "publicKeyJwk": OURS.jwks["keys"][0],
    "secretKeyJwk": OURS.pass_key.private_jwk(),
}
OTHER_CURVE = {"controller": ISSUER, "publicKeyJwk": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}}


def test_the_command_line_signs_and_verifies_with_p256_alone() -> None:
    """Lenient: any credential; strict: a pass; another curve: no answer where it should sign, no where it should verify."""
    signed = answer("issue", json.dumps(least()), METHOD, "lenient")
    assert signed["result"] == answer("verify", signed["data"], METHOD, "lenient")["result"] == "success"
    assert answer("verify", signed["data"], METHOD, "strict")["result"] == "failure"
    assert answer("verify", Strict(OURS).make(), METHOD, "strict")["result"] == "success"
    assert answer("issue", json.dumps(least()), OTHER_CURVE, "lenient")["result"] == "indeterminate"
    assert answer("verify", signed["data"], OTHER_CURVE, "lenient")["result"] == "failure"
    assert answer("verify", signed["data"], METHOD, "refusing")["result"] == "failure"


@pytest.mark.parametrize("spoil", [{"vc": {}}, {"iss": "https://example.org"}, {"type": "Other"}])
def test_the_command_line_reads_what_is_signed(spoil: Json) -> None:
    """A good signature over what is no credential is refused for what it says; so is one by another key."""
    lenient = Lenient(OURS)
    good = lenient.issue(least())
    assert answer("verify", resign(good, OURS.pass_key), METHOD, "lenient")["result"] == "success"
    assert answer("verify", resign(good, LocalSigner.generate()), METHOD, "lenient")["result"] == "failure"
    other = b64.encode(json.dumps(least(**{"@context": [CONTEXT_V2, EXAMPLES]}, **spoil)).encode())
    spoilt = f"{good.split('.')[0]}.{other}.{'A' * 86}"
    assert answer("verify", resign(spoilt, OURS.pass_key), METHOD, "lenient")["result"] == "failure"


def shown(**changes: Any) -> Json:
    """A presentation of one credential, some of it changed; `...` leaves a member out."""
    document: Json = {
        "@context": [CONTEXT_V2],
        "type": "VerifiablePresentation",
        "holder": ISSUER,
        "verifiableCredential": [envelope("a.b.c")],
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not ...}


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": [EXAMPLES]},
        {"type": ...},
        {"type": "VerifiableCredential"},
        {"id": 7},
        {"holder": "nobody"},
        {"unheardOf": 1},
        {"verifiableCredential": least()},
        {"verifiableCredential": [envelope("a.b.c"), {**envelope(""), "id": "not-a-credential"}]},
        {"verifiableCredential": [{**envelope("a.b.c"), "id": "data:text/plain,a.b.c"}]},
    ],
)
def test_a_presentation_shows_secured_credentials_alone(changes: Json) -> None:
    """The least one is good, with a credential of any of the three forms; each law refuses what breaks it."""
    sealed = [{**envelope(""), "id": f"data:application/{media},x"} for media in ("vc+sd-jwt", "vc+cose;base64")]
    for good in (shown(), shown(holder=...), shown(verifiableCredential=...), shown(verifiableCredential=sealed)):
        check_presentation(good)
    with pytest.raises(Nonconforming):
        check_presentation(shown(**changes))


def test_strict_speaks_the_sd_jwt_of_the_door() -> None:
    """A pass with its holder's proof is the product's SD-JWT: no proof, another's, or a disclosure, and it is refused."""
    strict = Strict(OURS)
    token = strict.make()
    now = int(time.time())
    proof = sign_proof(token, strict.holder, issuer=ISSUER, at=now)
    foreign = sign_proof(token, LocalSigner.generate(), issuer=ISSUER, at=now)
    disclosure = b64.encode(b'["salt","name","Jane"]')
    for text, result in (
        (f"{token}~{proof}", "success"),
        (f"{token}~", "failure"),
        (f"{token}~{foreign}", "failure"),
        (f"{token}~{disclosure}~{proof}", "failure"),
    ):
        assert answer("verify", text, METHOD, "strict", feature="credential_sdjwt")["result"] == result
    issued = answer("issue", json.dumps(least()), METHOD, "strict", feature="credential_sdjwt", paths=["issuer"])
    assert issued["result"] == "indeterminate"


P384 = {
    "controller": ISSUER,
    "publicKeyJwk": {"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "k"},
    "secretKeyJwk": {"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "k"},
}


def library(claims: Json, **header: str) -> Library:
    """Stands for PyPI's sd-jwt, which the project's own environment lacks: a good signature over these claims."""
    opened_as = {"claims": claims, "header": {"alg": "ES384", "typ": "vc+sd-jwt", "cty": "vc", "kid": "k"} | header}
    return lambda asked: {"token": "a.b.c~d~"} if "document" in asked else opened_as


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        (least(), {"typ": "bad+typ"}),
        (least(), {"typ": "vc+jwt"}),
        (least(), {"cty": "bad+cty"}),
        (least(), {"alg": "ES256"}),
        (least(), {"crit": "b64"}),
        (least(iss="https://example.org"), {}),
        (least(vc={}), {}),
        (least(type=...), {}),
        (shown(), {}),
    ],
)
def test_lenient_judges_what_a_library_opened(claims: Json, header: dict[str, str]) -> None:
    """The library answers for signature and disclosures; type of media, `iss` and content are looked at here."""

    def said(claims: Json, **header: str) -> str:
        opener = library(claims, **header)
        return str(answer("verify", "a.b.c~", P384, "lenient", feature="credential_sdjwt", library=opener)["result"])

    assert said(least()) == "success"
    assert said(claims, **header) == "failure"


def test_a_presentation_in_an_sd_jwt_is_judged_as_one() -> None:
    """Its type of media is its own, its `iss` is its holder, and what it shows is looked at."""
    feature = "presentation_sdjwt"
    for claims, typ, result in (
        (shown(iss=ISSUER), "vp+sd-jwt", "success"),
        (shown(), "vc+sd-jwt", "failure"),
        (shown(iss="https://example.org"), "vp+sd-jwt", "failure"),
        (shown(verifiableCredential=[least()]), "vp+sd-jwt", "failure"),
    ):
        opener = library(claims, typ=typ, cty=typ[:2])
        assert answer("verify", "a.b.c~", P384, "lenient", feature=feature, library=opener)["result"] == result


def test_lenient_hands_out_only_what_says_what_was_asked() -> None:
    """An SD-JWT with another content, or without its disclosure, is not handed out; without the library there is none."""

    def said(claims: Json, *paths: str, **more: Any) -> str:
        text = json.dumps(least())
        more.setdefault("library", library(claims))
        return str(answer("issue", text, P384, "lenient", feature="credential_sdjwt", paths=paths, **more)["result"])

    assert said(least(), "issuer") == "success"
    assert said(least(name="Other"), "issuer") == said(least()) == said(least(), "issuer", "type") == "failure"
    assert said(least(), "issuer", library=ask_library) == "indeterminate"


def test_the_suite_is_told_of_jose_and_sd_jwt() -> None:
    """Credentials and presentations of both are run, those of COSE skipped."""
    _, _, told = manifest(SUITES["jose-cose"], ISSUER).partition(" = ")
    [ours] = json.loads(told.removesuffix(";\n"))["implementations"]
    declared = {name for name, is_declared in ours["jose-cose"]["features"].items() if is_declared}
    assert declared == {f"{kind}_{form}" for kind in ("credential", "presentation") for form in ("jose", "sdjwt")}


def test_refusing_refuses() -> None:
    """The baseline does nothing but refuse: what a suite passes it for, it passes anybody for."""
    for call in (lambda: Refusing().issue(least()), lambda: Refusing().verify("a.b.c")):
        with pytest.raises(Nonconforming):
            call()
