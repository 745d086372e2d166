"""What an auditor reads of verdicts and withdrawals: everything a cause rests on, by pid, and no name, phone or number."""

from __future__ import annotations

import msgspec


class RecordOut(msgspec.Struct, frozen=True):
    """A laboratory's row about a person as it counts today, and when its file was received; epoch seconds."""

    lab: str
    tube: str
    revision: int
    pool_size: int
    sampled_at: int
    result: str
    received_at: int


class WithdrawalOut(msgspec.Struct, frozen=True):
    """A withdrawal as it is stored, with its ground."""

    list: str
    index: int
    cause: str
    withdrawn_at: int
    decided_at: int
    policy: str
    evidence: str
    by: str


class PassOut(msgspec.Struct, frozen=True):
    """A signed pass of a person and unit: its place, its life, and its withdrawal if there is one."""

    list: str
    index: int
    printed: bool
    signed_at: int
    expires_at: int
    withdrawal: WithdrawalOut | None


class StoredVerdictOut(msgspec.Struct, frozen=True):
    """A stored verdict, the facts as they are kept today, and the passes that were signed on it.

    `listed` to `ends_at` are the unit's: whether its list in force names the person for the instant of the decision,
    until when, and since when that list is in force; `approved` is null for a unit nobody registered.
    """

    pid: str
    unit: str
    verdict: str
    cause: str
    decided_at: int
    run: str
    policy: str
    evidence: str
    expires_at: int
    listed: bool
    listed_until: int | None
    list_since: int
    approved: bool | None
    ends_at: int | None
    records: list[RecordOut]
    passes: list[PassOut]


class StoredVerdictsOut(msgspec.Struct, frozen=True):
    """A page of one part of the table; it may be short, or empty, and not the last: `next` says so."""

    verdicts: list[StoredVerdictOut]
    next: str | None = None


class WithdrawalsOut(msgspec.Struct, frozen=True):
    """A page of one status list's withdrawals."""

    withdrawals: list[WithdrawalOut]
    next: str | None = None
