"""Several rows written together or not at all (DynamoDB TransactWriteItems)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.shared.tables import with_client

_LOST: Final = {"ConditionalCheckFailed", "TransactionConflict"}


@lru_cache(maxsize=1)
def _connection() -> Connection:
    return with_client(Connection(connect_timeout_seconds=3, read_timeout_seconds=10, max_retry_attempts=4))


def transaction() -> TransactWrite:
    """Return a transaction to be filled in a `with` block; leaving the block commits it."""
    return TransactWrite(connection=_connection())


def lost(error: TransactWriteError) -> bool:
    """Tell whether a transaction failed because a row was not, or no longer, as its condition says.

    A conflict with another transaction counts too: in both cases one reads again and decides again.
    """
    reasons = [reason.code for reason in error.cancellation_reasons if reason]
    return bool(reasons) and all(code in _LOST for code in reasons)
