"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on hostile or mistaken files; the work done on any file is bounded by them.

    A workbook is read whole, in a process of its own, so it has bounds of its own below those of text.
    """

    size_bytes: int = 64 * MIB
    rows: int = 200_000
    workbook_bytes: int = 64 * MIB
    workbook_rows: int = 200_000
    unpacked_bytes: int = 512 * MIB  # 200,000 rows of eight columns were seen to unpack to 90 MiB
    members: int = 2_000
    columns: int = 256
    cell: int = 4_000
    memory_bytes: int = 2_048 * MIB  # of the process that reads a workbook
    seconds: int = 120

    def size_of(self, file_format: str) -> int:
        """Return how many bytes a file of a format may have."""
        return self.workbook_bytes if file_format == "xlsx" else self.size_bytes


LIMITS = Limits()  # a staff list is compared whole with the one in force
BULK = replace(LIMITS, size_bytes=256 * MIB, rows=1_000_000)  # results are read a row at a time
DIRECT_BYTES = 4 * MIB  # what a route takes in its body; more goes by POST /uploads
