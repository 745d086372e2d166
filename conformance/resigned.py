"""The JOSE suite's own credentials, signed anew with its P-256 key: `python -m conformance.resigned --suite FOLDER`.

The suite signs what must be refused with Ed25519, which the product refuses unread. Signed with a key that the product
knows, each is refused, or accepted, for what is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from conformance.jose_cose import answer
from credentials import LocalSigner, b64, jws

# File to what the suite expects of it. `credential-jose-unknown-extensions.txt` is left out: what it holds is a good
# credential, and what is wrong with it is only that the suite hands another key along.
EXPECTED: Final = {
    "credential-jose-minimal.txt": "success",
    "credential-issuer-match-signed.txt": "success",
    "credential-jose-bad-signature.txt": "failure",
    "credential-jose-bad-media-type.txt": "failure",
    "credential-jose-vc-vp-claims.txt": "failure",
}


def resign(token: str, signer: LocalSigner) -> str:
    """The same header but for algorithm and key, the same payload, a new signature."""
    header, payload, _ = token.strip().split(".")
    said = {**json.loads(b64.decode(header)), "alg": "ES256", "kid": signer.kid}
    return jws.sign_compact(b64.encode(json.dumps(said).encode()), b64.decode(payload), signer)


def main() -> int:
    """Print each verdict; 1 when one is not what the suite expects."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", type=Path, required=True)
    inputs = parser.parse_args().suite / "tests" / "input"
    method = json.loads((inputs / "vm-p256.json").read_text(encoding="utf-8"))
    signer, wrong = LocalSigner.from_jwk(method["secretKeyJwk"]), 0
    for name, expected in EXPECTED.items():
        token = resign((inputs / name).read_text(encoding="utf-8"), signer)
        if "bad-signature" in name:
            token = resign(token, LocalSigner.generate())
        said = answer("verify", token, method, "lenient")
        wrong += said["result"] != expected
        print(f"{name}: {said['result']}, expected {expected}  {said.get('data', '')}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
