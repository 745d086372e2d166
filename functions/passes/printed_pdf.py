"""Printed passes as PDF: one on an A5 sheet, several two to an A4 sheet. Pure: passes in, bytes out.

Only masked data is printed: what the pass itself says. The seal is drawn, and says SPECIMEN when it is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from credentials import b64, pack, payload
from functions.passes.printed_marks import draw_qr, draw_seal
from functions.shared import fonts

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.enums import WrapMode

CHINA: Final = timezone(timedelta(hours=8))
WEEKDAYS: Final = "一二三四五六日"
WIDTH_MM, HEIGHT_MM = 210.0, 148.5  # A5 across, and half of an A4 sheet
FONT: Final = "sans"
INK, QUIET, LINE, NAVY, AMBER = (18, 24, 31), (84, 96, 108), (208, 214, 220), (36, 64, 92), (255, 207, 92)
WHITE = (255, 255, 255)
_QR_MM = 86.0
_LATIN_1_END = 0xFF
_POINT_MM, _LINE_MM = 0.353, 0.46  # a point, and a line of one-point type, in millimetres
_LEFT, _RIGHT, _FACTS = 12.0, 198.0, 108.0


class Spot(NamedTuple):
    """Where a text begins, and how wide it may be; millimetres from the page's upper left corner."""

    x: float
    y: float
    width: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPass:
    """What one printed pass shows. `expires_at` and `sampled_at` are epoch seconds; `url` ends with `#`."""

    name: str
    document_tail: str
    unit: str
    zone: str
    document_number: str
    document_issued_by: str
    sampled_at: int
    expires_at: int
    url: str
    digits: str

    @classmethod
    def of(cls, token: str, url: str) -> Self:
        """The printed form of a token that we signed ourselves (it is not verified here).

        Args:
            token: the compact JWS of a printed pass.
            url: the guard's page up to and with its `#`: `https://<gate>/v#`.

        Raises:
            ValueError: for the token of a pass that has no document tail, so is none to print.
        """
        claims = payload.decode(b64.decode(token.split(".")[1]))
        subject = claims.credential_subject
        if subject.document_tail is None:
            raise ValueError("only a printed pass is printed")
        return cls(
            name=subject.name,
            document_tail=subject.document_tail,
            unit=subject.unit,
            zone=subject.zone,
            document_number=subject.official_document.number,
            document_issued_by=subject.official_document.issued_by,
            sampled_at=int(datetime.fromisoformat(subject.test.sampled_at).timestamp()),
            expires_at=claims.exp,
            url=url,
            digits=pack(token),
        )


def china_time(instant: int) -> str:
    """An instant as people in China read it, with its date: 2026年11月24日（周二）09:00."""
    there = datetime.fromtimestamp(instant, CHINA)
    return f"{there:%Y}年{there.month}月{there.day}日（周{WEEKDAYS[there.weekday()]}）{there:%H:%M}"


def printed_pdf(passes: Sequence[PrintedPass], specimen: bool) -> bytes:  # noqa: FBT001 - the one fact beside the passes
    """Draw printed passes.

    Args:
        passes: at least one; one fills an A5 sheet across, several are cut from A4 sheets, two to each.
        specimen: mark every seal as a specimen.

    Raises:
        ValueError: without a pass.
        FileNotFoundError: when the font was not cut yet.
    """
    if not passes:
        raise ValueError("no pass to print")
    pdf = new_pdf()
    if len(passes) == 1:
        pdf.add_page(orientation="landscape", format=(HEIGHT_MM, WIDTH_MM))
        _draw(pdf, passes[0], 0.0, specimen=specimen)
    for place, printed in enumerate(passes if len(passes) > 1 else ()):
        if place % 2 == 0:
            pdf.add_page()
            cut_line(pdf, (4, HEIGHT_MM), (WIDTH_MM - 4, HEIGHT_MM))
        _draw(pdf, printed, (place % 2) * HEIGHT_MM, specimen=specimen)
    return bytes(pdf.output())


def new_pdf() -> FPDF:
    """Return an empty document of A4 sheets with our font."""
    from fpdf import FPDF  # noqa: PLC0415 - only who prints pays for it

    pdf = FPDF(orientation="portrait", unit="mm", format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.add_font(FONT, fname=str(fonts.chinese()))
    pdf.set_title("疫情防控通行证 Epidemic pass")
    pdf.set_lang("zh-CN")
    return pdf


def cut_line(pdf: FPDF, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a dashed line to cut along."""
    pdf.set_draw_color(*QUIET)
    pdf.set_line_width(0.2)
    pdf.set_dash_pattern(dash=2, gap=2)
    pdf.line(*begin, *end)
    pdf.set_dash_pattern()


def _draw(pdf: FPDF, printed: PrintedPass, top: float, *, specimen: bool) -> None:
    _heading(pdf, top, specimen=specimen)
    draw_qr(pdf, printed.url, printed.digits, x=_LEFT, y=top + 26, size_mm=_QR_MM)
    below = top + 26 + _QR_MM
    host = printed.url.partition("//")[2].rstrip("#")
    say(pdf, Spot(_LEFT, below + 3), 9, "查验：用任意手机相机扫描上方二维码", QUIET)
    say(pdf, Spot(_LEFT, below + 7.5), 7.5, f"Guard: point any phone's camera at it. It opens {host}", QUIET)
    _person(pdf, printed, top)
    _facts(pdf, printed, top)
    draw_seal(pdf, FONT, printed.document_issued_by, _RIGHT - 18, top + 106.5, specimen=specimen)
    _warning(pdf, printed, top)


def _heading(pdf: FPDF, top: float, *, specimen: bool) -> None:
    pdf.set_fill_color(*NAVY)
    pdf.rect(0, top, WIDTH_MM, 19, style="F")
    say(pdf, Spot(_LEFT, top + 5.2), 19, "疫情防控通行证", WHITE)
    say(pdf, Spot(71, top + 7.4), 11, "Epidemic pass · 纸质 printed", WHITE)
    if specimen:
        pdf.set_fill_color(*AMBER)
        pdf.rect(_RIGHT - 44, top + 5, 44, 9, style="F", round_corners=True, corner_radius=1.5)
        say(pdf, Spot(_RIGHT - 44, top + 6.8, 44), 12, "样章 SPECIMEN", INK, align="C")


def _person(pdf: FPDF, printed: PrintedPass, top: float) -> None:
    say(pdf, Spot(_FACTS, top + 25), 8, "姓名 Name", QUIET)
    say(pdf, Spot(_FACTS, top + 28.5), fitting(printed.name, 27, 56), printed.name, INK)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.5)
    pdf.rect(_RIGHT - 32, top + 25, 32, 19, style="D", round_corners=True, corner_radius=2)
    say(pdf, Spot(_RIGHT - 32, top + 26.6, 32), 6.5, "证件末四位 ID ends in", QUIET, align="C")
    say(pdf, Spot(_RIGHT - 32, top + 31, 32), 22, printed.document_tail, INK, align="C")


def _facts(pdf: FPDF, printed: PrintedPass, top: float) -> None:
    whole, half, beside_seal = _RIGHT - _FACTS, 34.0, _RIGHT - _FACTS - 40
    zone, sampled, until = printed.zone or "不限 any", china_time(printed.sampled_at), china_time(printed.expires_at)
    y = write_fact(pdf, Spot(_FACTS, top + 48, whole), "单位 Unit", printed.unit)
    below_zone = write_fact(pdf, Spot(_FACTS, y, half - 3), "区域 Zone", zone)
    spot = Spot(_FACTS + half, y, whole - half)
    y = max(below_zone, write_fact(pdf, spot, "采样（北京时间）Sampled, China time", sampled, rows=1))
    y = write_fact(
        pdf, Spot(_FACTS, y, whole), "有效期至（北京时间）Valid until, China time", until, size_pt=16, rows=1
    )
    y = write_fact(pdf, Spot(_FACTS, y, beside_seal), "批准文号 Approval", printed.document_number)
    write_fact(pdf, Spot(_FACTS, y, beside_seal), "批准机关 Approved by", printed.document_issued_by)


def write_fact(pdf: FPDF, spot: Spot, label: str, value: str, *, size_pt: float = 12, rows: int = 2) -> float:
    """Write a label and its value on at most `rows` lines, and a rule below; returns where the next one goes."""
    width = spot.width or WIDTH_MM
    say(pdf, spot, 7.5, label, QUIET)
    size = fitting(value, size_pt, (rows - 0.1) * width)
    lines = say(pdf, spot._replace(y=spot.y + 3.6), size, value, INK)
    end = spot.y + 3.6 + lines * size * _LINE_MM + 1.4
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.2)
    pdf.line(spot.x, end, spot.x + width, end)
    return end + 1.4


def _warning(pdf: FPDF, printed: PrintedPass, top: float) -> None:
    pdf.set_fill_color(*AMBER)
    pdf.rect(_LEFT, top + 126.5, _RIGHT - _LEFT, 15.5, style="F", round_corners=True, corner_radius=2)
    chinese = (
        f"纸质通行证：查验员必须核对身份证件，末四位 {printed.document_tail}。"
        "复印或转借无效；可随时被撤销，以扫码结果为准。"
    )
    english = (
        "Printed pass: the guard checks your identity document. It may be withdrawn at any time; the scan decides, "
        "not the paper."
    )
    say(pdf, Spot(_LEFT + 4, top + 128.6), 10, chinese, INK)
    say(pdf, Spot(_LEFT + 4, top + 135.2), 8.5, english, INK)


def fitting(text: str, size_pt: float, room_mm: float) -> float:
    """The size at which a text fits its room, at most `size_pt`; a Chinese character is as wide as it is high."""
    width_mm = sum(1.0 if ord(character) > _LATIN_1_END else 0.62 for character in text) * size_pt * _POINT_MM
    return size_pt if width_mm <= room_mm else max(6.5, size_pt * room_mm / width_mm * 0.96)


def say(pdf: FPDF, spot: Spot, size_pt: float, text: str, colour: tuple[int, int, int], *, align: str = "L") -> int:
    """Write a text with its top at the spot, wrapped to its width; returns the number of lines."""
    pdf.set_font(FONT, size=size_pt)
    pdf.set_text_color(*colour)
    pdf.set_xy(spot.x, spot.y)
    pdf.c_margin = 0
    height = size_pt * _LINE_MM
    room = WIDTH_MM - spot.x if spot.width is None else spot.width
    pdf.multi_cell(room, height, text, align=align, wrapmode=_by_character(), new_x="LEFT", new_y="NEXT")
    return round((pdf.get_y() - spot.y) / height)


def _by_character() -> WrapMode:
    from fpdf.enums import WrapMode  # noqa: PLC0415 - only who prints pays for it

    # Chinese has no spaces to break at.
    return WrapMode.CHAR
