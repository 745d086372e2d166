"""The command line that the W3C's JOSE and COSE suite calls: `issue` or `verify`, of which the product has ES256.

`--answers strict` is the product's verifier, and its issuing where there is any. `lenient` takes any credential or
presentation. Of its JOSE the form and the signature are the product's, so that a key which is not on P-256 cannot be
used: `indeterminate` where it should sign, and a refusal where it should verify. Of its SD-JWT nothing is the product's:
PyPI's sd-jwt signs, verifies and discloses (`sd_jwt_general.py`), the adapter judges header and content.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from conformance.answers import MAX_CHARS, REFUSALS
from conformance.datamodel import Nonconforming, check_credential, check_presentation
from credentials import UNCHECKED, KeySet, LocalSigner, Verifier, b64, jws

Json = dict[str, Any]
Library = Callable[[Json], Json]
LIBRARY: Final = Path(__file__).with_name("sd_jwt_general.py")
_HEADER = frozenset({"alg", "typ", "cty", "kid"})
_LIMIT_S = 60


class Unanswerable(Exception):
    """Neither yes nor no: the suite's `indeterminate`."""


def ask_library(asked: Json) -> Json:
    """What PyPI's sd-jwt says, in the virtual environment that has it; raises Nonconforming for what it refuses."""
    python = shutil.which(os.environ.get("EPIPASS_SD_JWT_PYTHON", ""))
    if python is None:
        raise Unanswerable("PyPI's sd-jwt is not there")
    command = [python, str(LIBRARY)]
    ran = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    if ran.returncode:
        raise Unanswerable(ran.stderr.strip().rpartition("\n")[2])
    said: Json = json.loads(ran.stdout)
    if "refused" in said:
        raise Nonconforming(said["refused"])
    return said


def check_header(said: object, feature: str, alg: str) -> None:
    """Hold a header to the suite's specification: `vc+jwt`, `vp+sd-jwt` and so on."""
    kind, form = _parts(feature)
    if not isinstance(said, dict) or said.keys() - _HEADER:
        raise Nonconforming("a header with members beside alg, typ, cty and kid")
    if said.get("alg") != alg or said.get("typ") != f"{kind}+{form}" or said.get("cty", kind) != kind:
        raise Nonconforming("a header of another algorithm or media type")


def check_document(document: object, feature: str) -> None:
    """Hold a payload to the data model: as a credential or as a presentation."""
    if not isinstance(document, dict) or {"vc", "vp"} & document.keys():
        raise Nonconforming("a payload that is no document by itself")
    kind, _ = _parts(feature)
    by = "issuer" if kind == "vc" else "holder"
    if document.get("iss", document.get(by)) != document.get(by):
        raise Nonconforming(f"iss is not the {by}")
    (check_credential if kind == "vc" else check_presentation)(document)


def _parts(feature: str) -> tuple[str, str]:
    kind, _, form = feature.partition("_")
    return {"credential": "vc", "presentation": "vp"}[kind], {"jose": "jwt", "sdjwt": "sd-jwt"}[form]


def verify_strictly(text: str, method: Mapping[str, Any], feature: str) -> None:
    """The product's verdict on a token of this controller; of an SD-JWT, the one that its door speaks."""
    keys = KeySet.from_jwks({"keys": [method["publicKeyJwk"]]})
    verifier = Verifier(keys, issuer=str(method["controller"]))
    verify = verifier.verify_presentation if feature.endswith("_sdjwt") else verifier.verify
    verify(text, at=int(time.time()), status=UNCHECKED)


def verify_jose(token: str, method: Mapping[str, Any], feature: str) -> None:
    """Form and signature as the product does; header and content as the general specifications say."""
    header, payload, signature = jws.split(token, MAX_CHARS)
    check_header(json.loads(b64.decode(header)), feature, "ES256")
    keys = KeySet.from_jwks({"keys": [method["publicKeyJwk"]]}).keys
    if not keys:
        raise Nonconforming("the product knows no key but P-256")
    [key] = keys.values()
    jws.check_signature(key.key, token, b64.decode(signature))
    check_document(json.loads(b64.decode(payload)), feature)


def issue_jose(document: Json, method: Mapping[str, Any], feature: str) -> str:
    """A token for any document of the data model, signed by the product."""
    if method["publicKeyJwk"].get("crv") != "P-256":
        raise Unanswerable("the product signs with P-256 alone")
    check_document(document, feature)
    kind, form = _parts(feature)
    signer = LocalSigner.from_jwk(method["secretKeyJwk"])
    header = jws.header_text(f"{kind}+{form}", method["publicKeyJwk"]["kid"])
    return jws.sign_compact(header, json.dumps(document).encode(), signer)


def open_sd_jwt(text: str, method: Mapping[str, Any], feature: str, library: Library) -> Json:
    """The claims of an SD-JWT: signature and disclosures as the library finds them, header and content as specified."""
    key = method["publicKeyJwk"]
    said = library({"key": key, "token": text})
    check_header(said["header"], feature, key["alg"])
    claims: Json = said["claims"]
    check_document(claims, feature)
    return claims


def issue_sd_jwt(
    document: Json, method: Mapping[str, Any], feature: str, paths: Sequence[str], library: Library
) -> str:
    """An SD-JWT of the library's; with all its disclosures it says what was asked, and without them less."""
    check_document(document, feature)
    kind, form = _parts(feature)
    key = method["secretKeyJwk"]
    header = {"typ": f"{kind}+{form}", "cty": kind, "kid": key["kid"]}
    token = str(library({"key": key, "document": document, "paths": paths, "header": header})["token"])
    if open_sd_jwt(token, method, feature, library) != document:
        raise Nonconforming("disclosed, it is not what was asked")
    if len(token.split("~")) != len(paths) + 2:
        raise Nonconforming("not as many disclosures as paths")
    return token


def answer(
    function: str,
    text: str,
    method: Mapping[str, Any],
    answers: str,
    *,
    feature: str = "credential_jose",
    paths: Sequence[str] = (),
    library: Library = ask_library,
) -> Json:
    """What goes into the suite's output file."""
    if answers == "refusing":
        return {"result": "failure"}
    said: Json = {"result": "success"}
    try:
        if function == "verify":
            _verify(text.strip(), method, answers, feature, library)
        else:
            said["data"] = _issue(json.loads(text), method, answers, feature, paths=paths, library=library)
    except Unanswerable as reason:
        return {"result": "indeterminate", "data": str(reason)}
    except REFUSALS as refusal:
        return {"result": "failure", "data": f"{type(refusal).__name__}: {refusal}"}
    return said


def _verify(text: str, method: Mapping[str, Any], answers: str, feature: str, library: Library) -> None:
    if answers == "strict":
        verify_strictly(text, method, feature)
    elif feature.endswith("_sdjwt"):
        open_sd_jwt(text, method, feature, library)
    else:
        verify_jose(text, method, feature)


def _issue(
    document: Json, method: Mapping[str, Any], answers: str, feature: str, *, paths: Sequence[str], library: Library
) -> str:
    if not feature.endswith("_sdjwt"):
        token = issue_jose(document, method, feature)
        _verify(token, method, answers, feature, library)
        return token
    if answers == "strict":
        raise Unanswerable("the product issues nothing with disclosures")
    return issue_sd_jwt(document, method, feature, paths, library)


def main() -> int:
    """Read, answer, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=Path, required=True, help="the folder that the suite calls /tests")
    parser.add_argument("function", choices=("issue", "verify"))
    for name in ("input", "key", "feature", "output"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--sd", type=json.loads, default=(), help="what to make selective: a JSON list of paths")
    parser.add_argument("--answers", default=os.environ.get("EPIPASS_ANSWERS", "strict"))
    asked = parser.parse_args()

    folder: Path = asked.tests

    def place(path: str) -> Path:
        return folder / Path(path).relative_to("/tests")

    method = json.loads(place(asked.key).read_text(encoding="utf-8"))
    text = place(asked.input).read_text(encoding="utf-8")
    said = answer(asked.function, text, method, asked.answers, feature=asked.feature, paths=asked.sd)
    place(asked.output).write_text(json.dumps(said), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
