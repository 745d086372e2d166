"""Verdicts and passes as the command line tells them: to a person, and as JSON."""

from __future__ import annotations

import json
from typing import Any

import click
import msgspec

from credentials import Pass, Refused
from credentials.refusals import Mistimed, NotLive, StatusUnknown, Unreadable, Untrusted, Withdrawn

SENTENCES = {
    "ok": "This pass is genuine.",
    "unreadable": "This is not an epidemic pass.",
    "untrusted": "This pass was not signed by a key of this issuer.",
    "not-yet-valid": "This pass is not valid yet.",
    "expired": "This pass has expired.",
    "withdrawn": "This pass was withdrawn by its issuer.",
    "not-live": "The holder's live proof is missing or wrong: it may be a picture of a pass.",
    "status-unknown": "No status list at hand says whether this pass was withdrawn.",
}


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def verdict_of(credential: Pass | None, refusal: Refused | None) -> dict[str, Any]:
    """The answer of the HTTP API's `verify`, as a document: verdict, code, cause, credential."""
    if refusal is None and credential is not None:
        cause = "check-identity" if credential.printed else None
        verdict = "unsure" if credential.printed else "accepted"
        return {"verdict": verdict, "code": "ok", "cause": cause, "credential": members_of(credential)}
    if refusal is None:
        raise ValueError("neither a pass nor a refusal")
    verdict = "unsure" if isinstance(refusal, StatusUnknown) else "refused"
    found = {"verdict": verdict, "code": refusal.code, "cause": str(refusal), **_evidence(refusal)}
    shown = carried_by(refusal)
    if shown is not None:
        found["credential"] = members_of(shown)
    return found


def carried_by(refusal: Refused) -> Pass | None:
    """The pass a refusal carries, when it got so far."""
    if isinstance(refusal, Mistimed | Withdrawn | NotLive | StatusUnknown):
        return refusal.credential
    return None


def _evidence(refusal: Refused) -> dict[str, Any]:
    if isinstance(refusal, Unreadable):
        return {"law": refusal.law}
    if isinstance(refusal, Untrusted):
        return {"kid": refusal.kid}
    if isinstance(refusal, Mistimed):
        return {"instant": refusal.instant}
    if isinstance(refusal, NotLive | StatusUnknown):
        return {"age_s": refusal.age_s}
    return {}


def members_of(credential: Pass) -> dict[str, Any]:
    """A pass as plain JSON values in snake case."""
    checks = {"live": credential.live, "printed": credential.printed, "status_checked": credential.status_checked}
    found: dict[str, Any] = _plain(credential.payload)
    return {**found, **checks}


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        members = {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        return {name: member for name, member in members.items() if member is not None}
    return list(value) if isinstance(value, tuple) else value


def rows_of(credential: Pass) -> list[tuple[str, str]]:
    """What a guard or auditor reads of a pass, line by line."""
    subject, document = credential.credential_subject, credential.credential_subject.official_document
    rows = [
        ("name", subject.name),
        ("unit", subject.unit),
        ("zone", subject.zone or "–"),
        ("venues", "、".join(subject.venues) or "–"),
        ("document", f"{document.number} · {document.issued_by}"),
        ("sampled", subject.test.sampled_at),
        ("valid", f"{credential.valid_from} to {credential.valid_until}"),
        ("subject", credential.sub),
        ("reference", subject.test.reference),
        ("status", f"{credential.credential_status.status_list_credential} #{credential.credential_status.status_list_index}"),
        ("kind", "printed: check the identity" if credential.printed else "bound to the holder's key"),
    ]  # fmt: skip
    if subject.document_tail is not None:
        rows.insert(1, ("id ends in", subject.document_tail))
    return rows


def print_rows(rows: list[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    for name, value in rows:
        click.echo(f"  {name:<10} {value}")
