"""XLSX, XLS and WPS workbooks: their first sheet, read in a process of its own.

A workbook is a program's worth of trouble: a directory that lies about sizes, one cell in the last row of the last
column that makes a reader allocate the whole grid. So its zip directory and its real unpacked size are checked first,
and the reading itself happens in a child process with a limit on memory and time, whose death is an answer.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

import msgspec

from functions.shared.sheets.limits import Limits
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import Cell

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


class Reply(msgspec.Struct, array_like=True):
    """What the child answers: the law that was broken, or each row's own number with its cells."""

    law: str
    rows: list[list[str | int | float | bool | None]]
    moments: dict[int, dict[int, str]]


def read_workbook(data: bytes, limits: Limits) -> list[tuple[int, list[Cell]]]:
    """Return the first sheet's rows, numbered from 1 as the workbook numbers them.

    Raises:
        SheetProblem: `not-a-workbook`, `workbook-damaged`, `workbook-locked`, `unpacks-too-large`, `workbook-too-long`
            or a limit.
    """
    if data.startswith(_ZIP):
        check_zip(data, limits)
    elif not data.startswith(_OLE):
        raise SheetProblem("not-a-workbook")
    elif _ENCRYPTED_PACKAGE in data:
        raise SheetProblem("workbook-locked")
    reply = _ask_child(data, limits)
    if reply.law == "too-many-rows" and limits.rows > limits.workbook_rows:
        raise SheetProblem("workbook-too-long")
    if reply.law:
        raise SheetProblem(reply.law)
    return [(number, _cells(cells, reply.moments.get(number))) for number, cells in enumerate(reply.rows, start=1)]


def check_zip(data: bytes, limits: Limits) -> None:
    """Refuse an archive that unpacks to more than the limit, by its directory and then by unpacking it.

    A directory may lie, so every member is inflated, a chunk at a time, and counted; `zipfile` refuses a member whose
    length or checksum is not what the directory says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > limits.members or sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise SheetProblem("unpacks-too-large")
            if any(member.flag_bits & 1 for member in members):
                raise SheetProblem("workbook-locked")
            _inflate_all(archive, members, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError):
        raise SheetProblem("workbook-damaged") from None


def _inflate_all(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    left = limits.unpacked_bytes
    for member in members:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise SheetProblem("unpacks-too-large")


def _ask_child(data: bytes, limits: Limits) -> Reply:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", str(Path(__file__).with_name("child.py")), str(limits.memory_bytes)]
    command += [str(min(limits.rows, limits.workbook_rows)), str(limits.columns), str(limits.cell), str(limits.seconds)]
    try:
        # S603: the program and its arguments are ours; only the file on its standard input is not.
        child = subprocess.run(  # noqa: S603
            command, input=data, capture_output=True, timeout=limits.seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise SheetProblem("unpacks-too-large") from None
    if child.returncode != 0:
        raise SheetProblem("unpacks-too-large" if child.returncode < 0 else "workbook-damaged")
    return msgspec.msgpack.decode(child.stdout, type=Reply)


def _cells(cells: list[str | int | float | bool | None], moments: dict[int, str] | None) -> list[Cell]:
    plain: list[Cell] = ["" if cell is None else cell for cell in cells]
    for place, moment in (moments or {}).items():
        plain[place] = datetime.fromisoformat(moment)
    return plain
