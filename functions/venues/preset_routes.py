"""A district's presets over HTTP: what each kind of venue asks when it is approved."""

from __future__ import annotations

from functions.audit import service as audit
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Rejected
from functions.venues import presets
from functions.venues.policy import Policy
from functions.venues.policy_shapes import PresetOut, PresetsIn, PresetsOut, rules_out
from functions.venues.reach import require_district

routes = Routes("presets")


@routes.get(
    "/districts/{area}/presets",
    roles={"officer"},
    answer=PresetsOut,
    summary="What each kind of venue asks when it is approved in a district",
)
def told(request: Request, area: str) -> PresetsOut:
    """Answer every kind's preset."""
    require_district(request.caller, area)
    return _shaped(presets.own(area, request.at))


@routes.put(
    "/districts/{area}/presets",
    roles={"officer"},
    body=PresetsIn,
    answer=PresetsOut,
    summary="Set a district's presets; approved venues stay as they are, their managers are held to the new ones",
)
def keep(request: Request, area: str) -> PresetsOut:
    """Set the presets whole; the same again changes nothing."""
    require_district(request.caller, area)
    named = [one.kind for one in request.body.presets]
    twice = sorted({kind for kind in named if named.count(kind) > 1})
    if twice:
        raise Rejected(
            "A kind has one preset.", code="kind-twice", errors=(FieldError("/presets", "kind-twice", twice[0]),)
        )
    kept: dict[str, Policy] = {one.kind: one.policy.policy() for one in request.body.presets}
    presets.keep(area, kept)
    audit.record(request.caller.actor, "district.presets-set", case=area, count=len(kept), at=request.at)
    return _shaped(kept)


def _shaped(own: dict[str, Policy]) -> PresetsOut:
    shaped = (
        PresetOut(kind, kind in own, rules_out(own.get(kind, default)))  # type: ignore[arg-type]  # one of the kinds
        for kind, default in presets.DEFAULTS.items()
    )
    return PresetsOut(tuple(shaped))
