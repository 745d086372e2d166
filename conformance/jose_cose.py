"""The command line that the W3C's JOSE and COSE suite calls: `issue` or `verify`, of which the product has ES256.

`--answers strict` is the product's verifier. `lenient` takes any credential and any order of header members, and is
the product's in the token's form and signature. A key that is not on P-256 is one the product cannot use:
`indeterminate` where it should sign, and a refusal where it should verify, as the product refuses it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.answers import MAX_CHARS, REFUSALS
from conformance.datamodel import Nonconforming, check_credential
from credentials import UNCHECKED, KeySet, LocalSigner, Verifier, b64, jws

Json = dict[str, Any]
TYP: Final = "vc+jwt"
_HEADER = frozenset({"alg", "typ", "cty", "kid"})


def verifying_key(method: Mapping[str, Any]) -> KeySet:
    """The key of a verification method; raises Nonconforming for one of another algorithm."""
    keys = KeySet.from_jwks({"keys": [method["publicKeyJwk"]]})
    if not keys.keys:
        raise Nonconforming("the product knows no key but P-256")
    return keys


def verify_leniently(token: str, method: Mapping[str, Any]) -> None:
    """Form and signature as the product does; header and content as the general specifications say."""
    header, payload, signature = jws.split(token, MAX_CHARS)
    said = json.loads(b64.decode(header))
    if not isinstance(said, dict) or said.keys() - _HEADER:
        raise Nonconforming("a header with members beside alg, typ, cty and kid")
    if said.get("alg") != "ES256" or said.get("typ") != TYP or said.get("cty", "vc") != "vc":
        raise Nonconforming("a header of another algorithm or media type")
    [key] = verifying_key(method).keys.values()
    jws.check_signature(key.key, token, b64.decode(signature))
    document = json.loads(b64.decode(payload))
    if not isinstance(document, dict) or {"vc", "vp"} & document.keys():
        raise Nonconforming("a payload that is no credential by itself")
    if document.get("iss", document.get("issuer")) != document.get("issuer"):
        raise Nonconforming("iss is not the issuer")
    check_credential(document)


def verify_strictly(token: str, method: Mapping[str, Any]) -> None:
    """The product's verdict on a token of this controller."""
    verifier = Verifier(verifying_key(method), issuer=str(method["controller"]))
    verifier.verify(token, at=int(time.time()), status=UNCHECKED)


def issue(document: Json, method: Mapping[str, Any]) -> str:
    """A token for any credential of the data model, signed by the product."""
    check_credential(document)
    signer = LocalSigner.from_jwk(method["secretKeyJwk"])
    return jws.sign_compact(jws.header_text(TYP, signer.kid), json.dumps(document).encode(), signer)


def answer(function: str, text: str, method: Mapping[str, Any], answers: str) -> Json:
    """What goes into the suite's output file."""
    verify = verify_strictly if answers == "strict" else verify_leniently
    if answers == "refusing":
        return {"result": "failure"}
    try:
        if function == "verify":
            verify(text.strip(), method)
            return {"result": "success"}
        if method["publicKeyJwk"].get("crv") != "P-256":
            return {"result": "indeterminate", "data": "the product signs with P-256 alone"}
        token = issue(json.loads(text), method)
        verify(token, method)
    except REFUSALS as refusal:
        return {"result": "failure", "data": str(refusal)}
    return {"result": "success", "data": token}


def main() -> int:
    """Read, answer, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=Path, required=True, help="the folder that the suite calls /tests")
    parser.add_argument("function", choices=("issue", "verify"))
    for name in ("input", "key", "feature", "output"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--sd", help="what to make selective: not reached, the feature is switched off")
    parser.add_argument("--answers", default=os.environ.get("EPIPASS_ANSWERS", "strict"))
    asked = parser.parse_args()

    folder: Path = asked.tests

    def place(path: str) -> Path:
        return folder / Path(path).relative_to("/tests")

    method = json.loads(place(asked.key).read_text(encoding="utf-8"))
    said = answer(asked.function, place(asked.input).read_text(encoding="utf-8"), method, asked.answers)
    place(asked.output).write_text(json.dumps(said), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
