"""What a verifier reads: tokens, presentations, digits, status lists, key statements; judged by Python and TypeScript.

A spoilt text mostly fails at its signature, so payloads are spoilt before they are signed by the right key, and the
transport's bytes before they become digits. Each input becomes a question; both verifiers answer it, and must agree.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from credentials import UNCHECKED, KeySet, Refused, StatusLists, Verifier, b64, issue_pass, jws, live, pack, unpack
from credentials.passes import MAX_PAYLOAD_BYTES
from credentials.transport import dictionary, pack_bytes, read_digits
from fuzz.hunting import Disagreement, Target
from fuzz.second import Second
from tests.vectors import material
from tests.vectors.material import AT, HOLDER, ISSUER, PASS_KEY, ROOT, STATUS_KEY

Question = dict[str, Any]
KEYS: Final = KeySet.from_jwks(material.jwks())
ROOTS: Final = [ROOT.public_jwk(), material.NEXT_ROOT.public_jwk()]
VERIFIER: Final = Verifier(KEYS, issuer=ISSUER)
TOKEN, PAPER = issue_pass(material.claims(), PASS_KEY), issue_pass(material.printed(venues=("东门", "x")), PASS_KEY)
PROOF = material.proof(TOKEN)
SETUP: Final = {"issuer": ISSUER, "at": AT, "jwks": material.jwks(), "roots": ROOTS}


def answer(question: Question) -> str:
    """Python's answer: `ok` and what was read, or the refusal's code; nothing else may be raised."""
    try:
        return _answered[question["kind"]](question["text"])
    except Refused as refusal:
        return refusal.code


def _token(text: str) -> str:
    return f"ok {VERIFIER.verify(text, at=AT, status=UNCHECKED).sub}"


def _presentation(text: str) -> str:
    shown = VERIFIER.verify_presentation(text, at=AT, status=UNCHECKED)
    return f"ok {shown.sub} {'live' if shown.live else 'printed' if shown.printed else ''}"


def _list(text: str) -> str:
    StatusLists(KEYS, ISSUER).add(text, AT)
    return "ok"


def _statement(text: str) -> str:
    keys = KeySet.from_statement(text, roots=ROOTS, at=AT)
    return f"ok {keys.statement.seq if keys.statement else 0} {','.join(sorted(keys.keys))}"


def _digits(text: str) -> str:
    read = read_digits(text, ISSUER)
    if read.iat is None:
        return f"ok {unpack(text, issuer=ISSUER)[0]} "
    signed = live.signed_part(read.token, ISSUER, read.iat, live.nonce_of(read.iat))
    return f"ok {read.token} {signed}.{b64.encode(read.signature)}"


def _deflated(text: str) -> str:
    reader = zlib.decompressobj(-15, dictionary(ISSUER))
    try:
        raw = reader.decompress(b64.decode(text) if text else b"", MAX_PAYLOAD_BYTES + 1)
    except zlib.error:
        return "unreadable"
    whole = len(raw) <= MAX_PAYLOAD_BYTES and reader.eof and not reader.unused_data and not reader.unconsumed_tail
    return f"ok {b64.encode(raw)}" if whole else "unreadable"


_answered: Final[dict[str, Callable[[str], str]]] = {
    "token": _token,
    "presentation": _presentation,
    "list": _list,
    "statement": _statement,
    "digits": _digits,
    "deflated": _deflated,
}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _signed(typ: str, signer: Any) -> Callable[[bytes], str]:
    header = jws.header_text(typ, signer.kid)
    return lambda raw: jws.sign_compact(header, raw, signer)


def _as_digits(data: bytes) -> str:
    return str(int.from_bytes(data[:1_700])) if data else ""


def _proven(data: bytes) -> str:
    header = b64.encode(b'{"alg":"ES256","typ":"kb+jwt"}')
    return f"{TOKEN}~{jws.sign_compact(header, data, HOLDER)}"


def _listed(data: bytes) -> str:
    content = json.loads(b64.decode(material.list_of(1).split(".")[1]))
    content["credentialSubject"]["encodedList"] = "u" + b64.encode(data)
    return _signed("vc+jwt", STATUS_KEY)(material.compact(content))


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary(ISSUER))
    return packer.compress(data) + packer.flush()


def _payload_of(token: str) -> bytes:
    return b64.decode(token.split(".")[1])


def _kinds() -> Iterator[tuple[str, str, Callable[[bytes], str], list[bytes]]]:
    """Name, kind of question, how an input becomes its text, and the samples."""
    wide = ("😀" * 4_000 + "#" + pack(PAPER)).encode()
    statement = _statement_of(1)
    packed = [pack_bytes(TOKEN), pack_bytes(PAPER), int(pack(TOKEN, PROOF)).to_bytes(600).lstrip(b"\0")]
    shown = [pack(TOKEN, PROOF), f"{material.GATE}{pack(PAPER)}", f"{TOKEN}~{PROOF}", PAPER]
    payloads = [_payload_of(TOKEN), _payload_of(PAPER)]
    blocks = [_raw_deflate(payloads[0]), zlib.compress(payloads[1], wbits=-15), zlib.compress(b"ab", 0, wbits=-15)]
    bits = zlib.compress(material.bits(3, 99), wbits=31)
    yield "token", "token", _text, [TOKEN.encode(), PAPER.encode()]
    yield "payload", "token", _signed("vc+jwt", PASS_KEY), payloads
    yield "presentation", "presentation", _text, [*(text.encode() for text in shown), wide]
    yield "proof", "presentation", _proven, [_payload_of(f".{PROOF.split('.')[1]}.")]
    yield "transport", "presentation", _as_digits, packed
    yield "digits", "digits", _as_digits, packed
    yield "deflate", "deflated", b64.encode, blocks
    yield "list", "list", _signed("vc+jwt", STATUS_KEY), [_payload_of(material.list_of(1234))]
    yield "list-bits", "list", _listed, [bits, zlib.compress(bytes(1 << 20), wbits=31)]
    yield "statement", "statement", _signed("jwk-set+jwt", ROOT), [statement, _statement_of(2)]


def _statement_of(seq: int) -> bytes:
    content: dict[str, Any] = {"iss": ISSUER, "iat": AT, "exp": AT + 86_400, "seq": seq}
    if seq > 1:
        content |= {"prev": "ab" * 32, "not_before": AT - 99}
    return material.compact({**content, "keys": material.jwks()["keys"], "pages": ["cd" * 32]})


def targets(second: Second | None) -> Iterator[Target]:
    """Every kind of text a verifier reads; with a second verifier, both are asked and must agree."""
    words = [
        TOKEN.split(".")[0].encode(),
        PROOF.encode(),
        b"u",
        b'"keys":[',
        b'"kid":"x",',
        *map(str.encode, KEYS.keys),
    ]
    for name, kind, form, samples in _kinds():
        yield Target(name, _judge(kind, form, second), samples, words)


def _judge(kind: str, form: Callable[[bytes], str], second: Second | None) -> Callable[[Sequence[bytes]], list[str]]:
    def judge(inputs: Sequence[bytes]) -> list[str]:
        questions = [{"kind": kind, "text": form(data)} for data in inputs]
        answers = [answer(question) for question in questions]
        others = second.ask(questions) if second else answers
        for question, one, other in zip(questions, answers, others, strict=True):
            if one != other:
                raise Disagreement(f"Python says {one[:200]}, TypeScript {other[:200]}: {question['text'][:80]!a}")
        return [one.split(" ")[0] for one in answers]

    return judge
