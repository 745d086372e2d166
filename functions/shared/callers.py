"""Who is asking: the roles, and what a caller's scope covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from functions.shared.problems import Forbidden

PUBLIC: Final = "public"
STAFF_ROLES: Final = frozenset({"unit", "lab", "officer", "worker", "tracer", "auditor"})
DEVICE_ROLES: Final = frozenset({"holder", "guard", "venue"})
ROLES: Final = STAFF_ROLES | DEVICE_ROLES
AREA_ROLES: Final = frozenset({"officer", "worker", "tracer"})


_PLAIN = re.compile(r"[A-Za-z0-9_.@-]{1,100}")


@dataclass(frozen=True)
class Caller:
    """An authenticated caller: one role, one scope; `device` is the thumbprint of the key that made the DPoP proof."""

    role: str
    scope: str
    subject: str
    device: str = ""

    @property
    def actor(self) -> str:
        """How the caller is named in the audit log and in signed cursors."""
        # A provider's subject may be anything; the log and its readers know a plain form.
        plain = _PLAIN.fullmatch(self.subject) is not None
        return f"{self.role}:{self.subject if plain else sha256(self.subject.encode()).hexdigest()[:32]}"

    def require_scope(self, thing: str) -> None:
        """Refuse unless the caller's scope is exactly this unit, laboratory, gate, venue or pid.

        Raises:
            Forbidden: `scope`.
        """
        if self.scope != thing:
            raise Forbidden("Your account is for another one.", code="scope")

    def require_area(self, area: str) -> None:
        """Refuse unless the area lies in the caller's: containment of division codes is prefix.

        Raises:
            Forbidden: `scope`.
        """
        if not self.covers(area):
            raise Forbidden("This lies outside your area.", code="scope")

    def require_own(self, thing: str, area_of: Callable[[], str]) -> None:
        """Refuse unless the caller is the unit or laboratory itself, or an officer of the area it lies in.

        Args:
            thing: the unit's or laboratory's id.
            area_of: asked for its area once the caller may know whether there is such a thing; refuses when there is
                none.

        Raises:
            Forbidden: `scope`.
            NotFound: from `area_of`.
        """
        if self.role not in AREA_ROLES:
            self.require_scope(thing)
            area_of()
        else:
            self.require_area(area_of())

    def covers(self, area: str) -> bool:
        """Tell whether an area of an area role's scope contains `area`."""
        return self.role in AREA_ROLES and bool(self.scope) and area.startswith(self.scope)


NOBODY: Final = Caller(PUBLIC, "", "")
