"""What a person's page fetches: their state with its full cause, and passes bound to a fresh key."""

from __future__ import annotations

from dataclasses import dataclass

from functions.passes import issuing, roster
from functions.people import service as people
from functions.shared.callers import Caller
from functions.shared.problems import Conflict, NotFound, TooMany


@dataclass(frozen=True)
class Seen:
    """A person as they see themselves; `profile` is None for a test token's bearer, whom nobody enrolled."""

    profile: people.Profile | None
    devices: list[people.Held]
    standings: list[roster.Standing]


def look(caller: Caller, at: int) -> Seen:
    """Return everything a person may know of their own state.

    Raises:
        NotFound: nobody enrolled under the token's pid.
    """
    known = _profile(caller, at)
    return Seen(known, people.devices_of(caller.scope, at), list(roster.standings(caller.scope, known, at)))


def fetch(caller: Caller, holder_jwk: dict[str, str], thumbprint: str, unit: str, at: int) -> list[str]:
    """Return the tokens of every pass the person is entitled to, or of one unit's, bound to the key they proved.

    Raises:
        Conflict: with the full cause as its code, when there was one to fetch a moment ago, or in the unit asked for.
        NotFound: nobody enrolled under the token's pid, or the unit asked for does not list them.
    """
    known = _profile(caller, at)
    asked = [one for one in roster.standings(caller.scope, known, at) if unit in {"", one.unit.unit}]
    if unit and not asked:
        raise NotFound("You are not on the list of this unit.", code="not-listed")
    tokens: list[str] = []
    refused: Conflict | TooMany | None = None
    for standing in asked:
        try:
            tokens.append(_fetch_one(caller.scope, standing, holder_jwk, thumbprint, at))
        except (Conflict, TooMany) as problem:
            refused = problem
    if refused is not None and unit and not tokens:
        raise refused
    return tokens


def _fetch_one(pid: str, standing: roster.Standing, holder_jwk: dict[str, str], thumbprint: str, at: int) -> str:
    if standing.told.cause:
        raise Conflict("There is no pass to fetch now; your status says why and what to do.", code=standing.told.cause)
    return issuing.issue(pid, standing.unit.unit, holder_jwk, thumbprint, at)


def _profile(caller: Caller, at: int) -> people.Profile | None:
    people.require_device(caller.scope, caller.device, at)
    known = people.profile(caller.scope, at)
    if known is None and caller.device:
        raise NotFound("Nobody is enrolled under this token.", code="not-enrolled")
    return known
