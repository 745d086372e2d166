"""Printed passes: for people who have no device, asked for by their unit or an officer, with a reason."""

from __future__ import annotations

from typing import Literal, get_args

from functions.audit import service as audit
from functions.passes import issuing
from functions.passes.refs import pid_of_ref
from functions.people import service as people
from functions.shared.problems import Conflict, NotFound
from functions.staff import service as staff

Format = Literal["pdf", "svg", "png", "url"]
FORMATS: tuple[Format, ...] = get_args(Format)


def print_pass(unit: str, ref: str, reason: str, *, actor: str, at: int) -> str:
    """Return the token of a printed pass for the person that a unit's ref means.

    A row of the audit log is written before anything is signed; the reason itself is kept, encrypted, with the pass.

    Raises:
        NotFound: the ref is none of this unit's, or the person has left its list.
        Conflict: `has-device` when the person can show a live pass, or the cause why they are not entitled.
    """
    pid = pid_of_ref(unit, ref)
    if staff.listing(unit, pid, at) is None:
        raise NotFound("There is no such person on this unit's list.", code="person")
    if people.has_device(pid, at):
        raise Conflict("This person has a phone enrolled and shows the pass on it.", code="has-device")
    asked = audit.hash_of(unit, ref, reason)
    audit.record(actor, "pass.print", case=unit, query_hash=asked, count=1, at=at)
    return issuing.print_token(pid, unit, reason, at)
