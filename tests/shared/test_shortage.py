"""What is refused because there was no room, or nobody answered, is refused in order: 503, and when to come back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, IncompleteReadError, ReadTimeoutError
from pynamodb.exceptions import CancellationReason, GetError, PutError, TransactWriteError, VerboseClientError

from functions.shared.shortage import is_shortage, refusal


def told(code: str) -> ClientError:
    """A service's answer by its code."""
    return ClientError({"Error": {"Code": code, "Message": "later"}}, "PutItem")


def cancelled(*codes: str | None) -> TransactWriteError:
    """A transaction that was cancelled for these reasons, one a row."""
    reasons = [CancellationReason(code, "") if code else None for code in codes]
    answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
    return TransactWriteError(
        "cancelled", VerboseClientError(answer, "TransactWriteItems", cancellation_reasons=reasons)
    )


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (told("ProvisionedThroughputExceededException"), True),
        (told("ThrottlingException"), True),
        (told("SlowDown"), True),
        (told("InternalServerError"), True),
        (told("AccessDeniedException"), False),
        (told("ConditionalCheckFailedException"), False),
        (PutError("put", told("ThrottlingException")), True),
        (PutError("put", told("ValidationException")), False),
        (GetError("get", EndpointConnectionError(endpoint_url="http://x")), True),
        (ReadTimeoutError(endpoint_url="http://x"), True),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), True),
        (cancelled(None, "ThrottlingError"), True),
        (cancelled("ConditionalCheckFailed", None), False),
        (RuntimeError("a fault of ours"), False),
        (KeyError("code"), False),
    ],
)
def test_a_shortage_is_told_from_a_fault(error: BaseException, short: bool) -> None:  # noqa: FBT001 - drawn
    """A throttle, a service's own failure and a broken connection are no fault of ours; a missing right is."""
    assert is_shortage(error) is short


def test_what_led_to_an_error_counts_and_a_chain_that_bites_its_tail_ends() -> None:
    """The throttle may lie under the error that reached the route."""
    outer: Any = RuntimeError("settled by nobody")
    outer.__cause__ = told("ThrottlingException")
    assert is_shortage(outer)
    tail: Any = RuntimeError("a")
    tail.__cause__ = RuntimeError("b")
    tail.__cause__.__cause__ = tail
    assert not is_shortage(tail)


def test_those_who_are_told_do_not_all_come_back_at_once() -> None:
    """The wait is spread over some seconds, and says so in whole ones."""
    waits = {int(refusal().headers["Retry-After"]) for _ in range(200)}
    assert len(waits) > 1
    assert min(waits) >= 1
    assert max(waits) <= 10
    assert (refusal().status, refusal().code) == (503, "busy")
