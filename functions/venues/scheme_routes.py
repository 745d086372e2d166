"""The end of the scheme in a district over HTTP: an officer of the whole district sets it, a day ahead at least."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from functions.audit import service as audit
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Malformed
from functions.venues import scheme
from functions.venues.reach import require_district

routes = Routes("scheme")


class SchemeIn(Struct, frozen=True, forbid_unknown_fields=True):
    """When venue codes end in a district; null takes the end back."""

    ends_at: Annotated[str, Meta(min_length=16, max_length=35, examples=["2027-03-01T00:00:00+08:00"])] | None


class SchemeOut(Struct, frozen=True):
    """When venue codes end in a district, null while no end is set, and whether that instant has come."""

    ends_at: str | None
    over: bool


@routes.get(
    "/districts/{area}/scheme", roles={"officer"}, answer=SchemeOut, summary="When venue codes end in a district"
)
def scheme_of(request: Request, area: str) -> SchemeOut:
    """Answer the end that is set."""
    require_district(request.caller, area)
    return _shaped(scheme.end_of(area, request.at), request.at)


@routes.put(
    "/districts/{area}/scheme",
    roles={"officer"},
    body=SchemeIn,
    answer=SchemeOut,
    summary="Set when venue codes end in a district, a day ahead at least, or take it back; nothing is recorded afterwards",
)
def set_end(request: Request, area: str) -> SchemeOut:
    """Set, move or take back the end; the same again changes nothing."""
    require_district(request.caller, area)
    ends_at = _instant(request.body.ends_at)
    scheme.set_end(area, ends_at, request.at)
    act = "district.scheme-goes-on" if ends_at is None else "district.scheme-end-set"
    audit.record(request.caller.actor, act, case=area, count=1, at=request.at)
    return _shaped(ends_at, request.at)


def _instant(text: str | None) -> int | None:
    try:
        return None if text is None else parse_instant(text)
    except (ValueError, OverflowError):
        wrong = FieldError("/ends_at", "instant", "2027-03-01T00:00:00+08:00")
        raise Malformed("`ends_at` is an instant by RFC 3339, or null.", errors=(wrong,)) from None


def _shaped(ends_at: int | None, at: int) -> SchemeOut:
    return SchemeOut(None if ends_at is None else rfc3339(ends_at), ends_at is not None and at >= ends_at)
