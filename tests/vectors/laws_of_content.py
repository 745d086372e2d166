"""Vectors of the laws that look at the content: text, shape, signature, time; and the passes that must be accepted."""

from __future__ import annotations

from typing import Any

from credentials import b64, curve, issue_pass, pack
from credentials.passes import PassClaims
from tests.vectors.material import (
    AT,
    EXP,
    FOREIGN,
    HOLDER,
    ISSUER,
    LATE_KEY,
    NBF,
    PASS_KEY,
    PLAIN_KEY,
    SAMPLED,
    SHORT_KEY,
    STATUS_KEY,
    STRANGER,
    TOKEN_KEY,
    Json,
    case,
    claims,
    key,
    payload,
    printed,
    proof,
    signed,
    with_value,
)

ASTRAL = "\U00020bb7"  # 𠮷: one code point, two units of UTF-16


def laws() -> dict[str, Json]:
    """The files of this room."""
    return {
        "accepted": {"cases": _accepted()},
        "text": {"cases": _text()},
        "shape": {"cases": _shape() + _shape_of_times() + _shape_of_keys()},
        "signature": {"cases": _signature()},
        "time": {"cases": _time()},
    }


def _accepted() -> list[Json]:
    many = tuple(f"场所{number:02d}东门" for number in range(8))
    sources: dict[str, PassClaims] = {
        "the example": claims(),
        "a Latin name": claims(name="M*** S*****t", unit="St Mary's Hospital", zone="Gate 4"),
        "a Uyghur name in Chinese": claims(name="买**·阿**拉", unit="和平路社区居民委员会"),
        "a Tibetan, an Arabic and a Cyrillic letter": claims(name="བ* ع* Я*"),
        "a rare character outside the basic plane": claims(name=f"{ASTRAL}*"),
        "no zone": claims(zone=""),
        "many venues": claims(venues=many),
        "quotes and backslashes": claims(unit='"甲"\\乙\\\\"', zone='\\u0041"'),
        "slashes, angle brackets, ampersands": claims(unit="A/B <c> & d"),
        "the longest texts": claims(name=ASTRAL * 32, unit="单" * 64, zone="区" * 32, document_number="N" * 32, document_issued_by="局" * 64),
        "the shortest texts": claims(name="*", unit="U", zone="", document_number="1", document_issued_by="D"),
        "the first index": claims(status_index=0),
        "the last index": claims(status_index=2**31 - 1, status_list="a"),
        "a list's longest name": claims(status_list="A" * 32),
        "valid for an instant": claims(not_before=AT, expires_at=AT),
        "a sample in the minute of issue": claims(issued_at=SAMPLED, not_before=SAMPLED, expires_at=SAMPLED + 172_800),
        "an ideographic space": claims(unit="甲\u3000乙"),
        "a soft hyphen and a combining mark": claims(name="a\u00ad*e\u0301"),
    }  # fmt: skip
    cases = []
    for name, source in sources.items():
        token = issue_pass(source, PASS_KEY)
        kb = proof(token)
        rebuilds = {"token": token, "proof": kb}
        cases.append(case(name, "ok", token=token, subject="urn:epipass:AAECAwQFBgcICQoL"))
        if len(token) <= 2_000:
            cases.append(case(f"{name}, in digits", "ok", presentation=pack(token, kb), rebuilds=rebuilds, live=True))
        cases.append(case(f"{name}, as a pair", "ok", presentation=f"{token}~{kb}", live=True))
    paper = issue_pass(printed(), PASS_KEY)
    return [
        *cases,
        case("printed", "ok", token=paper, printed=True, live=False),
        case("printed, presented", "ok", presentation=paper, printed=True, live=False),
        case("printed, in digits", "ok", presentation=pack(paper), printed=True, rebuilds={"token": paper, "proof": None}),
        case("a bare token is not live", "ok", token=issue_pass(claims(), PASS_KEY), live=False, printed=False),
    ]  # fmt: skip


def _text() -> list[Json]:
    points = [*range(0x20), *range(0x7F, 0xA0), 0x061C, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
    points += [*range(0x2060, 0x206A), 0xFEFF]
    cases = [
        case(
            f"U+{point:04X} in the name", "unreadable", token=with_value("credentialSubject.name", f"张{chr(point)}明")
        )
        for point in points
    ]
    subject = "credentialSubject."
    cases += [
        case(f"right-to-left in {place}", "unreadable", token=with_value(subject + place, "A\u202eB"))
        for place in ("unit", "zone", "officialDocument.number", "officialDocument.issuedBy")
    ]
    cases += [
        case("zero width in a venue", "unreadable", token=with_value(subject + "venues", ["东门", "西\u200b门"])),
        case("a control in the tail", "unreadable", token=with_value(subject + "documentTail", "60\x1fX", printed())),
        case("a control in sub", "unreadable", token=with_value("sub", "urn:epipass:AAECAwQFBgcICQo\x7f")),
        case("a control in a foreign issuer: text comes before shape", "unreadable", token=with_value("iss", "https://x\u200b")),
    ]  # fmt: skip
    allowed = (
        0x20,
        0x7E,
        0xA0,
        0xAD,
        0x061B,
        0x061D,
        0x200A,
        0x2010,
        0x2027,
        0x202F,
        0x205F,
        0x206A,
        0x3000,
        0xFE0F,
        0xFFFD,
    )
    return cases + [
        case(f"U+{point:04X} is allowed", "ok", token=with_value("credentialSubject.name", f"张{chr(point)}明"))
        for point in allowed
    ]


SUBJECT, STATUS = "credentialSubject.", "credentialStatus."
HOME = f"{ISSUER}/status/"
WRONG_VALUES: dict[str, tuple[str, Any]] = {
    "another issuer below": ("issuer", FOREIGN),
    "an issuer with a slash below": ("issuer", ISSUER + "/"),
    "another subject's id": (SUBJECT + "id", "urn:epipass:AAAAAAAAAAAAAAAA"),
    "a context too many": ("@context", [*payload()["@context"], "https://evil.example"]),
    "contexts in another order": ("@context", payload()["@context"][::-1]),
    "no context of ours": ("@context", payload()["@context"][:1]),
    "the context of the first data model": ("@context", ["https://www.w3.org/2018/credentials/v1", payload()["@context"][1]]),
    "an unknown type": ("type", ["VerifiableCredential", "HealthCode"]),
    "a type too many": ("type", ["VerifiableCredential", "EpidemicPass", "Admin"]),
    "types in another order": ("type", ["EpidemicPass", "VerifiableCredential"]),
    "no type": ("type", []),
    "printed in its type alone": ("type", ["VerifiableCredential", "EpidemicPass", "PrintedPass"]),
    "an empty name": (SUBJECT + "name", ""),
    "a name too long": (SUBJECT + "name", "张" * 33),
    "a name too long by one rare character": (SUBJECT + "name", ASTRAL * 33),
    "an empty unit": (SUBJECT + "unit", ""),
    "a unit too long": (SUBJECT + "unit", "单" * 65),
    "a zone too long": (SUBJECT + "zone", "A" * 33),
    "nine venues": (SUBJECT + "venues", ["门"] * 9),
    "an empty venue": (SUBJECT + "venues", [""]),
    "a venue too long": (SUBJECT + "venues", ["门" * 33]),
    "a positive test": (SUBJECT + "test.result", "positive"),
    "a test in capitals": (SUBJECT + "test.result", "Negative"),
    "a short reference": (SUBJECT + "test.reference", "mZ3v0xK9QwE1rT5"),
    "a long reference": (SUBJECT + "test.reference", "mZ3v0xK9QwE1rT5yy"),
    "a foreign character in the reference": (SUBJECT + "test.reference", "mZ3v0xK9QwE1rT5+"),
    "a newline's cousin in the reference": (SUBJECT + "test.reference", "mZ3v0xK9QwE1rT5 "),
    "an empty document number": (SUBJECT + "officialDocument.number", ""),
    "a document number too long": (SUBJECT + "officialDocument.number", "N" * 33),
    "no authority": (SUBJECT + "officialDocument.issuedBy", ""),
    "an authority too long": (SUBJECT + "officialDocument.issuedBy", "局" * 65),
    "another status type": (STATUS + "type", "StatusList2021Entry"),
    "another purpose": (STATUS + "statusPurpose", "suspension"),
    "an empty index": (STATUS + "statusListIndex", ""),
    "an index with a leading zero": (STATUS + "statusListIndex", "01234"),
    "two zeros": (STATUS + "statusListIndex", "00"),
    "a negative index": (STATUS + "statusListIndex", "-1"),
    "an index with a sign": (STATUS + "statusListIndex", "+1"),
    "an index with a space": (STATUS + "statusListIndex", " 1"),
    "a hexadecimal index": (STATUS + "statusListIndex", "0x10"),
    "an index with an exponent": (STATUS + "statusListIndex", "1e3"),
    "an index one too high": (STATUS + "statusListIndex", str(2**31)),
    "an index far too high": (STATUS + "statusListIndex", "9" * 40),
    "full-width digits": (STATUS + "statusListIndex", "１２３４"),
    "Arabic digits": (STATUS + "statusListIndex", "\u0661\u0662"),
    "a foreign list": (STATUS + "statusListCredential", FOREIGN + "/status/a"),
    "a list over plain HTTP": (STATUS + "statusListCredential", HOME.replace("https", "http") + "a"),
    "a list elsewhere on the host": (STATUS + "statusListCredential", f"{ISSUER}/lists/a"),
    "a list without a name": (STATUS + "statusListCredential", HOME),
    "a list with a path": (STATUS + "statusListCredential", HOME + "a/b"),
    "a list that climbs": (STATUS + "statusListCredential", HOME + "../keys"),
    "a list with a query": (STATUS + "statusListCredential", HOME + "a?b"),
    "a list with a fragment": (STATUS + "statusListCredential", HOME + "a#b"),
    "a list's name too long": (STATUS + "statusListCredential", HOME + "A" * 33),
    "a host that only begins like ours": (STATUS + "statusListCredential", ISSUER + ".evil.example/status/a"),
}  # fmt: skip


def _shape() -> list[Json]:
    cases = [case(name, "unreadable", token=with_value(*change)) for name, change in WRONG_VALUES.items()]
    for text in (
        "urn:epipass:AAECAwQFBgcICQo",
        "urn:epipass:AAECAwQFBgcICQoLL",
        "urn:epipass:AAECAwQFBgcICQo=",
        "urn:uuid:AAECAwQFBgcICQoLAAAA",
        "urn:Epipass:AAECAwQFBgcICQoL",
        "",
    ):
        content = payload()
        content["sub"] = content["credentialSubject"]["id"] = text
        cases.append(case(f"the subject {text!r}", "unreadable", token=signed(content)))  # fmt: skip
    paper = printed()
    for tail in ("602", "0602X", ""):
        token = with_value(SUBJECT + "documentTail", tail, paper)
        cases.append(case(f"a tail of {len(tail)} characters", "unreadable", token=token))
    content = payload(paper)
    del content["credentialSubject"]["documentTail"]
    cases.append(case("printed without a tail", "unreadable", token=signed(content)))
    content = payload(paper)
    content["type"].pop()
    cases.append(case("live without a key", "unreadable", token=signed(content)))
    content = payload()
    content["credentialSubject"] = payload(paper)["credentialSubject"]
    cases.append(case("a tail on a live pass", "unreadable", token=signed(content)))
    cases.append(case("printed with a key", "unreadable", token=signed({**payload(paper), "cnf": payload()["cnf"]})))
    return cases + _shape_of_issuers()


def _shape_of_issuers() -> list[Json]:
    whole = payload(claims(issuer=FOREIGN))
    texts = {"a slash at the end": ISSUER + "/", "plain HTTP": ISSUER.replace("https", "http"), "capitals": ISSUER.upper(), "nothing": "", "a port": ISSUER + ":443"}  # fmt: skip
    cases = [case(f"an issuer with {name}", "untrusted", token=with_value("iss", text)) for name, text in texts.items()]
    return [
        *cases,
        case("a foreign issuer throughout", "untrusted", token=signed(whole)),
        case("a foreign issuer, and much else wrong", "untrusted", token=signed({**whole, "type": [], "exp": NBF - 1})),
        case("a verifier of another issuer", "untrusted", token=issue_pass(claims(), PASS_KEY), issuer=FOREIGN),
        case("that verifier and its own pass", "ok", token=signed(whole), issuer=FOREIGN),
    ]


def _shape_of_times() -> list[Json]:
    sampled = "credentialSubject.test.sampledAt"
    texts: dict[str, tuple[str, Any]] = {
        "validFrom a second off": ("validFrom", "2026-11-22T02:00:01Z"),
        "validUntil a second off": ("validUntil", "2026-11-24T01:00:01Z"),
        "validFrom with an offset": ("validFrom", "2026-11-22T02:00:00+00:00"),
        "validFrom in China's time": ("validFrom", "2026-11-22T10:00:00+08:00"),
        "validFrom with a fraction": ("validFrom", "2026-11-22T02:00:00.000Z"),
        "validFrom with a small z": ("validFrom", "2026-11-22T02:00:00z"),
        "validFrom with a space": ("validFrom", "2026-11-22 02:00:00Z"),
        "validUntil without a zone": ("validUntil", "2026-11-24T01:00:00"),
        "a sample with seconds": (sampled, "2026-11-22T01:00:01Z"),
        "a sample with an offset": (sampled, "2026-11-22T01:00:00+00:00"),
        "a sample without seconds": (sampled, "2026-11-22T01:00Z"),
        "a sample on the 31st of November": (sampled, "2026-11-31T01:00:00Z"),
        "a sample on the 29th of February": (sampled, "2025-02-29T01:00:00Z"),
        "a sample at hour 24": (sampled, "2026-11-21T24:00:00Z"),
        "a sample at minute 60": (sampled, "2026-11-22T00:60:00Z"),
        "a sample in month 13": (sampled, "2026-13-22T01:00:00Z"),
        "a sample of day 0": (sampled, "2026-11-00T01:00:00Z"),
        "a sample of the last century": (sampled, "1926-11-22T01:00:00Z"),
        "a sample in full-width digits": (sampled, "2026-11-22T0１:00:00Z"),
        "a sample after the issue": (sampled, "2026-11-22T02:01:00Z"),
        "a sample too old for the end": (sampled, "2026-11-22T00:59:00Z"),
        "no sample time": (sampled, ""),
    }
    cases = [case(name, "unreadable", token=with_value(*change)) for name, change in texts.items()]
    long, turned = payload(), payload()
    long.update(nbf=NBF - 7_200, iat=NBF - 1, validFrom="2026-11-22T00:00:00Z")
    long["credentialSubject"]["test"]["sampledAt"] = "2026-11-22T01:00:00Z"
    turned.update(nbf=EXP + 60, validFrom="2026-11-24T01:01:00Z")
    late = payload()
    late.update(iat=4_102_444_800, nbf=4_102_444_800, exp=4_102_444_860)
    late.update(validFrom="2100-01-01T00:00:00Z", validUntil="2100-01-01T00:01:00Z")
    late["credentialSubject"]["test"]["sampledAt"] = "2099-12-31T23:00:00Z"
    return [
        *cases,
        case("valid for over 48 hours", "unreadable", token=signed(long)),
        case("an end before the beginning", "unreadable", token=signed(turned)),
        case("the next century", "unreadable", token=signed(late), at=4_102_444_800),
    ]


def _shape_of_keys() -> list[Json]:
    jwk = HOLDER.public_jwk()
    x = curve.P + 5  # 5 is the x of a point; the same value modulo p in other bytes
    small_y = _root(5)
    big, five = b64.encode(x.to_bytes(32)), b64.encode((5).to_bytes(32))
    wrong: dict[str, Json] = {
        "another curve": {"crv": "P-384"},
        "another kind of key": {"kty": "OKP"},
        "x too short": {"x": jwk["x"][:-1]},
        "x too long": {"x": jwk["x"] + "A"},
        "x with padding": {"x": jwk["x"] + "="},
        "x with a foreign character": {"x": "+" + jwk["x"][1:]},
        "x with unused bits set": {"x": jwk["x"][:-1] + "B"},
        "y empty": {"y": ""},
        "x and y exchanged": {"x": jwk["y"], "y": jwk["x"]},
        "a point off the curve": {"y": key("another point").public_jwk()["y"]},
        "zeros": {"x": "A" * 43, "y": "A" * 43},
        "a coordinate not below p": {"x": big, "y": b64.encode(small_y.to_bytes(32))},
    }
    cases = [case(f"a holder's key with {name}", "unreadable", token=with_value("cnf.jwk", {**jwk, **change})) for name, change in wrong.items()]  # fmt: skip
    point = {**jwk, "x": five, "y": b64.encode(small_y.to_bytes(32))}
    return [*cases, case("a holder's key with a small coordinate", "ok", token=with_value("cnf.jwk", point))]


def _root(x: int) -> int:
    """A y with (x, y) on P-256: p is 3 modulo 4."""
    square = (x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % curve.P
    y = pow(square, (curve.P + 1) // 4, curve.P)
    if y * y % curve.P != square:
        raise ValueError("no point there")
    return y


def _signature() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    start, _, text = token.rpartition(".")
    raw = b64.decode(text)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    values = {
        "all zeros": (0, 0),
        "all ones": (2**256 - 1, 2**256 - 1),
        "r zero": (0, s),
        "s zero": (r, 0),
        "r at the order": (curve.N, s),
        "s at the order": (r, curve.N),
        "r and s exchanged": (s, r),
        "one bit of r": (r ^ 1, s),
        "one bit of s": (r, s ^ (1 << 255)),
    }
    cases = [case(name, "untrusted", token=f"{start}.{_raw(*pair)}") for name, pair in values.items()]
    printed_token = issue_pass(printed(), PASS_KEY)
    stranger = STRANGER.sign(start.encode())
    body = b64.encode(signed_payload(zone="A4"))
    return [
        *cases,
        case("the other s is as good: never look a token up by its signature", "ok", token=f"{start}.{_raw(r, curve.N - s)}"),
        case("a stranger's signature under our kid", "untrusted", token=f"{start}.{b64.encode(stranger)}"),
        case("another pass's signature", "untrusted", token=f"{start}.{printed_token.rpartition('.')[2]}"),
        case("a changed payload", "untrusted", token=f"{start.split('.')[0]}.{body}.{text}"),
        case("signed with a status key", "untrusted", token=issue_pass(claims(), STATUS_KEY)),
        case("signed with a token key", "untrusted", token=issue_pass(claims(), TOKEN_KEY)),
        case("signed with a key that states no use", "ok", token=issue_pass(claims(), PLAIN_KEY)),
        case("signed with tomorrow's key", "untrusted", token=issue_pass(claims(), LATE_KEY)),
        case("signed at the key's end", "untrusted", token=issue_pass(claims(), SHORT_KEY)),
        case("signed a second before the key's end", "ok", token=issue_pass(claims(issued_at=NBF - 1), SHORT_KEY)),
        case("signed at the key's beginning", "ok", token=issue_pass(claims(issued_at=SAMPLED), SHORT_KEY)),
        case("a forged pass that is expired too", "untrusted", token=f"{start}.{_raw(1, 1)}", at=EXP + 9_999),
    ]  # fmt: skip


def signed_payload(**changes: Any) -> bytes:
    """The payload's bytes of a pass with some facts changed."""
    return b64.decode(issue_pass(claims(**changes), PASS_KEY).split(".")[1])


def _raw(r: int, s: int) -> str:
    return b64.encode(r.to_bytes(32) + s.to_bytes(32))


def _time() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    late_issue = issue_pass(claims(issued_at=AT + 61, not_before=NBF), PASS_KEY)
    odd = issue_pass(claims(issued_at=NBF + 20_000, not_before=NBF, expires_at=NBF + 10), PASS_KEY)
    paper = issue_pass(printed(), PASS_KEY)
    return [
        case("at its beginning", "ok", token=token, at=NBF),
        case("a minute before", "ok", token=token, at=NBF - 60),
        case("a minute and a second before", "not-yet-valid", token=token, at=NBF - 61),
        case("long before", "not-yet-valid", token=token, at=1_000_000_000),
        case("a second before its end", "ok", token=token, at=EXP - 1),
        case("at its end", "ok", token=token, at=EXP),
        case("59 seconds after its end", "ok", token=token, at=EXP + 59),
        case("a minute after its end", "expired", token=token, at=EXP + 60),
        case("long after", "expired", token=token, at=4_000_000_000),
        case("issued 61 seconds from now", "not-yet-valid", token=late_issue),
        case("issued a minute from now", "ok", token=issue_pass(claims(issued_at=AT + 60, not_before=NBF), PASS_KEY)),
        case("over before it was issued: the future comes first", "not-yet-valid", token=odd, at=NBF + 7_200),
        case("printed, a minute after its end", "expired", presentation=paper, at=EXP + 60),
        case("expired before it is not live", "expired", presentation=token, at=EXP + 60),
        case("not yet valid before it is not live", "not-yet-valid", presentation=token, at=NBF - 61),
    ]
