"""The tables `status_list` (a list, or the head of a half-day) and `withdrawal` (list / index)."""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class StatusListRow(Table):
    """A status list: the next counter, the secret its indices are scattered with, how often publishing was asked for.

    `busy_until` is the lease of whoever is publishing it; `published_at` the instant of the newest one.

    The secret never leaves this table: who knew it could tell which passes were signed one after the other.
    """

    class Meta(TableMeta):
        """Found under `TABLE_STATUS_LIST`."""

        logical = "status_list"

    name = UnicodeAttribute(hash_key=True, attr_name="pk")
    next = NumberAttribute(default=0)
    size = NumberAttribute()
    secret = BinaryAttribute(legacy_encoding=False)
    generation = NumberAttribute(default=0)
    published_at = NumberAttribute(default=0)
    opened_at = NumberAttribute()
    busy_until = NumberAttribute(default=0)


class HalfDayRow(Table):
    """The head of a half-day: which wave of its lists is being filled."""

    class Meta(TableMeta):
        """Shares the table `status_list`: a half-day's name is no list's name."""

        logical = "status_list"

    half = UnicodeAttribute(hash_key=True, attr_name="pk")
    wave = NumberAttribute(default=0)


class WithdrawalRow(Table):
    """One withdrawn pass, put once and never changed: the only truth about withdrawal."""

    class Meta(TableMeta):
        """Found under `TABLE_WITHDRAWAL`."""

        logical = "withdrawal"

    list_name = UnicodeAttribute(hash_key=True, attr_name="pk")
    index = UnicodeAttribute(range_key=True, attr_name="sk")
    cause = UnicodeAttribute()
    withdrawn_at = NumberAttribute()
