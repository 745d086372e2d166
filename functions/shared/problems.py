"""What a request may be refused with: RFC 9457 problem details, one leaf an HTTP status.

Problem
├── Malformed        400  the request is not of the form the interface asks for
├── Unauthenticated  401  no token, or one we do not accept
├── Forbidden        403  a good token for somebody else's thing
├── NotFound         404
├── Conflict         409  true a moment ago, or done already
├── TooLarge         413
├── UnsupportedType  415
├── Rejected         422  well-formed, but it breaks a law of the domain
├── TooMany          429  carries Retry-After
└── Unavailable      503  somebody we depend on does not answer; carries Retry-After
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One broken law: a JSON pointer (RFC 6901) to where, the law's name, what to do. Never the value."""

    pointer: str
    law: str
    detail: str


class ProblemBody(msgspec.Struct, frozen=True):
    """The body of every error, `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()


class Problem(Exception):
    """A refusal with a sentence for the person who must act on it, and a code for programs."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something failed on our side"
    default_code: ClassVar[str] = "internal"

    def __init__(
        self,
        detail: str,
        *,
        code: str = "",
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> ProblemBody:
        """Return the problem as the interface writes it."""
        return ProblemBody("about:blank", self.title, self.status, self.detail, self.code, self.errors)


class Malformed(Problem):
    """The request is not of the form the interface asks for."""

    status = 400
    title = "Malformed request"
    default_code = "malformed"


class Unauthenticated(Problem):
    """No token, or one that is not accepted here."""

    status = 401
    title = "Sign in first"
    default_code = "unauthenticated"


class Forbidden(Problem):
    """The token is good, but not for this."""

    status = 403
    title = "Not allowed"
    default_code = "forbidden"


class NotFound(Problem):
    """There is no such thing, or none the caller may know of."""

    status = 404
    title = "Not found"
    default_code = "not-found"


class MethodNotAllowed(Problem):
    """The path exists, but not with this method."""

    status = 405
    title = "Method not allowed"
    default_code = "method-not-allowed"


class Conflict(Problem):
    """The thing's state does not allow this any more."""

    status = 409
    title = "Conflict"
    default_code = "conflict"


class TooLarge(Problem):
    """The body is over the stated limit."""

    status = 413
    title = "Too large"
    default_code = "too-large"


class UnsupportedType(Problem):
    """The body's media type is not one this route reads."""

    status = 415
    title = "Unsupported media type"
    default_code = "unsupported-media-type"


class Rejected(Problem):
    """Well-formed, but it breaks a law; `errors` says which and where."""

    status = 422
    title = "Rejected"
    default_code = "rejected"


class TooMany(Problem):
    """Asked too often; `Retry-After` says when to come back."""

    status = 429
    title = "Too many requests"
    default_code = "too-many-requests"

    def __init__(self, detail: str, *, retry_after_s: int, code: str = "") -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after_s)})


class Unavailable(Problem):
    """Somebody we depend on does not answer; trying again is right: what was done before that counts once."""

    status = 503
    title = "Not available"
    default_code = "unavailable"

    def __init__(self, detail: str, *, retry_after_s: int, code: str = "") -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after_s)})
