"""One canary, step by step: listed and tested negative, a pass signed, the result corrected, the door watched.

Each canary is a person of its own, so that two at once, or one left half-way, concern nobody: its document's number is
drawn at random, its unit and laboratory can be registered by nobody, and its results, decisions and pass expire like
everybody's. Nobody is admitted with its pass: it is bound to a point of the curve whose private key nobody knows, so
a guard, who asks for a live proof, refuses it as `not-live` even before the correction withdraws it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.common import base64url_encode
from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import TransactWriteError

from credentials.proofs import thumbprint
from functions.canary import page, rules
from functions.canary.model import KEPT_S, CanaryRow
from functions.canary.rules import Canary
from functions.jobs import service as jobs
from functions.matching import service as matching
from functions.passes import issuing
from functions.shared import log
from functions.shared.clock import DAY_S
from functions.shared.pids import pid_of
from functions.shared.reserved import CANARY_AREA, CANARY_DOCUMENT, CANARY_LAB, CANARY_UNIT
from functions.shared.transactions import lost, transaction
from functions.staff import service as staff
from functions.units import service as units

_ENDS_AT: Final = 4_070_908_800  # 2099-01-01: as long as instants are written
_GENERATION: Final = "1"  # rows are added to it and expire; it is never replaced
_PERSON: Final = staff.Person("金丝雀", "", "0000")
_FACTS: Final = units.Facts("演练 Drill", CANARY_AREA, "", "", "CANARY", "epipass", 1, _ENDS_AT)


def advance(name: str, at: int) -> Canary:
    """Do what a canary needs next, or look what became of it, and return how far it is. Again is harmless.

    The first call of a name begins it. Every call is short: whoever waits calls again.
    """
    row = _row(name, at)
    if row.token is None:
        _prepare(row, at)
    elif row.corrected_at is None:
        _correct(row, at)
    elif row.seen_at is None:
        _watch(row, at)
    return row.read()


def goes_on(name: str, at: int) -> bool:
    """Tell whether a canary was begun and its correction has not been seen yet."""
    row = CanaryRow.find(name, at=at)
    return row is not None and row.seen_at is None


def report(canary: Canary, at: int) -> None:
    """Write the one line that the metric, and so the alarm, is made from (template.yaml)."""
    log.event(
        "canary.reported",
        canary=canary.name,
        state=canary.state,
        door_s=canary.door_s(at),
        applied_s=canary.since(canary.applied_at),
        decided_s=canary.since(canary.decided_at),
        published_s=canary.since(canary.seen_at),
    )


def _row(name: str, at: int) -> CanaryRow:
    row = CanaryRow.find(name, at=at)
    if row is None:
        CanaryRow(name, number=secrets.token_hex(16).upper(), begun_at=at, ttl=at + KEPT_S).put_if_absent()
        row = CanaryRow.get(name, consistent_read=True)
    return row


def _prepare(row: CanaryRow, at: int) -> None:
    """List the person and upload their negative; once an event has entitled them, sign their pass."""
    pid = _pid(row)
    if row.negative is None:
        _list(pid, int(row.begun_at))
        # Before the result, as whoever decides about somebody for the first time does: else its event is nobody's.
        matching.make_known([pid], at)
        row.update(actions=[CanaryRow.negative.set(_upload(row, at, corrected=False))])
    decided = matching.entitlement(pid, CANARY_UNIT, at)
    if decided is not None and decided.verdict == "eligible":
        holder = keyless(row.number)
        row.update(actions=[CanaryRow.token.set(issuing.issue(pid, CANARY_UNIT, holder, thumbprint(holder), at))])


def _correct(row: CanaryRow, at: int) -> None:
    """Upload the correction, once the page accepts the pass: else what it says afterwards would show nothing."""
    if page.verdict(row.token, at) != page.OK:
        return
    # First the instant, then the upload: killed between, the measure is too long and never too short.
    if row.update_if([CanaryRow.corrected_at.set(at)], CanaryRow.corrected_at.does_not_exist()):
        _send_correction(row, at)


def _send_correction(row: CanaryRow, at: int) -> None:
    row.update(actions=[CanaryRow.correction.set(_upload(row, at, corrected=True))])


def _watch(row: CanaryRow, at: int) -> None:
    """Note each stage when it is first seen; the door last, with the report."""
    if row.correction is None:
        _send_correction(row, at)
    if row.applied_at is None:
        _note(row, CanaryRow.applied_at, at, lambda: jobs.find(row.correction, at).state == "done")
    if row.decided_at is None:
        _note(row, CanaryRow.decided_at, at, lambda: _is_refused(row))
    if page.verdict(row.token, at) == page.WITHDRAWN:
        # First the report: killed between the two it is made twice, which moves no maximum, and never not at all.
        report(replace(row.read(), seen_at=at), at)
        _note(row, CanaryRow.seen_at, at, lambda: True)


def _note(row: CanaryRow, stage: NumberAttribute, at: int, has_come: Callable[[], bool]) -> None:
    if has_come():
        row.update_if([stage.set(at)], stage.does_not_exist())


def _is_refused(row: CanaryRow) -> bool:
    decided = matching.entitlement(_pid(row), CANARY_UNIT)
    return decided is not None and decided.verdict != "eligible"


def _pid(row: CanaryRow) -> str:
    return pid_of(CANARY_DOCUMENT, row.number)


def _list(pid: str, begun_at: int) -> None:
    _put_list_in_force(begun_at)
    sealed = staff.seal(CANARY_UNIT, pid, _PERSON, job="")
    entry = staff.Entry(pid, "", (), begun_at + DAY_S, sealed, begun_at, "", _ENDS_AT)
    staff.write(CANARY_UNIT, _GENERATION, [entry])


def _put_list_in_force(at: int) -> None:
    """Approve the canary's unit and put its list in force: once in a deployment's life."""
    found = units.unit(CANARY_UNIT)
    if found is None:
        found, _ = units.register(CANARY_UNIT, _FACTS, at)
    if found.current is not None:
        return
    try:
        with transaction() as together:
            units.move_to_generation(together, CANARY_UNIT, base=None, generation=_GENERATION, replaced=None, at=at)
    except TransactWriteError as error:
        if not lost(error):  # another canary, begun in the same moment, was first
            raise


def _upload(row: CanaryRow, at: int, *, corrected: bool) -> str:
    """Hand a file of one row in as the laboratory's route does, and return its job; the same bytes are the same job."""
    data = rules.results_file(row.number, int(row.begun_at), corrected=corrected)
    digest = hashlib.sha256(data).hexdigest()
    upload = jobs.Upload("results", CANARY_LAB, CANARY_AREA, "csv", "", digest, len(data))
    return jobs.receive(upload, data, at)[0].job


def keyless(number: str) -> dict[str, str]:
    """Return a public key, as a JWK, that nobody has the private key of: its first coordinate is a hash."""
    for attempt in count():
        x = hashlib.sha256(f"epipass canary\n{number}\n{attempt}".encode()).digest()
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x02" + x)
        except ValueError:
            continue  # no point has this coordinate; about half do
        break
    y = point.public_numbers().y
    return {"crv": "P-256", "kty": "EC", "x": base64url_encode(x), "y": base64url_encode(y.to_bytes(32))}
