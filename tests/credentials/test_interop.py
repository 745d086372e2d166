"""Somebody else's tools: three JOSE libraries and a QR reader take what we make, without a line of ours."""

from __future__ import annotations

import json
from typing import cast

import jwt
import png
import pytest
import zxingcpp
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

from credentials import Unreadable, issue_pass, pack, symbols
from tests.vectors.material import AT, GATE, ISSUER, PASS_KEY, claims, jwks, list_of, printed, proof

TOKEN = issue_pass(claims(), PASS_KEY)
SUBJECT = "urn:epipass:AAECAwQFBgcICQoL"


@pytest.mark.parametrize("token", [TOKEN, issue_pass(printed(), PASS_KEY), list_of(7)], ids=["pass", "printed", "list"])
def test_three_libraries_verify_what_we_sign(token: str) -> None:
    """PyJWT, joserfc and jwcrypto accept our passes and status lists from the plain JWK set alone."""
    kid = jwt.get_unverified_header(token)["kid"]
    options: jwt.types.Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    by_pyjwt = jwt.decode(token, jwt.PyJWKSet.from_dict(jwks())[kid], ["ES256"], issuer=ISSUER, options=options)
    by_joserfc = joserfc_jwt.decode(
        token, joserfc_jwk.KeySet.import_key_set(cast("joserfc_jwk.KeySetSerialization", jwks())), algorithms=["ES256"]
    ).claims
    opened = jwcrypto_jws.JWS()
    opened.deserialize(token, jwcrypto_jwk.JWKSet.from_json(json.dumps(jwks())).get_key(kid))
    assert by_pyjwt == by_joserfc == json.loads(opened.payload)
    assert by_pyjwt["iss"] == ISSUER


def test_a_foreign_library_refuses_a_changed_pass() -> None:
    """The peers' agreement means something: they refuse a pass whose payload was changed."""
    head, body, signature = TOKEN.split(".")
    other = issue_pass(claims(zone="A4"), PASS_KEY).split(".")[1]
    assert other != body
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{other}.{signature}", jwt.PyJWKSet.from_dict(jwks())[PASS_KEY.kid], ["ES256"])


def read_back(symbol: symbols.Symbol) -> str:
    """What a QR reader sees, four pixels to a module."""
    rows = [b"".join((b"\0" if dark else b"\xff") * 4 for dark in row) for row in symbol.with_quiet() for _ in range(4)]
    picture = memoryview(b"".join(rows)).cast("B", shape=[len(rows), len(rows[0])])
    found = zxingcpp.read_barcode(picture)
    assert found is not None
    return str(found.text)


@pytest.mark.parametrize("zone", ["", "A3", "东区2号楼"])
def test_a_reader_reads_the_symbol_back(zone: str) -> None:
    """Zxing reads exactly the URL and the digits."""
    token = issue_pass(claims(zone=zone), PASS_KEY)
    digits = pack(token, proof(token))
    assert read_back(symbols.draw_symbol(GATE, digits)) == GATE + digits


def test_a_typical_live_pass_fits_version_16() -> None:
    """A pass with the holder's key and live proof, an ordinary Chinese name and unit, is at most version 16 at level M."""
    source = claims(
        subject="q7Zt0pWc-3LxBn_R", issued_at=AT + 11, not_before=AT + 11, expires_at=AT + 150_000, name="欧阳*娜",
        unit="鹿城区南郊街道社区卫生服务中心", zone="B2", venues=("东门",), sampled_at=AT - 22_000,
        reference="8Kd_x1PqTz-5mWvY", document_number="EPI-2026-0048713", document_issued_by="鹿城区疫情防控指挥部",
        status_list="2026-11-24b-17", status_index=99_871,
    )  # fmt: skip
    token = issue_pass(source, PASS_KEY)
    symbol = symbols.draw_symbol("https://gate.epipass.example.gov/v#", pack(token, proof(token, AT + 20)))
    assert symbol.version <= 16
    assert len(symbol.modules) == 17 + 4 * symbol.version


def test_a_symbol_that_phones_would_not_read_is_not_made() -> None:
    """Over version 22 there is no symbol: a bold refusal, not a code that fails at the door."""
    with pytest.raises(Unreadable):
        symbols.draw_symbol(GATE, "1" * 1_900)
    with pytest.raises(Unreadable):
        symbols.draw_symbol(GATE, "1" * 9_000)
    assert symbols.draw_symbol(GATE, "1" * 1_700).version <= symbols.HIGHEST_VERSION


@pytest.mark.parametrize(
    ("url", "digits"), [("https://x", "1"), ("https://x#", "1a"), ("https://é#", "1"), ("https://x#", "")]
)
def test_a_symbol_is_a_url_and_digits(url: str, digits: str) -> None:
    """Anything else would be one mixed segment, ten versions larger."""
    with pytest.raises(ValueError, match="URL up to its #"):
        symbols.draw_symbol(url, digits)


def test_the_drawings_agree() -> None:
    """SVG, PNG and terminal show the same modules."""
    symbol = symbols.draw_symbol(GATE, "12345")
    size = len(symbol.with_quiet())
    width, height, rows, _ = png.Reader(bytes=symbols.as_png(symbol, pixels_per_module=1)).read()
    assert (width, height) == (size, size)
    dark = [[not value for value in row] for row in rows]
    assert dark == symbol.with_quiet()
    assert symbols.as_svg(symbol).count(b"M") > size
    text = symbols.as_text(symbol).splitlines()
    assert len(text) == (size + 1) // 2
    for number, row in enumerate(symbol.with_quiet()):
        letters = text[number // 2]
        light = [letter in ("█", "▀" if number % 2 == 0 else "▄") for letter in letters]
        assert light == [not module for module in row]
