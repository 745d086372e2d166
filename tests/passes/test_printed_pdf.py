"""The printed pass: what a reader, a machine and a camera find on the sheet."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pypdfium2
import pytest

from credentials import UNCHECKED, KeySet, LocalSigner, PassClaims, Verifier, issue_pass, published_jwk
from functions.passes.printed_pdf import PrintedPass, china_time, printed_pdf
from tests.decoding import qr_codes

AT = 1_795_312_800  # 2026-11-22T02:00:00Z, ten in the morning in China
ISSUER, URL = "https://pass.example.gov", "https://gate.pass.example.gov/v#"
LONG_UNIT = "中国（浙江）自由贸易试验区杭州片区第三人民医院附属社区卫生服务中心及其下属全部服务站点和发热门诊"
FACTS = {
    "name": "张*明",
    "unit": "第三人民医院",
    "zone": "A3",
    "document_number": "EPI-2026-0000001",
    "document_issued_by": "区疫情防控指挥部",
}
LONGEST = {
    "name": "买**·阿**拉",
    "unit": LONG_UNIT,
    "zone": "临时管控区东二片A3-17",
    "document_number": "杭防指〔2026〕第0000001号文件附件三之二",
    "document_issued_by": "杭州市滨江区新型冠状病毒肺炎疫情防控工作领导小组办公室",
}


@pytest.fixture(scope="module")
def signer() -> LocalSigner:
    """The day key of these tests."""
    return LocalSigner.generate()


def _token(signer: LocalSigner, *, tail: str | None = "251X", **changed: str) -> str:
    facts: dict[str, Any] = {**FACTS, **changed}
    claims = PassClaims(
        issuer=ISSUER,
        subject="AAECAwQFBgcICQoL",
        issued_at=AT,
        expires_at=AT + 46 * 3_600,
        sampled_at=AT - 7_200,
        reference="mZ3v0xK9QwE1rT5y",
        status_list="2026-11-24a-1",
        status_index=4711,
        document_tail=tail,
        holder=None if tail else LocalSigner.generate().public_jwk(),
        **facts,
    )
    return issue_pass(claims, signer)


def _texts(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "") for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def _scanned(pdf: bytes) -> list[str]:
    """What a camera reads from each page, drawn as a printer draws it."""
    pages = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=150 / 72).to_pil() for page in pages]
    return [text for picture in pictures for text in qr_codes(picture)]


def test_a_sheet_says_what_the_pass_says_and_only_that(signer: LocalSigner) -> None:
    """Masked name, document tail, unit, zone, number, authority, and China time with its date."""
    printed = PrintedPass.of(_token(signer), URL)
    (text,) = _texts(printed_pdf([printed], specimen=True))
    for fact in (
        *FACTS.values(),
        "251X",
        "2026年11月24日（周二）08:00",
        "核对身份证件",
        "checks your identity document",
    ):
        assert fact in text
    assert "AAECAwQFBgcICQoL" not in text


def test_a_camera_reads_the_code_from_paper_and_it_verifies(signer: LocalSigner) -> None:
    """The symbol on the page is the very pass that was signed."""
    token = _token(signer)
    (scanned,) = _scanned(printed_pdf([PrintedPass.of(token, URL)], specimen=True))
    keys = KeySet.from_jwks({"keys": [published_jwk(signer.public_jwk(), use="pass", nbf=AT - 60, exp=AT + 86_400)]})
    seen = Verifier(keys, issuer=ISSUER).verify_presentation(scanned, at=AT, status=UNCHECKED)
    assert scanned.startswith(URL)
    assert seen.printed
    assert seen.credential_subject.document_tail == "251X"


def test_only_a_specimen_says_specimen(signer: LocalSigner) -> None:
    """The flag marks heading and seal; without it the word is nowhere."""
    printed = PrintedPass.of(_token(signer), URL)
    assert "样章 SPECIMEN" in _texts(printed_pdf([printed], specimen=True))[0]
    assert "SPECIMEN" not in _texts(printed_pdf([printed], specimen=False))[0]


def test_several_passes_share_sheets_and_each_is_whole(signer: LocalSigner) -> None:
    """Two to an A4 sheet, in order, the longest facts included, and every code still readable."""
    tails = ["0011", "0022", "0033"]
    passes = [PrintedPass.of(_token(signer, tail=tail, **LONGEST), URL) for tail in tails]
    pdf = printed_pdf(passes, specimen=True)
    texts = _texts(pdf)
    assert len(texts) == 2
    assert all(tail in texts[place // 2] for place, tail in enumerate(tails))
    assert all(value in texts[0] for value in LONGEST.values())
    assert len(set(_scanned(pdf))) == 3


def test_one_pass_is_an_a5_sheet(signer: LocalSigner) -> None:
    """210 by 148.5 mm, so that it folds into a pocket."""
    box = pypdf.PdfReader(io.BytesIO(printed_pdf([PrintedPass.of(_token(signer), URL)], specimen=True))).pages[0]
    width, height = (float(side) / 72 * 25.4 for side in (box.mediabox.width, box.mediabox.height))
    assert (round(width), round(height, 1)) == (210, 148.5)


def test_what_is_no_printed_pass_is_not_printed(signer: LocalSigner) -> None:
    """A live pass on paper would be a screenshot; no pass at all is a mistake of the caller."""
    with pytest.raises(ValueError, match="printed"):
        PrintedPass.of(_token(signer, tail=None), URL)
    with pytest.raises(ValueError, match="no pass"):
        printed_pdf([], specimen=True)


@pytest.mark.parametrize(
    ("instant", "text"),
    [(AT, "2026年11月22日（周日）10:00"), (AT + 14 * 3_600, "2026年11月23日（周一）00:00")],
)
def test_instants_are_china_time_with_their_date(instant: int, text: str) -> None:
    """Midnight in China belongs to the new day, whatever the server's zone."""
    assert china_time(instant) == text
