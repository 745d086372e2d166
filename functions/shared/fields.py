"""Personal data at rest: one JWE a field, under a data key per table and day (or per upload), wrapped by KMS.

The JWE's protected header (RFC 7516) names the table, the row's key and the field, and is checked on opening, so that
a value copied to another row, column or table does not open there.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto import jwe, jwk
from jwcrypto.common import JWException, base64url_decode, base64url_encode
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from functions.shared.aws import client
from functions.shared.clock import china_day, now
from functions.shared.tables import Table, TableMeta


class DataKey(Table):
    """A data key as KMS wrapped it; the plain key is never stored. It has no end of life: a person's fields need it."""

    class Meta(TableMeta):
        """Found under `TABLE_DATA_KEY`."""

        logical = "data_key"

    name = UnicodeAttribute(hash_key=True, attr_name="pk")
    wrapped = BinaryAttribute(legacy_encoding=False)


class Unopenable(Exception):
    """A stored field does not open: moved, altered, or its key is gone. Carries no part of the value."""


@dataclass(frozen=True)
class Fields:
    """The encrypted fields of one table.

    `period` names the data key: the calendar day by default, or an upload's job for rows that live and die with it.
    """

    table: str
    period: str = ""

    algorithms: ClassVar[list[str]] = ["dir", "A256GCM"]

    def encrypt(self, key: str, field: str, text: str) -> str:
        """Return a compact JWE of `text`, bound to this table, the row's `key` and the `field`'s name."""
        kid = f"{self.table}#{self.period or china_day(now())}"
        header = {"alg": "dir", "enc": "A256GCM", "kid": kid, "tbl": self.table, "key": key, "fld": field}
        # RFC 7516 §5.1 by hand: jwcrypto takes 0.3 ms for it, and a list of 100,000 people notices. It still opens them.
        protected = base64url_encode(json.dumps(header, separators=(",", ":")))
        nonce = os.urandom(12)
        sealed = AESGCM(_raw_key(kid)).encrypt(nonce, text.encode(), protected.encode())
        parts = (base64url_encode(nonce), base64url_encode(sealed[:-16]), base64url_encode(sealed[-16:]))
        return f"{protected}..{'.'.join(parts)}"

    def decrypt(self, key: str, field: str, text: str) -> str:
        """Open a field.

        Raises:
            Unopenable: when it was not encrypted for this table, row and field, or does not authenticate.
        """
        try:
            token = jwe.JWE(algs=self.algorithms)
            token.deserialize(text)
            header = json.loads(token.objects["protected"])
            if (header.get("tbl"), header.get("key"), header.get("fld")) != (self.table, key, field):
                raise Unopenable(f"{self.table}.{field} belongs to another place")
            token.decrypt(_data_key(header["kid"], create=False))
        except (JWException, ValueError, KeyError) as error:
            raise Unopenable(f"{self.table}.{field} does not open") from error
        return bytes(token.payload).decode()


@lru_cache(maxsize=512)
def _data_key(kid: str, *, create: bool) -> jwk.JWK:
    row = DataKey.find(kid, at=0)
    if row is None and create:
        row = _new_data_key(kid)
    if row is None:
        raise KeyError(kid)
    answer = client("kms").decrypt(
        CiphertextBlob=row.wrapped, EncryptionContext=_context(kid), KeyId=os.environ["KEY_DATA"]
    )
    return jwk.JWK(kty="oct", k=base64url_encode(answer["Plaintext"]))


@lru_cache(maxsize=512)
def _raw_key(kid: str) -> bytes:
    return bytes(base64url_decode(json.loads(_data_key(kid, create=True).export_symmetric())["k"]))


def _new_data_key(kid: str) -> DataKey | None:
    made = client("kms").generate_data_key_without_plaintext(
        KeyId=os.environ["KEY_DATA"], KeySpec="AES_256", EncryptionContext=_context(kid)
    )
    row = DataKey(kid, wrapped=made["CiphertextBlob"])
    return row if row.put_if_absent() else DataKey.find(kid, at=0)


def _context(kid: str) -> dict[str, str]:
    return {"purpose": "field", "kid": kid}
