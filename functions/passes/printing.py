"""Printed passes: for people who have no device, asked for by their unit or an officer, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pynamodb.exceptions import PynamoDBException

from functions.audit import service as audit
from functions.lookups import service as lookups
from functions.matching import rules as decisions
from functions.passes import issuing
from functions.passes.refs import pid_of_ref
from functions.people import service as people
from functions.shared import log
from functions.shared.problems import Conflict, NotFound, Problem
from functions.shared.threads import spread
from functions.staff import service as staff

Format = Literal["pdf", "svg", "png", "url"]
FORMATS: tuple[Format, ...] = get_args(Format)
_OURS = frozenset({"busy", "withdrawn"})  # codes that say nothing of a person's health


@dataclass(frozen=True)
class Printed:
    """The outcome for one ref: a token, or the cause why nothing was printed."""

    ref: str
    token: str = ""
    cause: str = ""


def print_pass(unit: str, ref: str, reason: str, *, actor: str, at: int) -> str:
    """Return the token of a printed pass for the person that a unit's ref means.

    A row of the audit log is written before anything is signed; the reason itself is kept, encrypted, with the pass.

    Raises:
        NotFound: the ref is none of this unit's, or the person has left its list.
        Conflict: `has-device` when the person can show a live pass, or the coarse cause why they are not entitled:
            who prints never learns a medical one.
    """
    pid = pid_of_ref(unit, ref)
    if staff.listing(unit, pid, at) is None:
        raise NotFound("There is no such person on this unit's list.", code="person")
    if people.has_device(pid, at):
        raise Conflict("This person has a phone enrolled and shows the pass on it.", code="has-device")
    asked = audit.hash_of(unit, ref, reason)
    audit.record(actor, "pass.print", case=unit, query_hash=asked, count=1, at=at)
    try:
        token = issuing.print_token(pid, unit, reason, at)
    except Conflict as problem:
        told = problem.code if problem.code in _OURS else decisions.coarse(problem.code)
        raise Conflict("This person has no pass to print now; the unit's list of people says why.", code=told) from None
    lookups.note_printed(pid, unit, at)
    return token


def print_several(unit: str, refs: Iterable[str], reason: str, *, actor: str, at: int) -> list[Printed]:
    """Return what became of each of many refs, in order; one that is refused keeps no other from being printed.

    Of whom the audit log or a table takes no row nothing is printed either: their cause is `busy`, to be asked for again.
    """

    def one(ref: str) -> Printed:
        try:
            return Printed(ref, print_pass(unit, ref, reason, actor=actor, at=at))
        except (audit.NotRecorded, PynamoDBException) as error:
            # Nothing of this one leaves: the others are signed by now, and their rows are written.
            log.failure("print.failed", error, unit=unit)
            return Printed(ref, cause="busy")
        except Problem as problem:
            return Printed(ref, cause=problem.code)

    return list(spread(one, dict.fromkeys(refs), workers=4))
