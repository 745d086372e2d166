"""An encrypted field opens in its own table, row and column, and nowhere else."""

from __future__ import annotations

import pytest

from functions.shared.fields import DataKey, Fields, Unopenable
from infra.local import Service

NAME = "欧阳娜娜"


@pytest.fixture
def fields(engine: Service) -> Fields:
    """The fields of one table under one upload's key."""
    assert engine
    return Fields("person", period="upload-7")


def test_what_is_encrypted_opens_again(fields: Fields) -> None:
    """Round trip, and two encryptions of one text differ."""
    first, second = fields.encrypt("pid-1", "name", NAME), fields.encrypt("pid-1", "name", NAME)
    assert first != second
    assert fields.decrypt("pid-1", "name", first) == fields.decrypt("pid-1", "name", second) == NAME


@pytest.mark.parametrize(
    ("table", "key", "field"), [("staff", "pid-1", "name"), ("person", "pid-2", "name"), ("person", "pid-1", "phone")]
)
def test_a_value_moved_elsewhere_does_not_open(fields: Fields, table: str, key: str, field: str) -> None:
    """Copying somebody's encrypted name into another row, column or table shows nobody anything."""
    with pytest.raises(Unopenable):
        Fields(table).decrypt(key, field, fields.encrypt("pid-1", "name", NAME))


def test_every_altered_character_is_noticed(fields: Fields) -> None:
    """Header, nonce, text and tag are all authenticated."""
    token = fields.encrypt("pid-1", "name", NAME)
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        altered = token[:place] + other + token[place + 1 :]
        if altered[place] == "." or token[place] == ".":
            continue
        assert opened_or_refused(fields, altered) in (None, NAME), "only unused bits of base64url may differ"


def opened_or_refused(fields: Fields, token: str) -> str | None:
    """What a token opens to, or None when it is refused."""
    try:
        return fields.decrypt("pid-1", "name", token)
    except Unopenable:
        return None


def test_the_stored_key_is_not_the_key(fields: Fields) -> None:
    """What lies in the table is KMS ciphertext: longer than a key, and bound to its name."""
    fields.encrypt("pid-1", "name", NAME)
    row = DataKey.find("person#upload-7", at=0)
    assert row is not None
    assert len(row.wrapped) > 32
