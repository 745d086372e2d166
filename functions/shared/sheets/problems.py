"""What makes a whole file unreadable. Each law has one sentence for the clerk, in both languages."""

from __future__ import annotations

from typing import Final

# law -> (English, Chinese). A sentence names the law and what to do, never a cell's content.
FILE_LAWS: Final = {
    "empty": ("The file holds no rows.", "文件没有任何数据行。"),
    "too-large": ("The file is larger than this route takes.", "文件超过大小上限。"),
    "too-many-rows": ("The file has more rows than a list may have; split it.", "行数超过上限，请拆分文件。"),
    "workbook-too-long": (
        "A workbook may have 200,000 rows; save it as CSV, which may have a million, or split it.",
        "工作簿最多20万行；请另存为CSV（最多100万行），或拆分文件。",
    ),
    "too-many-columns": (
        "The sheet is wider than a list may be; delete the empty columns.",
        "列数超过上限，请删除空列。",
    ),
    "encoding": (
        "The text is neither UTF-8 nor GB 18030; save the file as CSV UTF-8.",
        "文本既不是UTF-8也不是GB 18030，请另存为“CSV UTF-8”。",
    ),
    "encoding-damaged": (
        "The text is UTF-8 with damaged characters; export it again, nothing is guessed.",
        "UTF-8文本中有损坏的字符，请重新导出。",
    ),
    "quote-unclosed": (
        "A quotation mark opens and never closes; the rows after it cannot be told apart.",
        "有未闭合的引号，其后的行无法区分。",
    ),
    "cell-too-long": ("A cell is longer than any cell may be.", "有单元格内容过长。"),
    "not-csv": (
        "This is not a text file; a workbook is uploaded with format=xlsx.",
        "这不是文本文件；上传工作簿请用format=xlsx。",
    ),
    "not-a-workbook": (
        "This is not an Excel or WPS workbook; text is uploaded with format=csv.",
        "这不是Excel或WPS工作簿；上传文本请用format=csv。",
    ),
    "workbook-damaged": (
        "The workbook is cut short or damaged; save it and upload it again.",
        "工作簿不完整或已损坏，请重新保存后上传。",
    ),
    "workbook-locked": ("The workbook is protected by a password; remove it first.", "工作簿设有密码，请先取消密码。"),
    "unpacks-too-large": (
        "The workbook unpacks to far more than a list can hold; it is refused unread.",
        "工作簿解压后过大，已拒绝读取。",
    ),
    "not-jsonl": ("A line is not one JSON object of plain values.", "有一行不是由简单值组成的JSON对象。"),
    "header-missing": (
        "No row of the first ten names these columns",
        "前十行中找不到包含下列列名的表头",
    ),
    "header-twice": ("The header names a column twice; keep one", "表头中有重复的列，请只保留一列"),
    "format": ("The format is one of csv, xlsx and jsonl.", "格式只能是csv、xlsx或jsonl。"),
}


class SheetProblem(Exception):
    """A file that cannot be read at all, so that nothing of it is applied.

    `law` is a key of `FILE_LAWS`, `row` the spreadsheet's own row number where it is known, `columns` the names of
    the columns concerned.
    """

    def __init__(self, law: str, *, row: int | None = None, columns: tuple[str, ...] = ()) -> None:
        self.law, self.row, self.columns = law, row, columns
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """Return the sentence for the clerk: English, then Chinese, with where."""
        english, chinese = FILE_LAWS[self.law]
        if self.columns:
            names = ", ".join(self.columns)
            english, chinese = f"{english}: {names}.", f"{chinese}：{names}。"
        if self.row is not None:
            english, chinese = f"Row {self.row}: {english}", f"第{self.row}行：{chinese}"
        return f"{english} {chinese}"
