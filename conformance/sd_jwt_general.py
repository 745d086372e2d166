"""Sign and open SD-JWTs of any curve and with any disclosures, by PyPI's sd-jwt: nothing here is the product's.

Usage: `python conformance/sd_jwt_general.py < request`, by a Python that has `sd-jwt` and needs nothing of ours. A
request is one JSON object: `{"key", "document", "paths", "header"}` is signed, and `{"token"}` comes back; `{"key",
"token"}` is opened, and `{"header", "claims"}` come back. What the library refuses is `{"refused"}`.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

Json = dict[str, Any]


def mark(document: Json, path: str) -> None:
    """Make what `path` names selective, in place: `credentialSubject.phoneNumbers[0]`."""
    *way, last = re.findall(r"[^.\[\]]+", path)
    part: Any = document
    for step in way:
        part = part[int(step)] if isinstance(part, list) else part[step]
    if isinstance(part, list):
        part[int(last)] = SDObj(part[int(last)])
    else:
        part[SDObj(last)] = part.pop(last)


def sign(asked: Json) -> Json:
    """The document as an SD-JWT with all its disclosures."""
    document = asked["document"]
    # The deepest first: a marked part is no longer found by its name.
    for path in sorted(asked["paths"], key=len, reverse=True):
        mark(document, path)
    key = asked["key"]
    issuer = SDJWTIssuer(document, JWK(**key), sign_alg=key["alg"], extra_header_parameters=asked["header"])
    return {"token": issuer.sd_jwt_issuance}


def disclose(asked: Json) -> Json:
    """The header of an SD-JWT, its signature verified, and its claims with all that was disclosed."""
    seen: Json = {}

    def key_of(_: str, header: Json) -> JWK:
        seen.update(header)
        return JWK(**asked["key"])

    return {"claims": SDJWTVerifier(asked["token"], key_of).get_verified_payload(), "header": seen}


def main() -> int:
    """Read, answer, write."""
    asked = json.load(sys.stdin)
    try:
        said = sign(asked) if "document" in asked else disclose(asked)
    # Whatever a foreign library raises is its verdict here: it raises bare ValueError, KeyError and JWException.
    except Exception as error:  # noqa: BLE001
        said = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
