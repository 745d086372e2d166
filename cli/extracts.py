"""A day's extract of the key statement: what a guard's first visit downloads instead of the month's."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from credentials import KeySet, Signer, Untrusted
from credentials.statement import Statement, days_of, of_day, peek_statement, sign_statement


def extracts(
    token: str, keys: Sequence[Mapping[str, Any]], root: Signer, previous: str | None
) -> Iterator[tuple[str, str]]:
    """Yield each UTC day of a statement's life with the statement's extract for it, signed by the same root key."""
    whole = peek_statement(token)
    for day in days_of(whole.iat, whole.exp):
        extract = sign_statement(
            issuer=whole.iss,
            at=whole.iat,
            keys=of_day(keys, day),
            signer=root,
            previous=previous,
            not_before=whole.not_before,
            expires_at=whole.exp,
        )
        yield _name(day), extract


def check_extracts(whole: Statement, folder: Path, roots: Sequence[Mapping[str, Any]], at: int) -> None:
    """Hold every extract in a folder to its statement: one for each day, by the same root, with the same word.

    Raises:
        Untrusted: a day is missing, a file is of no day, or an extract says something that the statement does not.
    """
    due = {f"{_name(day)}.jwt" for day in days_of(whole.iat, whole.exp)}
    held = {path.name for path in folder.iterdir()}
    if held != due:
        raise Untrusted(f"extracts: {len(due - held)} days are missing, {len(held - due)} files are of no day")
    for name in sorted(due):
        said = KeySet.from_statement((folder / name).read_text(encoding="ascii"), roots=roots, at=at).statement
        if said is None or _word(said) != _word(whole) or said.pages:
            raise Untrusted(f"extract {name} differs from the statement")
        if any(key not in whole.keys for key in said.keys):
            raise Untrusted(f"extract {name} names a key that the statement does not")


def _word(statement: Statement) -> tuple[object, ...]:
    return statement.iss, statement.iat, statement.exp, statement.seq, statement.prev, statement.not_before


def _name(day: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(day))
