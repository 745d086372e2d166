"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on hostile or mistaken files; the work done on any file is bounded by them."""

    size_bytes: int = 64 * MIB
    unpacked_bytes: int = 512 * MIB  # 200,000 rows of eight columns were seen to unpack to 90 MiB
    members: int = 2_000
    rows: int = 200_000
    columns: int = 256
    cell: int = 4_000
    memory_bytes: int = 2_048 * MIB  # of the process that reads a workbook
    seconds: int = 120


LIMITS = Limits()
DIRECT_BYTES = 4 * MIB  # what a route takes in its body; more goes by POST /uploads
