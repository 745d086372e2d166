"""Vectors of what a guard asks beyond the token: the live proof, and the status lists."""

from __future__ import annotations

import gzip
import json
import zlib
from hashlib import sha256

from credentials import LocalSigner, b64, issue_pass, pack, pack_bytes
from tests.vectors.material import (
    AT,
    EXP,
    FOREIGN,
    GATE,
    HOLDER,
    ISSUER,
    LIST_URL,
    NBF,
    OTHER_HOLDER,
    PASS_KEY,
    PLAIN_KEY,
    STATUS_KEY,
    STRANGER,
    TOKEN_KEY,
    Json,
    bits,
    case,
    claims,
    compact,
    key,
    list_of,
    printed,
    proof,
    proof_claims,
    proof_of,
    signed,
)

NOT_LIVE = "not-live"


def laws() -> dict[str, Json]:
    """The files of this room."""
    return {
        "live": {"cases": _live() + _live_digits()},
        "printed": {"cases": _printed()},
        "status": {"lists": [list_of(7, 1235, 131_071)], "cases": _status()},
        "status-list": {"lists": [], "cases": _lists()},
    }


def _wrong_proofs(token: str) -> dict[str, str]:
    """What may follow a good token and is no live proof of it."""
    other = issue_pass(claims(subject="BBECAwQFBgcICQoL"), PASS_KEY)
    good = proof_claims(token)
    kb = proof(token)
    bare = {**good, "sd_hash": b64.encode(sha256(token.encode()).digest())}
    return {
        "no proof at all": "",
        "a proof for another pass": "~" + proof(other),
        "a proof by another key": "~" + proof(token, holder=OTHER_HOLDER),
        "a proof by the issuer": "~" + proof(token, holder=PASS_KEY),
        "a proof 61 seconds old": "~" + proof(token, AT - 61),
        "a proof an hour old": "~" + proof(token, AT - 3_600),
        "a proof 11 seconds ahead": "~" + proof(token, AT + 11),
        "an empty proof": "~",
        "two proofs": f"~{kb}~{kb}",
        "a disclosure before the proof": f"~WyJhIl0~{kb}",
        "a tilde at the end": f"~{kb}~",
        "another audience": "~" + proof_of({**good, "aud": FOREIGN}),
        "an audience with a slash": "~" + proof_of({**good, "aud": ISSUER + "/"}),
        "the nonce of the next half-minute": "~" + proof_of({**good, "nonce": str(AT // 30 + 1)}),
        "a nonce that is a number": "~" + proof_of({**good, "nonce": AT // 30}),
        "six digits nobody chose": "~" + proof(token, nonce="123456"),
        "a hash without the tilde": "~" + proof_of(bare),
        "no hash": "~" + proof_of({name: good[name] for name in ("iat", "aud", "nonce")}),
        "an unknown member": "~" + proof_of({**good, "x": 1}),
        "members in another order": "~" + proof_of(dict(reversed(good.items()))),
        "white space": "~" + proof_of(compact(good).replace(b":", b": ")),
        "an instant as a text": "~" + proof_of({**good, "iat": str(AT)}),
        "an instant as a float": "~" + proof_of(compact(good).replace(str(AT).encode(), f"{AT}.0".encode(), 1)),
        "a header with a kid": "~" + proof_of(good, f'{{"alg":"ES256","typ":"kb+jwt","kid":"{HOLDER.kid}"}}'),
        "a header with another type": "~" + proof_of(good, '{"alg":"ES256","typ":"JWT"}'),
        "a header without an algorithm": "~" + proof_of(good, '{"alg":"none","typ":"kb+jwt"}'),
        "the pass as its own proof": "~" + token,
        "a proof with padding": f"~{kb}=",
        "a cut proof": f"~{kb[:-1]}",
        "a proof with a newline": f"~{kb}\n",
        "a signature of zeros": "~" + kb[:-86] + "A" * 86,
        "no JSON in the proof": "~" + proof_of(b"proof"),
        "brackets in the proof": "~" + proof_of(b"[" * 900),
    }


def _live() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    kb = proof(token)
    cases = [case(name, NOT_LIVE, presentation=token + text) for name, text in _wrong_proofs(token).items()]
    chosen = proof(token, nonce="481516")
    return [
        *cases,
        case("live", "ok", presentation=f"{token}~{kb}", live=True),
        case("a minute old", "ok", presentation=f"{token}~{proof(token, AT - 60)}", live=True),
        case("ten seconds ahead", "ok", presentation=f"{token}~{proof(token, AT + 10)}", live=True),
        case("in a URL", "ok", presentation=f"{GATE}{token}~{kb}", live=True),
        case("the guard's digits", "ok", presentation=f"{token}~{chosen}", nonce="481516", live=True),
        case("other digits than the guard's", NOT_LIVE, presentation=f"{token}~{chosen}", nonce="481517"),
        case("no digits though the guard chose some", NOT_LIVE, presentation=f"{token}~{kb}", nonce="481516"),
        case("a forged pass with a good proof", "untrusted", presentation=f"{token[:-86]}{'A' * 86}~{kb}"),
        case("an expired pass with a bad proof", "expired", presentation=f"{token}~x", at=EXP + 60),
        case("an unreadable pass with a good proof", "unreadable", presentation=f"{token[1:]}~{kb}"),
    ]


def _live_digits() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    chosen = proof(token, nonce="481516")
    live = {"token": token, "proof": chosen}
    packed = pack_bytes(token)
    forged = bytes((1, packed[1] | 0x10)) + packed[2:74] + AT.to_bytes(4) + bytes(64) + packed[74:]
    early = bytes((1, packed[1] | 0x10)) + packed[2:74] + bytes(4) + bytes(64) + packed[74:]
    return [
        case("digits without a proof", NOT_LIVE, presentation=pack(token)),
        case("a screenshot of digits", NOT_LIVE, presentation=pack(token, proof(token, AT - 61))),
        case("digits ahead", NOT_LIVE, presentation=pack(token, proof(token, AT + 11))),
        case("digits of another key", NOT_LIVE, presentation=pack(token, proof(token, holder=OTHER_HOLDER))),
        case("digits with a signature of zeros", NOT_LIVE, presentation=str(int.from_bytes(forged))),
        case("digits with the instant zero", NOT_LIVE, presentation=str(int.from_bytes(early))),
        case("digits over the guard's nonce", "ok", presentation=pack(token, chosen), nonce="481516", rebuilds=live),
        case("digits over another nonce", NOT_LIVE, presentation=pack(token, chosen), nonce="481517"),
        case("digits over a nonce nobody chose", NOT_LIVE, presentation=pack(token, chosen)),
        case("digits over the half-minute, though the guard chose", NOT_LIVE, presentation=pack(token, proof(token)), nonce="481516"),
    ]  # fmt: skip


def _printed() -> list[Json]:
    paper = issue_pass(printed(), PASS_KEY)
    packed = pack_bytes(paper)
    proven = bytes((1, packed[1] | 0x10)) + packed[2:74] + AT.to_bytes(4) + bytes(64) + packed[74:]
    return [
        case("printed", "ok", presentation=paper, printed=True, live=False),
        case("printed, while the guard chose digits", "ok", presentation=paper, nonce="481516", printed=True),
        case("printed with a proof", "unreadable", presentation=f"{paper}~{proof(paper)}"),
        case("printed with an empty proof", "unreadable", presentation=f"{paper}~"),
        case("printed with a proof, in digits", "unreadable", presentation=str(int.from_bytes(proven))),
        case("printed, expired, with a proof: time comes first", "expired", presentation=f"{paper}~x", at=EXP + 60),
        case("printed, forged, with a proof", "untrusted", presentation=f"{paper[:-86]}{'A' * 86}~x"),
    ]


def _status() -> list[Json]:
    def at_index(index: int) -> str:
        return issue_pass(printed(status_index=index), PASS_KEY)

    token, live = issue_pass(claims(status_index=1235), PASS_KEY), issue_pass(claims(), PASS_KEY)
    old, empty = list_of(7, at=NBF - 7_200), list_of()
    elsewhere = issue_pass(printed(status_list="2026-11-24a-2"), PASS_KEY)
    return [
        case("not withdrawn", "ok", token=at_index(1234)),
        case("withdrawn", "withdrawn", token=at_index(1235)),
        case("bit 7 is the last of byte 0", "withdrawn", token=at_index(7)),
        case("bit 0 is not set", "ok", token=at_index(0)),
        case("the last bit", "withdrawn", token=at_index(131_071)),
        case("one past the end", "status-unknown", token=at_index(131_072)),
        case("far past the end", "status-unknown", token=at_index(2**31 - 1)),
        case("another list", "status-unknown", token=elsewhere),
        case("no list at all", "status-unknown", token=at_index(1234), lists=[]),
        case("not asked", "ok", token=at_index(1235), lists=None),
        case("a list a second before its end", "ok", token=at_index(1234), at=NBF + 86_399),
        case("a list at its end", "status-unknown", token=at_index(1234), at=NBF + 86_400),
        case("withdrawn in a list past its end", "withdrawn", token=at_index(1235), at=NBF + 86_400),
        case("as old as the caller allows", "ok", token=at_index(1234), max_age_s=7_200),
        case("older than the caller allows", "status-unknown", token=at_index(1234), max_age_s=7_199),
        case("withdrawn in a list older than allowed", "withdrawn", token=at_index(1235), max_age_s=60),
        case("a newer list without the bit does not unset it", "withdrawn", token=at_index(7), lists=[old, empty]),
        case("a newer list is the one whose age counts", "ok", token=at_index(8), lists=[old, empty], max_age_s=7_200),
        case("withdrawn and live", "withdrawn", presentation=f"{token}~{proof(token)}"),
        case("withdrawn and not live: the proof comes first", NOT_LIVE, presentation=token),
        case("no list and not live: the proof comes first", NOT_LIVE, presentation=token, lists=[]),
        case("withdrawn and expired: time comes first", "expired", token=at_index(1235), at=EXP + 60),
        case("live and not withdrawn", "ok", presentation=f"{live}~{proof(live)}", live=True),
    ]  # fmt: skip


def _content() -> Json:
    found: Json = json.loads(b64.decode(list_of().split(".")[1]))
    return found


def _list_with(signer: LocalSigner = STATUS_KEY, **changes: str) -> str:
    content = _content()
    subject = content["credentialSubject"]
    content["credentialSubject"] = {name: changes.pop(name, value) for name, value in subject.items()}
    return signed({**content, **changes}, signer)


def _encoded(raw: bytes) -> str:
    return "u" + b64.encode(raw)


def _unreadable_lists() -> dict[str, str]:
    """Tokens by the status key that are no status list."""
    squeezed = gzip.compress(bits(), mtime=0)
    size = {count: _encoded(gzip.compress(bytes(count), mtime=0)) for count in (16_383, 131_073, 10_000_000)}
    return {
        "empty": "",
        "too small": _list_with(encodedList=size[16_383]),
        "too large": _list_with(encodedList=size[131_073]),
        "a bomb": _list_with(encodedList=size[10_000_000]),
        "no prefix": _list_with(encodedList=b64.encode(squeezed)),
        "another prefix": _list_with(encodedList="z" + b64.encode(squeezed)),
        "zlib instead of gzip": _list_with(encodedList=_encoded(zlib.compress(bits()))),
        "no compression": _list_with(encodedList=_encoded(bits()[:1_000])),
        "bytes after the member": _list_with(encodedList=_encoded(squeezed + b"\0")),
        "two members": _list_with(encodedList=_encoded(squeezed + squeezed)),
        "a cut member": _list_with(encodedList=_encoded(squeezed[:-1])),
        "a wrong checksum": _list_with(encodedList=_encoded(squeezed[:-8] + bytes(4) + squeezed[-4:])),
        "padding": _list_with(encodedList=_encoded(squeezed) + "="),
        "another purpose": _list_with(statusPurpose="suspension"),
        "another subject type": _list_with(type="StatusList2021"),
        "another subject id": _list_with(id=LIST_URL),
        "another credential type": signed({**_content(), "type": ["VerifiableCredential"]}, STATUS_KEY),
        "an id elsewhere": signed({**_content(), "id": f"{ISSUER}/lists/a"}, STATUS_KEY),
        "an id of another list than its subject's": signed({**_content(), "id": f"{ISSUER}/status/a"}, STATUS_KEY),
        "an unknown member": signed({**_content(), "x": 1}, STATUS_KEY),
        "times that disagree": signed({**_content(), "validUntil": "2026-11-24T02:00:00Z"}, STATUS_KEY),
        "white space": signed(compact(_content()).replace(b":", b": ", 1), STATUS_KEY),
        "a pass instead of a list": issue_pass(claims(), PASS_KEY),
        "half a character, of a foreign issuer": _half_a_character(),
        "a time to live past 2^53": _with_ttl(2**53),
        "another type of token": signed(_content(), STATUS_KEY, f'{{"alg":"ES256","typ":"JWT","kid":"{STATUS_KEY.kid}"}}'),
    }  # fmt: skip


def _half_a_character() -> str:
    raw = compact({**_content(), "iss": FOREIGN})
    return signed(raw.replace(b'"BitstringStatusList"', b'"\\ud800"'), STATUS_KEY)


def _with_ttl(ttl: int) -> str:
    content = _content()
    return signed({**content, "credentialSubject": {**content["credentialSubject"], "ttl": ttl}}, STATUS_KEY)


def _foreign_purpose() -> str:
    content = _content()
    subject = {**content["credentialSubject"], "statusPurpose": "suspension"}
    return signed({**content, "iss": FOREIGN, "credentialSubject": subject}, STATUS_KEY)


def _lists() -> list[Json]:
    good, largest = list_of(), _encoded(gzip.compress(bytes(131_072), mtime=0))
    untrusted = {
        "signed with a pass key": _list_with(PASS_KEY),
        "signed with a token key": _list_with(TOKEN_KEY),
        "signed with a key that states no use": _list_with(PLAIN_KEY),
        "signed by a stranger": _list_with(STRANGER),
        "signed before the key's day": list_of(at=NBF - 10_800),
        "a foreign issuer": list_of(issuer=FOREIGN),
        "a foreign issuer and a foreign purpose": _foreign_purpose(),
        "a signature of zeros": good[:-86] + "A" * 86,
        "a stranger's signature under our kid": good[:-86] + b64.encode(key("x").sign(good[:-87].encode())),
    }
    cases = [case(name, "unreadable", list=text) for name, text in _unreadable_lists().items()]
    cases += [case(name, "untrusted", list=text) for name, text in untrusted.items()]
    return [
        *cases,
        case("a list", "ok", list=good),
        case("the largest list", "ok", list=_list_with(encodedList=largest)),
        case("the same list again", "ok", list=good, lists=[good]),
        case("a newer list", "ok", list=list_of(at=NBF + 60), lists=[good]),
        case("an older list", "untrusted", list=good, lists=[list_of(at=NBF + 60)]),
        case("a list that changed its size", "unreadable", list=list_of(at=NBF + 60, bits=bytes(32_768)), lists=[good]),
        case("a list of the future", "not-yet-valid", list=list_of(at=AT + 61)),
        case("a list of a minute from now", "ok", list=list_of(at=AT + 60)),
        case("a list past its end can still be taken in", "ok", list=list_of(at=NBF - 7_200, valid_for_s=60)),
    ]
