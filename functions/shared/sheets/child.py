"""Reads one workbook from standard input under a limit of memory and time; see `workbooks.py`.

Run as a program. It answers in MessagePack on standard output; when the limits kill it, its exit status is the answer.
"""

from __future__ import annotations

import io
import sys
from datetime import date, datetime, time
from typing import Any

import msgspec


def main(memory_bytes: int, rows: int, columns: int, longest: int, seconds: int) -> None:
    """Read, answer and leave."""
    _limit(memory_bytes, seconds)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError  # noqa: PLC0415

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheet = workbook.get_sheet_by_index(0)
        law = "too-many-columns" if sheet.total_width > columns else ""
        law = "too-many-rows" if sheet.total_height > rows + 10 else law
        grid: list[list[Any]] = [] if law else sheet.to_python(skip_empty_area=False)
        answer = [law, *_plain(grid, longest)] if not law else [law, [], {}]
    except PasswordError:
        answer = ["workbook-locked", [], {}]
    except (CalamineError, XmlError, ZipError, OSError, ValueError, IndexError):
        answer = ["workbook-damaged", [], {}]
    except MemoryError:
        answer = ["unpacks-too-large", [], {}]
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


def _limit(memory_bytes: int, seconds: int) -> None:
    import resource  # noqa: PLC0415 - absent on systems that are no Unix, where the parent's time limit remains

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the kernel refuses the limit, or ignores it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _plain(grid: list[list[Any]], longest: int) -> tuple[list[list[Any]], dict[int, dict[int, str]]]:
    """Replace moments, which MessagePack would give a time zone, by their ISO form beside the row."""
    moments: dict[int, dict[int, str]] = {}
    for number, cells in enumerate(grid, start=1):
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                if len(cell) > longest:
                    cells[place] = cell[:longest]
            elif isinstance(cell, datetime | date):
                moments.setdefault(number, {})[place] = cell.isoformat()
                cells[place] = None
            elif not isinstance(cell, int | float):
                cells[place] = cell.isoformat() if isinstance(cell, time) else str(cell)
    return grid, moments


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
