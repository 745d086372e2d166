"""Vectors of the key statement: what a root key says of the issuer's keys, and what follows for passes."""

from __future__ import annotations

import json
from typing import Any

from credentials import b64, issue_pass, jws, sign_statement
from tests.vectors.material import (
    AT,
    FOREIGN,
    ISSUER,
    NBF,
    NEXT_ROOT,
    PASS_KEY,
    ROOT,
    STRANGER,
    Json,
    case,
    claims,
    compact,
    jwks,
    list_of,
    printed,
)

DAY_S = 86_400


def laws() -> dict[str, Json]:
    """The files of this room."""
    roots = [ROOT.public_jwk(), NEXT_ROOT.public_jwk()]
    return {"statement": {"roots": roots, "cases": _statements() + _verdicts()}}


def _made(**changes: Any) -> str:
    facts: Json = {"issuer": ISSUER, "at": NBF, "keys": jwks()["keys"], "signer": ROOT, "pages": ["ab" * 32]}
    return sign_statement(**{**facts, **changes})


def _resigned(signer: Any = ROOT, header: str | None = None, **changes: Any) -> str:
    content = json.loads(b64.decode(_made().split(".")[1]))
    return _signed(compact({**content, **changes}), signer, header)


def _signed(raw: bytes, signer: Any = ROOT, header: str | None = None) -> str:
    text = header or f'{{"alg":"ES256","typ":"jwk-set+jwt","kid":"{signer.kid}"}}'
    return jws.sign_compact(b64.encode(text.encode()), raw, signer)


def _statements() -> list[Json]:
    first = _made()
    second = _made(at=NBF + 60, previous=first)
    content = json.loads(b64.decode(first.split(".")[1]))
    wrong = {
        "empty": "",
        "signed by a stranger": _made(signer=STRANGER),
        "signed by a day key that it names": _made(signer=PASS_KEY),
        "a signature of zeros": first[:-86] + "A" * 86,
        "a changed statement": first.replace(first.split(".")[1], b64.encode(compact({**content, "seq": 2}))),
        "another type": _resigned(header=f'{{"alg":"ES256","typ":"JWT","kid":"{ROOT.kid}"}}'),
        "a pass's type": _resigned(header=f'{{"alg":"ES256","typ":"vc+jwt","kid":"{ROOT.kid}"}}'),
        "no sequence": _signed(compact({name: content[name] for name in content if name != "seq"})),
        "sequence zero": _resigned(seq=0),
        "the second that hangs on nothing": _resigned(seq=2),
        "the first that hangs on something": _signed(compact(_after(content, "seq", prev="ab" * 32))),
        "a previous that is no digest": _signed(compact(_after({**content, "seq": 2}, "seq", prev="AB" * 32))),
        "32 days": _resigned(exp=NBF + 31 * DAY_S + 1),
        "an end before the beginning": _resigned(exp=NBF),
        "of the future": _made(at=AT + 61),
        "white space": _signed(compact(content).replace(b":", b": ", 1)),
        "an unknown member": _resigned(x=1),
        "no keys": _resigned(keys={}),
        "a key that is no point": _resigned(keys=[{**jwks()["keys"][0], "y": "A" * 43}]),
        "two keys of one name": _resigned(keys=[jwks()["keys"][0]] * 2),
        "a page that is no digest": _resigned(pages=["x"]),
        "a member twice": _signed(compact(content).replace(b'"seq":1', b'"seq":9,"seq":1')),
        "a plain JWK set": json.dumps(jwks()),
        **_spelt_apart(content),
    }
    cases = [case(name, "untrusted", statement=text) for name, text in wrong.items()]
    return [
        *cases,
        case("the first", "ok", statement=first),
        case("the second", "ok", statement=second),
        case("by the next root", "ok", statement=_made(signer=NEXT_ROOT)),
        case("the same again", "ok", statement=second, newest_seq=2),
        case("an older one than seen", "untrusted", statement=first, newest_seq=2),
        case("of a minute from now", "ok", statement=_made(at=AT + 60)),
        case("31 days", "ok", statement=_resigned(exp=NBF + 31 * DAY_S)),
        case("no root is pinned", "untrusted", statement=first, roots=[]),
    ]


def _spelt_apart(content: Json) -> dict[str, str]:
    """What one language takes for canonical and another does not: found by asking both the same mutated questions."""
    first, *others = content["keys"]
    line_feed = _after({**content, "seq": 2}, "seq", prev="ab" * 32 + "\n")
    keys = {
        "a key's member that is a fraction": {**first, "nbf": 1.0},
        "a key's member past 2^53": {**first, "note": 2**53 + 1},
        "a key's member that is a list": {**first, "key_ops": ["verify"]},
        "a key's member that is nothing": {**first, "note": None},
        "a key's members whose names are numbers": {"b": 1, "1": 2, **first},
        "a key's member with half a character": {**first, "note": "\ud83d"},
        "a key's coordinate with padding": {**first, "y": first["y"] + "="},
        "a key's coordinate with a blank": {**first, "y": f"{first['y'][:9]} {first['y'][9:]}"},
    }
    texts = {name: _resigned(keys=[key, *others]) for name, key in keys.items()}
    half = compact({**content, "keys": [{**first, "note": "?"}, *others]}).replace(b'"?"', b'"\\ud83d"')
    return {
        **texts,
        "a previous that ends in a line feed": _signed(compact(line_feed)),
        "half an escape": _signed(half),
    }


def _after(content: Json, name: str, **more: Any) -> Json:
    """The content with members put in after one, as the order on the wire wants them."""
    ordered: Json = {}
    for member, value in content.items():
        ordered[member] = value
        if member == name:
            ordered.update(more)
    return ordered


def _verdicts() -> list[Json]:
    token, paper = issue_pass(claims(), PASS_KEY), issue_pass(printed(status_index=9), PASS_KEY)
    good, ended = _made(), _made(expires_at=AT)
    lists = [list_of(9)]
    return [
        case("a pass under it", "ok", statement=good, token=token),
        case("a pass of its first hour", "ok", statement=_made(not_before=NBF), token=token),
        case("a pass from before its beginning of time", "withdrawn", statement=_made(not_before=NBF + 1), token=token),
        case("the same, not asked for status", "withdrawn", statement=_made(not_before=NBF + 1), token=token, lists=None),
        case("a statement a second before its end", "ok", statement=_made(expires_at=AT + 1), token=token),
        case("a statement at its end", "status-unknown", statement=ended, token=token),
        case("a withdrawn pass under an ended statement", "withdrawn", statement=ended, token=paper, lists=lists),
        case("not live comes before all that", "not-live", statement=_made(not_before=NBF + 1), presentation=token),
        case("a forged pass under an ended statement", "untrusted", statement=ended, token=token[:-86] + "A" * 86),
        case("another issuer's statement", "untrusted", statement=_made(issuer=FOREIGN), token=token),
        case("a statement without the pass's key", "untrusted", statement=_made(keys=jwks()["keys"][1:]), token=token),
    ]  # fmt: skip
