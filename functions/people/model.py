"""The tables `person` (pid), `device` (pid / key thumbprint) and `code` (phone hash / purpose)."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.shared.tables import Table, TableMeta


class Person(Table):
    """Who somebody is: everything readable about them is a JWE; the phone's hash is there to be compared."""

    class Meta(TableMeta):
        """Found under `TABLE_PERSON`."""

        logical = "person"

    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    identity = UnicodeAttribute()  # JWE of JSON {id_type, id_number, name}
    phone = UnicodeAttribute()  # JWE of the first verified phone
    phone_hash = UnicodeAttribute()
    area = UnicodeAttribute(default="")  # a division code, once a community has registered the person
    enrolled_at = NumberAttribute()
    turn = NumberAttribute()  # rises with every change of the person's devices, so that two at once cannot make four


class Device(Table):
    """A key that may act for a person; leaves after 30 days unused."""

    class Meta(TableMeta):
        """Found under `TABLE_DEVICE`."""

        logical = "device"

    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    thumbprint = UnicodeAttribute(range_key=True, attr_name="sk")
    label = UnicodeAttribute()
    added_at = NumberAttribute()
    used_at = NumberAttribute()


class Code(Table):
    """A one-time code by its hash, or a count of how many were asked for (`purpose` begins with `limit#`)."""

    class Meta(TableMeta):
        """Found under `TABLE_CODE`."""

        logical = "code"

    phone_hash = UnicodeAttribute(hash_key=True, attr_name="pk")
    purpose = UnicodeAttribute(range_key=True, attr_name="sk")
    code_hash = UnicodeAttribute(null=True)
    tries = NumberAttribute(default=0)
    used_by = UnicodeAttribute(null=True)  # the device key it was used for: that device may repeat itself
    sent = NumberAttribute(default=0)
