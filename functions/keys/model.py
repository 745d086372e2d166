"""The day keys' table: public JWK in the clear, private key as KMS wrapped it."""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class DayKey(Table):
    """One signing key, for one use and one day; only the function of that use may have KMS unwrap it."""

    class Meta(TableMeta):
        """Found under `TABLE_DAY_KEY`."""

        logical = "day_key"

    use = UnicodeAttribute(hash_key=True, attr_name="pk")
    day = UnicodeAttribute(range_key=True, attr_name="sk")
    x = UnicodeAttribute()
    y = UnicodeAttribute()
    nbf = NumberAttribute()
    exp = NumberAttribute()
    wrapped = BinaryAttribute(legacy_encoding=False)
