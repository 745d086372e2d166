"""The `pass` table: pid / `scope#exp#<holder key thumbprint or printed>`, one row for each signed pass."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.passes.rules import Signed
from functions.shared.clock import DAY_S
from functions.shared.tables import Table, TableMeta

PRINTED: Final = "printed"
KEPT_S: Final = 14 * DAY_S


class PassRow(Table):
    """A signed pass, kept 14 days past its end. Whether it was withdrawn stands in the table `withdrawal` alone."""

    class Meta(TableMeta):
        """Found under `TABLE_PASS`."""

        logical = "pass"

    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    place = UnicodeAttribute(range_key=True, attr_name="sk")
    sub = UnicodeAttribute()
    kid = UnicodeAttribute()
    status_list = UnicodeAttribute(attr_name="list")
    status_index = NumberAttribute(attr_name="index")
    token = UnicodeAttribute()
    signed_at = NumberAttribute()
    expires_at = NumberAttribute()
    reason = UnicodeAttribute(null=True)  # why it was printed; JWE, for it is somebody's prose

    @property
    def scope(self) -> str:
        """The unit the pass was signed for."""
        return self.place.split("#", 1)[0]

    @property
    def holder(self) -> str:
        """The thumbprint of the holder's key, or `printed`, with a number from the second copy on."""
        return self.place.rsplit("#", 1)[1]

    @property
    def printed(self) -> bool:
        """Whether the pass is on paper."""
        return self.holder.partition(".")[0] == PRINTED

    def signed(self, *, withdrawn: bool) -> Signed:
        """Return what the rules read of it."""
        return Signed(int(self.expires_at), withdrawn, self.printed)


def place_of(scope: str, expires_at: int, holder: str) -> str:
    """Return the sort key of a pass: the same facts always give the same row."""
    return f"{scope}#{expires_at}#{holder}"


def passes_of(pid: str, scope: str) -> list[PassRow]:
    """Return every row of a person and scope that the table holds, read consistently: law 6 rests on it."""
    return list(PassRow.query(pid, PassRow.place.startswith(f"{scope}#"), consistent_read=True))
