"""A file to correct: the rejected rows of a job, out of the upload as it came, for its owner to mend and send again."""

from __future__ import annotations

from collections.abc import Sequence

from functions.jobs import vault
from functions.jobs.model import Head
from functions.jobs.plan import limits_of
from functions.jobs.result_rows import COLUMNS as RESULT_COLUMNS
from functions.shared.problems import NotFound
from functions.shared.sheets.corrections import to_correct
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.reading import read_grid
from functions.staff.rows import COLUMNS as STAFF_COLUMNS


def keep(head: Head, number: int, faults: Sequence[Fault]) -> None:
    """Make the workbook of a plan's rejected rows and keep it, encrypted, beside the upload: once, in the worker."""
    data = vault.take(head.job, "upload") if faults else None
    if data is not None:
        columns = STAFF_COLUMNS if head.kind == "staff-list" else RESULT_COLUMNS
        grid = read_grid(data, head.file_format, columns, limits_of(head.kind))
        vault.keep(head.job, _name(number), to_correct(grid, faults))


def workbook(head: Head) -> bytes:
    """Return the workbook of a job's rejected rows.

    It goes through the function, whatever its size, and never by a presigned address: a bucket holds it encrypted.

    Raises:
        NotFound: `no-file`, when nothing was rejected row by row, or the upload's 7 days are over.
    """
    if not head.plan or not head.rows_rejected:
        raise NotFound(
            "No row of this job waits to be corrected. If the whole file was refused, its cause says what to do. "
            "没有需要更正的行；若整个文件被拒绝，请按任务中的原因处理。",
            code="no-file",
        )
    made = vault.take(head.job, _name(int(head.plan)))
    if made is None:
        raise NotFound(
            "The uploaded file was kept for 7 days and is gone. Correct your own copy by errors.csv and upload it again. "
            "上传的文件只保留7天，现已删除；请按errors.csv更正您自己的文件后重新上传。",
            code="no-file",
        )
    return made


def _name(number: int) -> str:
    return f"{number:03d}-to-correct"
