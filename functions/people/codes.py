"""One-time codes: sent to a phone, good for ten minutes, five tries and one device key."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from typing import Final, Protocol

from botocore.exceptions import ClientError

from functions.people import rules
from functions.people.model import Code
from functions.shared import log
from functions.shared.aws import client
from functions.shared.clock import DAY_S
from functions.shared.problems import Rejected
from functions.shared.secrets import keyed_hash

ENROL: Final = "enrol"
_DIGITS: Final = 6
_UNSURE: Final = 500  # an answer from there on does not tell whether the text went out
# What the sender says of a phone that takes no texts: asking again changes nothing.
_PHONE_REFUSED: Final = frozenset({"InvalidParameter", "InvalidParameterValue", "OptedOut"})


class Sender(Protocol):
    """Brings a text to a phone."""

    def __call__(self, phone: str, text: str) -> None:
        """Send `text` to a mainland phone, 11 digits; delivery is not promised."""


def send_sms(phone: str, text: str) -> None:
    """Send a text to a mainland phone by SNS; the embedded engine keeps it, and `epipass run` shows it in its console."""
    client("sns").publish(PhoneNumber=f"+86{phone}", Message=text)


class NotSent(Exception):
    """The sender took no text, and said so: `again` tells whether another try may do better. Carries no phone."""

    def __init__(self, *, again: bool) -> None:
        super().__init__("again" if again else "never")
        self.again = again


def send_sms_once(phone: str, text: str) -> None:
    """Send a text as `send_sms` does, but never twice: it is tried once, whatever becomes of the try.

    Raises:
        NotSent: no text went out. After any other failure one may have.
    """
    try:
        client("sns", once=True).publish(PhoneNumber=f"+86{phone}", Message=text)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _UNSURE:
            raise
        # Without its cause: the sender's own words quote the phone.
        raise NotSent(again=error.response["Error"]["Code"] not in _PHONE_REFUSED) from None


def draw_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def phone_hash(phone: str) -> str:
    """Return the keyed hash under which a phone is looked up; without the secret it cannot be tried out."""
    return _text(keyed_hash("phone", "phone", phone)[:16])


def send_code(
    phone: str, address: str, at: int, *, send: Sender = send_sms, draw: Callable[[], str] = draw_code
) -> bool:
    """Send a fresh code to a phone unless it, or the caller's network address, has had its share.

    Returns whether one was sent; the caller of the route must not learn which.
    """
    # The address first: one that asks too often must not use up somebody else's phone's codes.
    if not (_address_within_limit(address, at) and _within_limit(phone, at)):
        return False
    code = draw()
    place = phone_hash(phone)
    # A new code replaces the one before, tries included: how many there can be is limited above.
    Code(place, ENROL, code_hash=_code_hash(place, code), tries=0, ttl=at + rules.CODE_LIFE_S).save()
    send(phone, f"epipass 验证码 {code},10分钟内有效,请勿转告他人。Your code is {code}.")
    return True


def use_code(phone: str, code: str, claim: str, at: int) -> None:
    """Spend a code on a claim (a hash of device key and person); the same claim may spend it again, so a retry succeeds.

    Raises:
        Rejected: `code-wrong`, which does not tell a wrong code from one never sent, expired, used or tried out.
    """
    place = phone_hash(phone)
    # The try is counted before the code is compared, or many guesses at once would all be the first.
    counted = Code(place, ENROL).update_if(
        [Code.tries.add(1)],
        (Code.code_hash.exists()) & (Code.tries < rules.CODE_TRIES) & (Code.ttl > at),
    )
    row = Code.find(place, ENROL, at=at)
    if not counted and row is not None and row.tries >= rules.CODE_TRIES:
        # The operator alone is told: the answer is a wrong code's.
        log.event("guess.refused", cap="codes")
    if not counted or row is None or not row.code_hash:
        raise _wrong()
    if not hmac.compare_digest(row.code_hash, _code_hash(place, code)):
        raise _wrong()
    free = Code.used_by.does_not_exist() | (Code.used_by == claim)
    spent = Code(place, ENROL).update_if(
        [Code.used_by.set(claim), Code.tries.set(0)], (Code.code_hash == row.code_hash) & free
    )
    if not spent:
        raise _wrong()


def _wrong() -> Rejected:
    return Rejected("The code is wrong or no longer good. Ask for a new one.", code="code-wrong")


def _within_limit(phone: str, at: int) -> bool:
    place = phone_hash(phone)
    return _count(place, at, rules.CODE_LIFE_S, rules.CODES_PER_PHONE) and _count(
        place, at, DAY_S, rules.CODES_PER_PHONE_AND_DAY
    )


def _address_within_limit(address: str, at: int) -> bool:
    place = _text(keyed_hash("phone", "address", address)[:16])
    return _count(place, at, rules.CODE_LIFE_S, rules.CODES_PER_ADDRESS)


def _count(place: str, at: int, window_s: int, most: int) -> bool:
    window = at // window_s
    row = Code(place, f"limit#{window_s}#{window}")
    return row.update_if(
        [Code.sent.add(1), Code.ttl.set((window + 1) * window_s)], Code.sent.does_not_exist() | (Code.sent < most)
    )


def _code_hash(place: str, code: str) -> str:
    return _text(keyed_hash("phone", "code", place, code))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
