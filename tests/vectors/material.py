"""What the vectors are made of: keys from fixed seeds, one pass, and ways to spoil it and sign it all the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from credentials import LocalSigner, PassClaims, b64, curve, jws, published_jwk, sign_proof, status_list
from credentials.passes import payload_of
from credentials.payload import encode

Json = dict[str, Any]
ISSUER = "https://pass.example.gov"
FOREIGN = "https://pass.example.org"
GATE = "https://gate.example.gov/v#"
NBF = 1_795_312_800  # 2026-11-22T02:00:00Z
SAMPLED = NBF - 3_600
EXP = SAMPLED + 172_800
AT = NBF + 7_200
LIST = "2026-11-24a-1"
LIST_URL = f"{ISSUER}/status/{LIST}"
DAY = NBF - NBF % 86_400


def key(label: str) -> LocalSigner:
    """The same key for the same label, everywhere and for ever; worth nothing outside these files."""
    return LocalSigner.from_secret(int.from_bytes(sha256(f"epipass vectors: {label}".encode()).digest()) % curve.N)


PASS_KEY, STATUS_KEY, TOKEN_KEY = key("pass"), key("status"), key("token")
PLAIN_KEY, LATE_KEY, SHORT_KEY = key("no use stated"), key("of tomorrow"), key("of an hour")
STRANGER, HOLDER, OTHER_HOLDER = key("stranger"), key("holder"), key("another holder")
ROOT, NEXT_ROOT = key("root"), key("next root")


def jwks() -> Json:
    """The issuer's keys: one for each use, one without a use, and two of other hours."""
    day = {"nbf": DAY, "exp": DAY + 86_400}
    return {
        "keys": [
            published_jwk(PASS_KEY.public_jwk(), use="pass", **day),
            published_jwk(STATUS_KEY.public_jwk(), use="status", **day),
            published_jwk(TOKEN_KEY.public_jwk(), use="token", **day),
            {**PLAIN_KEY.public_jwk(), "kid": PLAIN_KEY.kid, "alg": "ES256", "use": "sig"},
            published_jwk(LATE_KEY.public_jwk(), use="pass", nbf=DAY + 86_400, exp=DAY + 2 * 86_400),
            published_jwk(SHORT_KEY.public_jwk(), use="pass", nbf=NBF - 3_600, exp=NBF),
        ]
    }


def claims(**changes: Any) -> PassClaims:
    """The facts of the example pass, some of them changed."""
    facts: Json = {
        "issuer": ISSUER,
        "subject": "AAECAwQFBgcICQoL",
        "issued_at": NBF,
        "expires_at": EXP,
        "name": "张*明",
        "unit": "第三人民医院",
        "zone": "A3",
        "sampled_at": SAMPLED,
        "reference": "mZ3v0xK9QwE1rT5y",
        "document_number": "EPI-2026-0000001",
        "document_issued_by": "区疫情防控指挥部",
        "status_list": LIST,
        "status_index": 1234,
        "holder": HOLDER.public_jwk(),
    }
    return PassClaims(**{**facts, **changes})


def printed(**changes: Any) -> PassClaims:
    """The same person's printed pass."""
    return claims(holder=None, document_tail="602X", **changes)


def payload(source: PassClaims | None = None) -> Json:
    """A payload as a dictionary in the order on the wire, to be spoilt."""
    found: Json = json.loads(encode(payload_of(source or claims())))
    return found


def compact(content: Json) -> bytes:
    """The canonical bytes of a payload, whatever is in it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def signed(content: Json | bytes, signer: LocalSigner = PASS_KEY, header: str | bytes | None = None) -> str:
    """A token with this payload and a good signature, whatever the payload and the header are."""
    raw = content if isinstance(content, bytes) else compact(content)
    if header is None:
        header = f'{{"alg":"ES256","typ":"vc+jwt","kid":"{signer.kid}"}}'
    text = header.encode() if isinstance(header, str) else header
    return jws.sign_compact(b64.encode(text), raw, signer)


def spoilt(spoil: Callable[[Json], object], source: PassClaims | None = None) -> str:
    """The example pass with one thing wrong, signed by the right key: only the law in question can refuse it."""
    content = copy.deepcopy(payload(source))
    spoil(content)
    return signed(content)


def with_value(path: str, value: Any, source: PassClaims | None = None) -> str:
    """The example pass with the member at a dotted path set to a value."""

    def spoil(content: Json) -> None:
        *outer, last = path.split(".")
        for name in outer:
            content = content[name]
        content[last] = value

    return spoilt(spoil, source)


def text_replaced(old: str, new: str | bytes) -> str:
    """The example pass with a piece of its payload's text replaced, signed."""
    raw = compact(payload())
    if raw.count(old.encode()) == 0:
        raise ValueError(f"the payload does not hold {old}")
    return signed(raw.replace(old.encode(), new if isinstance(new, bytes) else new.encode(), 1))


def proof(token: str, at: int = AT, holder: LocalSigner = HOLDER, nonce: str | None = None) -> str:
    """A live proof for a token."""
    return sign_proof(token, holder, issuer=ISSUER, at=at, nonce=nonce)


def proof_of(content: Json | bytes, header: str = '{"alg":"ES256","typ":"kb+jwt"}') -> str:
    """A proof with any payload and header, signed by the holder."""
    raw = content if isinstance(content, bytes) else compact(content)
    return jws.sign_compact(b64.encode(header.encode()), raw, HOLDER)


def proof_claims(token: str, at: int = AT) -> Json:
    """The payload of a good proof, to be spoilt."""
    digest = b64.encode(sha256(token.encode() + b"~").digest())
    return {"iat": at, "aud": ISSUER, "nonce": str(at // 30), "sd_hash": digest}


def bits(*indices: int, size: int = 16_384) -> bytes:
    """A bit string with these entries set, the most significant bit first."""
    filled = bytearray(size)
    for index in indices:
        filled[index >> 3] |= 0x80 >> (index & 7)
    return bytes(filled)


def list_of(*indices: int, at: int = NBF, name: str = LIST, **changes: Any) -> str:
    """A signed status list with these entries set."""
    facts: Json = {"list_id": name, "bits": bits(*indices), "issuer": ISSUER, "signer": STATUS_KEY, "at": at}
    return status_list(**{**facts, **changes})


def case(name: str, expect: str, **what: Any) -> Json:
    """One case: its name says what is tried, `expect` is `ok` or a refusal's code."""
    return {"name": name, **what, "expect": expect}


def repeat(text: str, times: int) -> Json:
    """A recipe for a long text, so that the file stays small."""
    return {"repeat": [text, times]}


def join(*parts: str | Json) -> Json:
    """A recipe: texts and recipes one after the other."""
    return {"join": list(parts)}
