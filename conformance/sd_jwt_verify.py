"""Verify presentations (`token~proof`) with PyPI's sd-jwt, the reference implementation of SD-JWT.

Usage: `python conformance/sd_jwt_verify.py JWKS_FILE ISSUER NONCE < presentations`, one a line, by a Python that has
`sd-jwt` and needs nothing of ours. Prints one JSON object a presentation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier


def main() -> int:
    """One verdict a line."""
    file, issuer, nonce = sys.argv[1:4]
    keys = {key["kid"]: JWK(**key) for key in json.loads(Path(file).read_text(encoding="utf-8"))["keys"]}

    def key_of(_: str, header: dict[str, Any]) -> JWK:
        return keys[header["kid"]]

    for line in sys.stdin:
        try:
            claims = SDJWTVerifier(line.strip(), key_of, issuer, nonce).get_verified_payload()
            said = {"ok": claims["iss"] == issuer, "iss": claims["iss"]}
        # Whatever a foreign library raises is its verdict here: it raises bare ValueError, KeyError and JWException.
        except Exception as error:  # noqa: BLE001
            said = {"ok": False, "code": f"{type(error).__name__}: {error}"}
        print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
