"""Conditional writes that failed: for another row's sake, or because nobody answered."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from pynamodb.exceptions import PutError, UpdateError

from functions.shared import tables

NOWHERE = "http://127.0.0.1"


def _answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}}, "PutItem")


@pytest.mark.parametrize("kind", [PutError, UpdateError])
def test_a_connection_that_broke_is_no_condition_that_was_not_met(kind: type[PutError | UpdateError]) -> None:
    """It has no answer to look into: it is told as what it is, and not as a fault of the code that asks."""
    for cause in (ConnectionClosedError(endpoint_url=NOWHERE), ReadTimeoutError(endpoint_url=NOWHERE)):
        assert not tables._is_lost(kind("m", cause))
    assert tables._is_lost(kind("m", _answered("ConditionalCheckFailedException")))
    assert not tables._is_lost(kind("m", _answered("ProvisionedThroughputExceededException")))
