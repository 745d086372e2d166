"""What every PynamoDB model shares: its name from the environment, its keys `pk` and `sk`, its format and its life.

Tables are made by `template.yaml`, never by a model. A model says `class Meta(TableMeta): logical = "person"` and is
found under `TABLE_PERSON`, so that a restore can put another table in its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any, Self, TypeVar

from botocore.exceptions import ClientError
from botocore.session import Session, get_session
from pynamodb.attributes import NumberAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

FORMAT = 1
_LOST = "ConditionalCheckFailedException"


class _TableName:
    """The table's name, asked for at use: models are imported before an engine is known."""

    def __get__(self, instance: object, owner: type[TableMeta]) -> str:
        return os.environ[f"TABLE_{owner.logical.upper()}"]


class TableMeta:
    """Base of every model's `Meta`; `logical` is the table's name in `docs/data-model.md`."""

    logical = ""
    table_name = _TableName()
    connect_timeout_seconds = 3
    read_timeout_seconds = 10
    max_retry_attempts = 4


@lru_cache(maxsize=1)
def _session() -> Session:
    return get_session()


_MAKING = Lock()


def with_client(connection: Connection) -> Connection:
    """Make a connection's client, unless it has one, by the session that all clients of the process are made by.

    A session reads what is known of DynamoDB: 55 ms and 10 MB, which PynamoDB pays for each model. With a session that
    has read it a client is 3 ms. Sessions are not for two threads at once.
    """
    with _MAKING:
        if connection._client is None:  # noqa: SLF001 - PynamoDB has no way to hand a session in
            connection._local.session = _session()  # noqa: SLF001 - the same
            connection.client  # noqa: B018 - made when it is asked for
    return connection


class Table(Model):
    """Base of every model: the row's format version, and the instant after which it must not be shown."""

    v = NumberAttribute(default=FORMAT)
    ttl = NumberAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        made = super()._get_connection()
        with_client(made.connection)
        return made

    def put_if_absent(self) -> bool:
        """Write the row unless its key is taken; tell whether this call wrote it."""
        key = next(attribute for attribute in self.get_attributes().values() if attribute.is_hash_key)
        return self.put_if(key.does_not_exist())

    def put_if(self, condition: Condition) -> bool:
        """Write the row if the stored one meets a condition; tell whether this call wrote it."""
        try:
            self.save(condition=condition)
        except PutError as error:
            if _is_lost(error):
                return False
            raise
        return True

    def update_if(self, actions: list[Action], condition: Condition) -> bool:
        """Change the stored row if it meets a condition; tell whether this call changed it."""
        try:
            self.update(actions=actions, condition=condition)
        except UpdateError as error:
            if _is_lost(error):
                return False
            raise
        return True

    @classmethod
    def find(cls, hash_key: Any, range_key: Any = None, *, at: int, consistent: bool = True) -> Self | None:
        """Return the row of a key, or None when there is none or its life is over at the instant `at`."""
        try:
            row = cls.get(hash_key, range_key, consistent_read=consistent)
        except cls.DoesNotExist:
            return None
        return row if alive(row, at) else None


def _is_lost(error: PutError | UpdateError) -> bool:
    # A connection that broke has no answer, and PynamoDB would ask that for its code.
    return isinstance(error.cause, ClientError) and error.cause_response_code == _LOST


Row = TypeVar("Row", bound=Table)


def alive(row: Table, at: int) -> bool:
    """Tell whether a row may still be shown: DynamoDB deletes late, so every read asks this."""
    return row.ttl is None or row.ttl > at


def living(rows: Iterable[Row], at: int) -> Iterator[Row]:
    """Keep the rows that may still be shown at the instant `at`."""
    return (row for row in rows if alive(row, at))
