"""Vectors of the laws that look at the form alone: size, compact, header, canonical, transport."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from credentials import b64, issue_pass, pack, pack_bytes, transport
from tests.vectors.material import (
    AT,
    GATE,
    ISSUER,
    PASS_KEY,
    SHORT_KEY,
    STRANGER,
    Json,
    case,
    claims,
    compact,
    join,
    payload,
    printed,
    proof,
    repeat,
    signed,
    spoilt,
    text_replaced,
    with_value,
)


def laws() -> dict[str, Json]:
    """The files of this room."""
    return {
        "size": {"cases": _size()},
        "compact": {"cases": _compact()},
        "header": {"cases": _header()},
        "canonical": {"cases": _canonical()},
        "transport": {"cases": _transport()},
    }


def _size() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    on_paper = issue_pass(printed(), PASS_KEY)
    head, body, signature = token.split(".")
    long = f"{head}.{body}{'A' * (4_096 - len(token) + 1)}.{signature}"
    bad = "unreadable"
    return [
        case("the example", "ok", token=token),
        case("empty", bad, token="", by="compact"),
        case("nothing", bad, token=None),
        case("a number", bad, token=7),
        case("ten megabytes of one letter", bad, token=repeat("A", 10_485_760)),
        case("ten megabytes of dots", bad, token=repeat(".", 10_485_760)),
        case("ten megabytes after a good token", bad, token=join(token, repeat("A", 10_485_760))),
        case("one character over the limit", bad, token=long),
        case("nothing presented", bad, presentation=None),
        case("an empty presentation", bad, presentation="", by="compact"),
        case("ten megabytes of digits presented", bad, presentation=repeat("1", 10_485_760)),
        case("ten megabytes before the fragment", bad, presentation=join(repeat("/", 10_485_760), "#", on_paper)),
        case("a long URL before the fragment", "ok", presentation=join("https://x.example/", repeat("y", 2_000), "#", on_paper)),
        case("wide characters before the fragment", bad, presentation=join(repeat("😀", 4_000), "#", on_paper)),
        case("fewer wide characters before it", "ok", presentation=join(repeat("😀", 3_000), "#", on_paper)),
        case("a pair over its limit", bad, presentation=join(token, "~", repeat("A", 5_120))),
        case("a pair at its limit is judged by its proof", "not-live", presentation=join(token, "~", repeat("A", 5_119 - len(token)))),
        case("a long token in a pair", bad, presentation=join(long, "~", repeat("A", 10))),
        case("one digit over the limit", bad, presentation=repeat("1", 2_401)),
        case("digits at the limit", bad, presentation=repeat("1", 2_400), by="transport"),
        case("digits that inflate without end", bad, presentation=_digits_of(b"\0" * 900_000)),
        case("digits that inflate one byte too far", bad, presentation=_digits_of(b"A" * 2_945)),
    ]  # fmt: skip


def _digits_of(raw: bytes, *, flags: int = 0, version: int = 1, tail: bytes = b"", cut: int | None = None) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = packer.compress(raw) + packer.flush()
    start = bytes((version, flags)) + b64.decode(PASS_KEY.kid) + bytes(64)
    return str(int.from_bytes(start + squeezed[:cut] + tail))


def _compact() -> list[Json]:
    token = issue_pass(claims(), PASS_KEY)
    head, body, signature = token.split(".")
    bad = "unreadable"
    inputs = {
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.",
        "five parts, as an encrypted token has": f"{token}.AAAA.AAAA",
        "no dots": head + body + signature,
        "an empty header": f".{body}.{signature}",
        "a detached payload": f"{head}..{signature}",
        "an empty signature": f"{head}.{body}.",
        "padding in the signature": f"{token}==",
        "padding in the payload": f"{head}.{body}=.{signature}",
        "a plus sign": f"{head}.{body[:-4]}+AAA.{signature}",
        "a slash": f"{head}.{body[:-4]}/AAA.{signature}",
        "a space in front": f" {token}",
        "a space inside": f"{head} .{body}.{signature}",
        "a newline at the end": f"{token}\n",
        "a tab at the end": f"{token}\t",
        "a zero byte": f"{token}\0",
        "a full-width letter": f"Ａ{token[1:]}",
        "a letter that lower-cases to ASCII": token[:-1] + "\u212a",
        "a lone surrogate": token[:-1] + "\ud800",
        "a zero-width space": f"{head}\u200b.{body}.{signature}",
        "unused bits in the header": f"{_dirty(head)}.{body}.{signature}",
        "unused bits in the signature": f"{head}.{body}.{_dirty(signature)}",
        "a payload of an impossible length": f"{head}.{body[: len(body) // 4 * 4 + 1]}.{signature}",
        "a signature one short": token[:-1],
        "a signature one long": f"{token}A",
        "a signature of 64 bytes and two more": f"{head}.{body}.{signature}AA",
        "a DER signature": f"{head}.{body}.MEUC{'A' * 90}",
        "the JSON serialization": f'{{"payload":"{body}","protected":"{head}","signature":"{signature}"}}',
        "a bearer prefix": f"Bearer {token}",
    }
    cases = [case(name, bad, token=text) for name, text in inputs.items()]
    dirty = next(made for zone in ("A", "AB", "ABC") if (made := _unclean_payload(zone)))
    return [*cases, case("unused bits in the payload", bad, token=dirty)]


def _dirty(text: str) -> str:
    """The same value with one of the unused bits of its last character set."""
    order = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(text) % 4 == 0:
        raise ValueError("no unused bits")
    return text[:-1] + order[order.index(text[-1]) | 1]


def _unclean_payload(zone: str) -> str | None:
    """A token whose payload has unused bits set, signed as it stands; None when this zone leaves no such bits."""
    head, body, _ = issue_pass(claims(zone=zone), PASS_KEY).split(".")
    if len(body) % 4 == 0:
        return None
    text = f"{head}.{_dirty(body)}"
    return f"{text}.{b64.encode(PASS_KEY.sign(text.encode()))}"


def _bad_headers(kid: str, good: str) -> dict[str, str]:
    """Headers that are not the one header, whoever signed."""
    bad = {
        "no algorithm": f'{{"alg":"none","typ":"vc+jwt","kid":"{kid}"}}',
        "a shared secret": f'{{"alg":"HS256","typ":"vc+jwt","kid":"{kid}"}}',
        "another curve": f'{{"alg":"ES384","typ":"vc+jwt","kid":"{kid}"}}',
        "RSA": f'{{"alg":"RS256","typ":"vc+jwt","kid":"{kid}"}}',
        "the algorithm in small letters": f'{{"alg":"es256","typ":"vc+jwt","kid":"{kid}"}}',
        "a plain JWT": f'{{"alg":"ES256","typ":"JWT","kid":"{kid}"}}',
        "a key-binding JWT": f'{{"alg":"ES256","typ":"kb+jwt","kid":"{kid}"}}',
        "a media type written out": f'{{"alg":"ES256","typ":"application/vc+jwt","kid":"{kid}"}}',
        "a type in capitals": f'{{"alg":"ES256","typ":"VC+JWT","kid":"{kid}"}}',
        "no type": f'{{"alg":"ES256","kid":"{kid}"}}',
        "no kid": '{"alg":"ES256","typ":"vc+jwt"}',
        "an empty kid": '{"alg":"ES256","typ":"vc+jwt","kid":""}',
        "a kid that is a number": '{"alg":"ES256","typ":"vc+jwt","kid":1}',
        "a kid that is a path": '{"alg":"ES256","typ":"vc+jwt","kid":"../../key"}',
        "a kid of 65 characters": f'{{"alg":"ES256","typ":"vc+jwt","kid":"{"A" * 65}"}}',
        "another order": f'{{"typ":"vc+jwt","alg":"ES256","kid":"{kid}"}}',
        "a space": f'{{"alg": "ES256","typ":"vc+jwt","kid":"{kid}"}}',
        "a newline at the end": good + "\n",
        "a byte order mark": "\ufeff" + good,
        "an escape in the kid": good.replace(kid[0], f"\\u{ord(kid[0]):04x}", 1),
        "the kid twice": good[:-1] + f',"kid":"{kid}"}}',
        "not JSON": "ES256",
        "a list": f'["ES256","vc+jwt","{kid}"]',
    }
    jwk = '{"crv":"P-256","kty":"EC","x":"' + STRANGER.public_jwk()["x"] + '","y":"' + STRANGER.public_jwk()["y"] + '"}'
    extra = {
        "jwk": jwk,
        "jku": '"https://evil.example/keys"',
        "x5u": '"https://evil.example/chain"',
        "x5c": '["AAAA"]',
        "crit": "[]",
        "b64": "false",
        "zip": '"DEF"',
        "cty": '"vc"',
    }
    bad |= {f"the member {name}": f'{good[:-1]},"{name}":{value}}}' for name, value in extra.items()}
    bad["an extension that must be understood"] = good[:-1] + ',"crit":["b64"],"b64":false}'
    return bad


def _header() -> list[Json]:
    kid = PASS_KEY.kid
    good = f'{{"alg":"ES256","typ":"vc+jwt","kid":"{kid}"}}'
    cases = [
        case(name, "unreadable", token=signed(payload(), header=text)) for name, text in _bad_headers(kid, good).items()
    ]
    invalid = signed(payload(), header=b'{"alg":"ES256","typ":"vc+jwt","kid":"\xff"}')
    return [
        *cases,
        case("a kid that is not UTF-8", "unreadable", token=invalid),
        case("a stranger's kid", "untrusted", token=signed(payload(), STRANGER)),
        case("a stranger's kid on a printed pass", "untrusted", presentation=signed(payload(printed()), STRANGER)),
        case("a short foreign kid", "untrusted", token=signed(payload(), header='{"alg":"ES256","typ":"vc+jwt","kid":"k1"}')),
        case("a foreign kid and a broken payload: the header comes first", "untrusted", token=signed(b"{}", STRANGER)),
        case("a kid that differs in case", "untrusted", token=signed(payload(), header=good.replace(kid, kid.swapcase()))),
    ]  # fmt: skip


TEXTS: dict[str, tuple[str, str | bytes]] = {
    "a space after a colon": ('"iss":', '"iss": '),
    "a newline between members": (',"sub"', ',\n"sub"'),
    "an instant as a float": (f'"iat":{AT - 7_200}', f'"iat":{AT - 7_200}.0'),
    "an instant with an exponent": (f'"iat":{AT - 7_200}', '"iat":17953128e2'),
    "an instant with a leading zero": (f'"iat":{AT - 7_200}', f'"iat":0{AT - 7_200}'),
    "an instant with a plus sign": (f'"iat":{AT - 7_200}', f'"iat":+{AT - 7_200}'),
    "an instant of nine digits": (f'"iat":{AT - 7_200}', '"iat":999999999'),
    "an instant of eleven digits": (f'"iat":{AT - 7_200}', '"iat":17953128000'),
    "an instant of thirty digits": (f'"iat":{AT - 7_200}', '"iat":179531280000000000000000000000'),
    "a negative instant": (f'"iat":{AT - 7_200}', '"iat":-1795312800'),
    "minus zero": (f'"iat":{AT - 7_200}', '"iat":-0'),
    "not a number": (f'"iat":{AT - 7_200}', '"iat":NaN'),
    "infinity": (f'"iat":{AT - 7_200}', '"iat":1e999'),
    "an instant as a text": (f'"iat":{AT - 7_200}', f'"iat":"{AT - 7_200}"'),
    "an instant as true": (f'"iat":{AT - 7_200}', '"iat":true'),
    "an instant as null": (f'"iat":{AT - 7_200}', '"iat":null'),
    "an escaped slash": ("https://www", "https:\\/\\/www"),
    "a Chinese character as an escape": ("张", "\\u5f20"),
    "a letter as an escape": ('"A3"', '"\\u0041\\u0033"'),
    "a quote as a numeric escape": ('"A3"', '"\\u0022"'),
    "an escaped member name": ('"zone"', '"\\u007aone"'),
    "a lone surrogate as an escape": ('"A3"', '"\\ud800"'),
    "a pair of surrogates as escapes": ('"A3"', '"\\ud83d\\ude00"'),
    "a surrogate in UTF-8": ('"A3"', b'"\xed\xa0\x80"'),
    "an overlong slash": ('"A3"', b'"\xc0\xaf"'),
    "a byte that is not UTF-8": ('"A3"', b'"\xff"'),
    "cut inside a character": ('"A3"', b'"\xe5\xbc"'),
    "single quotes": ('"A3"', "'A3'"),
    "a raw newline in a text": ('"A3"', '"A\n3"'),
    "a comment": ('"A3"', '"A3"/*x*/'),
    "a trailing comma": ('"venues":[]', '"venues":[],'),
    "a member twice": ('"sub":', '"sub":"urn:epipass:AAAAAAAAAAAAAAAA","sub":'),
    "a member twice in the subject": ('"zone":', '"zone":"B1","zone":'),
    "a member twice in the test": ('"result":', '"result":"positive","result":'),
    "a member twice in the holder's key": ('"kty":', '"kty":"EC","kty":'),
    "a prototype member": ('"zone":', '"__proto__":{},"zone":'),
}


def _canonical() -> list[Json]:
    raw = compact(payload())
    whole = {
        "an empty object": b"{}",
        "a list": b"[" + raw + b"]",
        "a text": b'"pass"',
        "null": b"null",
        "a byte order mark": b"\xef\xbb\xbf" + raw,
        "a newline at the end": raw + b"\n",
        "a space in front": b" " + raw,
        "two objects": raw + raw,
        "a zero byte at the end": raw + b"\0",
        "cut short": raw[:-1],
        "UTF-16": raw.decode().encode("utf-16-le"),
        "a thousand brackets": b"[" * 1_400,
        "a thousand objects": b'{"a":' * 500,
        "a thousand brackets in a member": raw.replace(b'"A3"', b"[" * 900),
    }
    cases = [case(name, "unreadable", token=text_replaced(*change)) for name, change in TEXTS.items()]
    cases += [case(f"the payload is {name}", "unreadable", token=signed(content)) for name, content in whole.items()]
    return cases + _members()


def _without(name: str, outer: str | None = None) -> str:
    """The example pass without a member."""

    def spoil(content: Json) -> None:
        del (content if outer is None else content[outer])[name]

    return spoilt(spoil)


def _members() -> list[Json]:
    cases = [case(f"without {name}", "unreadable", token=_without(name)) for name in payload() if name != "cnf"]
    cases += [
        case(f"without {outer}.{name}", "unreadable", token=_without(name, outer))
        for outer in ("credentialSubject", "credentialStatus")
        for name in payload()[outer]
    ]
    wrong: dict[str, tuple[str, object]] = {
        "an unknown member": ("vc", {}),
        "an unknown member in the subject": ("credentialSubject.phone", "13900000000"),
        "an unknown member in the key": ("cnf.jwk.d", "AAAA"),
        "the key's name in cnf": ("cnf.kid", "AAAA"),
        "cnf null": ("cnf", None),
        "cnf empty": ("cnf", {}),
        "documentTail null": ("credentialSubject.documentTail", None),
        "a name that is a list": ("credentialSubject.name", ["张*明"]),
        "a name that is null": ("credentialSubject.name", None),
        "venues as a text": ("credentialSubject.venues", "1"),
        "a venue that is a number": ("credentialSubject.venues", [1]),
        "type as a text": ("type", "EpidemicPass"),
        "a context that is an object": ("@context", [{}]),
        "an index that is a number": ("credentialStatus.statusListIndex", 1234),
        "a status that is a list": ("credentialStatus", []),
    }
    cases += [case(name, "unreadable", token=with_value(*change)) for name, change in wrong.items()]
    reordered: dict[str, Callable[[Json], object]] = {
        "members in another order": lambda content: content.update(iss=content.pop("iss")),
        "the subject in another order": lambda content: content["credentialSubject"].update(
            id=content["credentialSubject"].pop("id")
        ),
        "the key in another order": lambda content: content["cnf"]["jwk"].update(crv=content["cnf"]["jwk"].pop("crv")),
        "the status in another order": lambda content: content["credentialStatus"].update(
            type=content["credentialStatus"].pop("type")
        ),
        "a reordered pass of a foreign issuer": lambda content: content.update(
            iss=content.pop("iss").replace("gov", "org")
        ),
        "a foreign issuer and a wrong type": lambda content: content.update(iss="https://pass.example.org", iat="1"),
    }
    cases += [case(name, "unreadable", token=spoilt(change)) for name, change in reordered.items()]
    return cases


def _refused_digits(paper: str, packed: bytes) -> dict[str, str]:
    """Texts that are nearly the digits of a printed pass."""
    return {
        "a leading zero": "0" + paper,
        "the digit zero": "0",
        "one digit": "1",
        "a sign": "-" + paper,
        "a plus sign": "+" + paper,
        "a space in front": " " + paper,
        "a newline at the end": paper + "\n",
        "an underscore": paper[:5] + "_" + paper[5:],
        "a full-width digit": "１" + paper[1:],
        "an Arabic digit": "\u0661" + paper[1:],
        "a letter": paper[:-1] + "A",
        "version 0": number(b"\0" + packed[1:]),
        "version 2": number(b"\2" + packed[1:]),
        "an unknown dictionary": number(bytes((1, 2)) + packed[2:]),
        "an unknown flag": number(bytes((1, 0x21)) + packed[2:]),
        "the highest flag": number(bytes((1, 0x81)) + packed[2:]),
        "the wrong dictionary": number(bytes((1, 0)) + packed[2:]),
        "a live flag without a proof": number(bytes((1, 0x11)) + packed[2:]),
        "only the start": number(packed[:74]),
        "half a signature": number(packed[:40]),
        "a cut payload": number(packed[:-1]),
        "a byte after the payload": number(packed + b"\0"),
        "no DEFLATE at all": number(packed[:74] + b"\xff" * 40),
        "an empty payload": number(packed[:74] + b"\x03\x00"),
        "a URL without a fragment": GATE[:-1] + paper,
        "an empty fragment": GATE,
        "two fragments": f"{GATE}{paper}#{paper}",
        "a URL instead of a pass": "https://gate.example.gov/v",
    }


def _transport() -> list[Json]:
    token, on_paper = issue_pass(claims(), PASS_KEY), issue_pass(printed(), PASS_KEY)
    kb, digits, paper = proof(token), pack(token, proof(token)), pack(on_paper)
    packed, raw = pack_bytes(on_paper), compact(payload(printed()))
    plain = _plain(raw)
    bad = "unreadable"
    cases = [case(name, bad, presentation=text) for name, text in _refused_digits(paper, packed).items()]
    rebuilt, on_its_own = {"token": token, "proof": kb}, {"token": on_paper, "proof": None}
    return [
        *cases,
        case("digits, live", "ok", presentation=digits, rebuilds=rebuilt, live=True, printed=False),
        case("a URL with digits, live", "ok", presentation=GATE + digits, rebuilds=rebuilt, live=True),
        case("digits, printed", "ok", presentation=paper, rebuilds=on_its_own, live=False, printed=True),
        case("digits without a dictionary", "ok", presentation=number(plain), rebuilds=on_its_own),
        case("digits squeezed in another way", "ok", presentation=number(_otherwise(packed, raw)), rebuilds=on_its_own),
        case("a URL with a token", "ok", presentation=GATE + on_paper, printed=True),
        case("a URL with a pair", "ok", presentation=f"{GATE}{token}~{kb}", live=True),
        case("another host, an empty URL", "ok", presentation=f"#{paper}", printed=True),
        case("digits of a key nobody knows", "untrusted", presentation=pack(issue_pass(printed(), STRANGER))),
        case("digits of a key that had stopped", "untrusted", presentation=pack(issue_pass(printed(), SHORT_KEY))),
        case("digits of another signature", "untrusted", presentation=number(packed[:10] + packed[11:74] + b"\1" + packed[74:])),
    ]  # fmt: skip


def _plain(raw: bytes) -> bytes:
    """The printed pass's transport bytes with no dictionary."""
    token = issue_pass(printed(), PASS_KEY)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"\1\0" + pack_bytes(token)[2:74] + packer.compress(raw) + packer.flush()


def number(packed: bytes) -> str:
    """Transport bytes as digits, whatever they are."""
    return str(int.from_bytes(packed))


def _otherwise(packed: bytes, raw: bytes) -> bytes:
    """The same pass squeezed less: another text of the same token, so nothing may be looked up by this text."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_FIXED, transport.dictionary(ISSUER))
    return packed[:74] + packer.compress(raw) + packer.flush()
