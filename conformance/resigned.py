"""The JOSE suite's own documents, signed anew with its P-256 key: `python -m conformance.resigned --suite FOLDER`.

The suite signs what must be refused with curves that the product refuses unread. Signed with a key that the product
knows, each is refused, or accepted, for what is in it. Of an SD-JWT the signature is made by the product, and read by
PyPI's sd-jwt.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from conformance.jose_cose import answer
from conformance.suites import sd_jwt_python
from credentials import LocalSigner, b64, jws

# File to what the suite expects of it. `credential-jose-unknown-extensions.txt` is left out: what it holds is a good
# credential, and what is wrong with it is only that the suite hands another key along.
EXPECTED: Final = {
    "credential-jose-minimal.txt": "success",
    "credential-issuer-match-signed.txt": "success",
    "credential-jose-bad-signature.txt": "failure",
    "credential-jose-bad-media-type.txt": "failure",
    "credential-jose-vc-vp-claims.txt": "failure",
    "presentation-jose-multiple.txt": "success",
    "presentation-jose-bad-media-type.txt": "failure",
    "presentation-jose-bad-credential.txt": "failure",
    "credential-sdjwt-selective.txt": "success",
    "credential-sdjwt-nested.txt": "success",
    "credential-sdjwt-bad-signature.txt": "failure",
    "credential-sdjwt-bad-media-type.txt": "failure",
    "presentation-sdjwt-selective.txt": "success",
    "presentation-sdjwt-bad-media-type.txt": "failure",
    "presentation-sdjwt-bad-credential.txt": "failure",
}
# Its media type is bad as well, which hides what it is named for: it gets a good one.
GOOD_TYPE: Final = {"presentation-sdjwt-bad-credential.txt": {"typ": "vp+sd-jwt", "cty": "vp"}}


def resign(token: str, signer: LocalSigner, **changes: str) -> str:
    """The same header but for algorithm, key and `changes`, the same payload and disclosures, a new signature."""
    signed, tilde, disclosures = token.strip().partition("~")
    header, payload, _ = signed.split(".")
    said: dict[str, Any] = {**json.loads(b64.decode(header)), "alg": "ES256", "kid": signer.kid, **changes}
    return jws.sign_compact(b64.encode(json.dumps(said).encode()), b64.decode(payload), signer) + tilde + disclosures


def feature_of(name: str) -> str:
    """The suite's feature that a file belongs to."""
    kind, form, *_ = name.split("-")
    return f"{kind}_{form if form == 'sdjwt' else 'jose'}"


def main() -> int:
    """Print each verdict; 1 when one is not what the suite expects, or when strict does not refuse one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", type=Path, required=True)
    folder = parser.parse_args().suite.resolve()
    os.environ["EPIPASS_SD_JWT_PYTHON"] = sd_jwt_python(folder)
    inputs = folder / "tests" / "input"
    method = json.loads((inputs / "vm-p256.json").read_text(encoding="utf-8"))
    signer, wrong, refused = LocalSigner.from_jwk(method["secretKeyJwk"]), 0, 0
    for name, expected in EXPECTED.items():
        token = resign((inputs / name).read_text(encoding="utf-8"), signer, **GOOD_TYPE.get(name, {}))
        if "bad-signature" in name:
            token = resign(token, LocalSigner.generate())
        said, strict = (answer("verify", token, method, way, feature=feature_of(name)) for way in ("lenient", "strict"))
        wrong += said["result"] != expected
        refused += strict["result"] == "failure"
        print(f"{name}: {said['result']}, expected {expected}  {said.get('data', '')}")
    print(
        f"{len(EXPECTED) - wrong} of {len(EXPECTED)} as expected; strict refuses {refused}: the product knows one header"
    )
    return 1 if wrong or refused < len(EXPECTED) else 0


if __name__ == "__main__":
    sys.exit(main())
