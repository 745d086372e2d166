"""A file to correct: the rejected rows of a job, out of the upload as it came, for its owner to mend and send again."""

from __future__ import annotations

from functions.jobs import vault
from functions.jobs.checking import errors_name
from functions.jobs.model import Head
from functions.jobs.result_rows import COLUMNS as RESULT_COLUMNS
from functions.shared.objects import uploads
from functions.shared.problems import NotFound
from functions.shared.sheets.corrections import to_correct
from functions.shared.sheets.laws import read_errors
from functions.shared.sheets.reading import read_grid
from functions.staff.rows import COLUMNS as STAFF_COLUMNS


def workbook(head: Head) -> bytes:
    """Return the workbook of a job's rejected rows.

    What was rejected is what `errors.csv` says, not what a second reading would: a date may have passed meanwhile.

    Raises:
        NotFound: `no-file`, when nothing was rejected row by row, or the upload's 7 days are over.
    """
    if not head.plan or not head.rows_rejected:
        raise NotFound(
            "No row of this job waits to be corrected. If the whole file was refused, its cause says what to do. "
            "没有需要更正的行；若整个文件被拒绝，请按任务中的原因处理。",
            code="no-file",
        )
    faults, data = uploads.get(errors_name(head.job, int(head.plan))), vault.take(head.job, "upload")
    if faults is None or data is None:
        raise NotFound(
            "The uploaded file was kept for 7 days and is gone. Correct your own copy by errors.csv and upload it again. "
            "上传的文件只保留7天，现已删除；请按errors.csv更正您自己的文件后重新上传。",
            code="no-file",
        )
    columns = STAFF_COLUMNS if head.kind == "staff-list" else RESULT_COLUMNS
    return to_correct(read_grid(data, head.file_format, columns), read_errors(faults))
