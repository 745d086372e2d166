"""Every way a credential is refused.

    Refused
    ├── Unreadable      unreadable      not a pass at all: shape, encoding, size, JSON, profile
    ├── Untrusted       untrusted       unknown key, wrong issuer, bad signature
    ├── NotYetValid     not-yet-valid   shown before its time, or issued in the future
    ├── Expired         expired         shown after its time
    ├── Withdrawn       withdrawn       taken back by its issuer
    ├── NotLive         not-live        the holder's proof is missing, stale, ahead, or for another pass
    └── StatusUnknown   status-unknown  nobody can say whether it was withdrawn

The leaves are verdicts and carry their evidence. The sentence a person reads is chosen from `code`, elsewhere.
No message names a person: a refusal may be logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from credentials.passes import Pass


class Refused(Exception):
    """The only exception that leaves `verify*`, whatever it was given."""

    code: ClassVar[str] = "refused"


class Unreadable(Refused):
    """Not a credential of ours at all.

    `law` names the law that failed: size, compact, header, canonical, text, shape, transport, live, status…
    """

    code = "unreadable"

    def __init__(self, law: str, detail: str = "") -> None:
        super().__init__(f"{law}: {detail}" if detail else law)
        self.law = law


class Untrusted(Refused):
    """Well formed, and not signed by a key that may sign it for this issuer; `kid` is the key it named."""

    code = "untrusted"

    def __init__(self, detail: str, kid: str | None = None) -> None:
        super().__init__(detail)
        self.kid = kid


class Mistimed(Refused):
    """Carries `credential` (the pass, or None for a list or a statement) and `instant`, in epoch seconds."""

    def __init__(self, credential: Pass | None, instant: int) -> None:
        super().__init__(f"{self.code} at {instant}")
        self.credential = credential
        self.instant = instant


class NotYetValid(Mistimed):
    """Its time has not come; `instant` is when it does."""

    code = "not-yet-valid"


class Expired(Mistimed):
    """Its time is over; `instant` is when it ended."""

    code = "expired"


class Withdrawn(Refused):
    """Its bit is set in the status list, or it is older than the key statement's `not_before`."""

    code = "withdrawn"

    def __init__(self, credential: Pass | None) -> None:
        super().__init__(self.code)
        self.credential = credential


class NotLive(Refused):
    """The holder's proof is missing or wrong; `age_s` is the proof's age in seconds, None where it has none."""

    code = "not-live"

    def __init__(self, detail: str, credential: Pass | None = None, age_s: int | None = None) -> None:
        super().__init__(detail)
        self.credential = credential
        self.age_s = age_s


class StatusUnknown(Refused):
    """No list says whether it was withdrawn; `age_s` is the age of the list that was at hand, None without one."""

    code = "status-unknown"

    def __init__(self, detail: str, credential: Pass | None = None, age_s: int | None = None) -> None:
        super().__init__(detail)
        self.credential = credential
        self.age_s = age_s
