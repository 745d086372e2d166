"""What a cell means: folded text, dates, ids that a spreadsheet spoilt, and what is never exported."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.sheets.laws import ROW_LAWS, Fault, errors_csv
from functions.shared.sheets.moments import CHINA, read_instant
from functions.shared.sheets.text import as_text, fold, neutral

EIGHT = int(datetime(2022, 3, 21, 8, 5, tzinfo=CHINA).timestamp())
MIDNIGHT = int(datetime(2022, 3, 21, tzinfo=CHINA).timestamp())


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'990101", "990101"),
        ("\u3000１３８００１３８０００ ", "13800138000"),
        ("张\u200b三\ufeff", "张三"),
        ("a\u00a0 b", "a b"),
        (13800138000.0, "13800138000"),
        (3, "3"),
        (True, "TRUE"),
    ],
)
def test_folding_undoes_keyboards_and_spreadsheets(cell: object, text: str) -> None:
    """Full-width digits, odd spaces, invisible marks and a leading apostrophe mean nothing."""
    assert as_text(cell) == text  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text is its own fold."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "cell",
    [
        "2022-03-21T08:05:00+08:00",
        "2022-03-21T00:05:00Z",
        "2022-03-21 08:05",
        "2022-3-21 8:05:00",
        "2022/3/21 8:05",
        "2022.3.21 8:05",
        "2022年3月21日 8时5分",
        "2022年3月21日上午8点05分",
        "２０２２／３／２１　８：０５",
        "202203210805",
        "20220321080500",
        "44641.336805556",
        44641.336805556,
        datetime(2022, 3, 21, 8, 5),  # noqa: DTZ001 - as a workbook's cell comes
        datetime(2022, 3, 21, 0, 5, tzinfo=UTC),
    ],
)
def test_every_form_of_an_instant_is_the_same_instant(cell: object) -> None:
    """China Standard Time when no zone is named."""
    assert read_instant(cell) == EIGHT  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["2022.3.21", "2022年3月21日", "20220321", 20220321, 44641, "44641", date(2022, 3, 21)]
)
def test_a_date_alone_is_its_start_or_its_end(cell: object) -> None:
    """A sample's date counts from its first second, a validity to the end of its day."""
    assert read_instant(cell) == MIDNIGHT  # type: ignore[arg-type]
    assert read_instant(cell, whole_day="end") == MIDNIGHT + 86400  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["", "昨天", "21/3/2022", "3-21", "2022-13-01", "2022-02-30", 12, 1e300, float("nan"), True, "44641.5.5"]
)
def test_what_is_no_date_is_not_guessed(cell: object) -> None:
    """Day-first dates, impossible dates and stray numbers are refused."""
    with pytest.raises((ValueError, OverflowError)):
        read_instant(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@x", "\t=1", " =cmd|' /C calc'!A0", "|x", "%x"])
def test_formula_characters_are_neutralised(text: str) -> None:
    """No exported cell starts a formula in a spreadsheet."""
    assert neutral(text).startswith("'")
    assert neutral("张三") == "张三"


def test_errors_csv_holds_rows_columns_and_laws() -> None:
    """One line a broken law, in order of rows, with the sentence that says what to do."""
    faults = [Fault(9, "phone", "phone"), Fault(3, "id_number", "id-stored-as-number")]
    text = b"".join(errors_csv(faults)).decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0] == "row,column,law"
    assert lines[1].startswith(
        '3,id_number,"id-stored-as-number: An 18-digit id stored as a number has lost its last three digits. '
    )
    assert lines[2].startswith('9,phone,"phone: ')


def test_every_law_has_its_sentence_in_both_languages() -> None:
    """A clerk reads what to do in either language, and no sentence starts a formula."""
    for english, chinese in ROW_LAWS.values():
        assert english.endswith(".")
        assert chinese.endswith("。")
        assert neutral(english) == english
