"""Whether something failed because a service we depend on had no more room, or was not reached: then trying again is right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from botocore import exceptions as botocore
from pynamodb.exceptions import TransactWriteError

from functions.shared.problems import Unavailable

# As DynamoDB, KMS, S3, SQS and Step Functions call it, once the retries of their clients are used up.
_CODES: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_REASONS: Final = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
_SOON_S: Final = (2, 6)


def is_shortage(error: BaseException) -> bool:
    """Tell whether an error, or one that led to it, is a service's throttle, its own failure, or a broken connection."""
    return any(_says_so(one) for one in _chain(error))


def refusal() -> Unavailable:
    """Return what the caller is told. Spread in time, for all who are told it would else come back at once."""
    detail = "Too much at once just now. Send it again in a moment; what is sent twice counts once."
    return Unavailable(detail, retry_after_s=random.randint(*_SOON_S), code="busy")  # noqa: S311 - a wait, no secret


def _says_so(error: BaseException) -> bool:
    if isinstance(error, TransactWriteError):
        reasons = {reason.code for reason in error.cancellation_reasons if reason}
        if reasons & _REASONS:
            return True
    if isinstance(error, botocore.ClientError):
        return error.response.get("Error", {}).get("Code") in _CODES
    # The last: the body of an object ended before its length, which no client tries again by itself.
    return isinstance(error, botocore.ConnectionError | botocore.HTTPClientError | botocore.IncompleteReadError)


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _step in range(8):  # a chain that bites its tail ends too
        if found is None:
            return
        yield found
        # PynamoDB keeps what led to an error in `cause`.
        cause = getattr(found, "cause", None)
        found = cause if isinstance(cause, BaseException) else found.__cause__ or found.__context__
