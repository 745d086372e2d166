"""One-time codes: ten minutes, five tries, one device, and a limit on how many."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from functions.people import codes, rules
from functions.people.model import Code
from functions.shared.problems import Rejected

pytestmark = pytest.mark.usefixtures("engine")

AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does
CODE = "482913"
_phones = count(13_800_000_000)


@pytest.fixture
def phone() -> str:
    """A phone no other test has."""
    return str(next(_phones))


class Outbox:
    """A sender that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def __call__(self, phone: str, text: str) -> None:
        """Keep a text."""
        self.sent.append((phone, text))


def send(phone: str, *, at: int = AT, address: str = "", outbox: Outbox | None = None, code: str = CODE) -> bool:
    """Send a known code."""
    return codes.send_code(phone, address or uuid.uuid4().hex, at, send=outbox or Outbox(), draw=lambda: code)


def refused(phone: str, code: str, key: str = "key", at: int = AT) -> bool:
    """Tell whether a code is refused."""
    try:
        codes.use_code(phone, code, key, at)
    except Rejected as problem:
        assert problem.code == "code-wrong"  # noqa: PT017 - the one cause a caller may learn
        return True
    return False


def test_a_code_goes_to_the_phone_and_is_stored_as_a_hash(phone: str) -> None:
    """The text carries the code; the table carries neither code nor phone."""
    outbox = Outbox()
    assert send(phone, outbox=outbox)
    assert [to for to, _ in outbox.sent] == [phone]
    assert CODE in outbox.sent[0][1]
    row = Code.find(codes.phone_hash(phone), codes.ENROL, at=AT)
    assert row is not None
    stored = str(row.to_dynamodb_dict())
    assert CODE not in stored
    assert phone not in stored


def test_a_drawn_code_has_six_digits() -> None:
    """Leading zeros stay."""
    drawn = {codes.draw_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in drawn)
    assert len(drawn) > 150


def test_a_code_is_spent_on_one_device_which_may_repeat_itself(phone: str) -> None:
    """A retry of the same device succeeds, another device does not."""
    send(phone)
    assert not refused(phone, CODE, "key-1")
    assert not refused(phone, CODE, "key-1")
    assert refused(phone, CODE, "key-2")


def test_five_tries_and_no_more(phone: str) -> None:
    """After five wrong tries the right code is refused too."""
    send(phone)
    assert all(refused(phone, "000000") for _ in range(rules.CODE_TRIES))
    assert refused(phone, CODE)


def test_many_tries_at_once_are_still_five(phone: str) -> None:
    """Forty guesses in the same moment are counted before they are compared: at most five are."""
    send(phone)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda n: refused(phone, f"{n:06}"), range(40)))
    row = Code.find(codes.phone_hash(phone), codes.ENROL, at=AT)
    assert row is not None
    assert row.tries == rules.CODE_TRIES
    assert refused(phone, CODE)


def test_the_last_try_may_be_right(phone: str) -> None:
    """Four wrong tries leave a fifth."""
    send(phone)
    assert all(refused(phone, "000000") for _ in range(rules.CODE_TRIES - 1))
    assert not refused(phone, CODE)


def test_ten_minutes_to_the_second(phone: str) -> None:
    """A code is good at 9:59 and not at 10:00, whenever the table deletes it; none was ever sent to a stranger."""
    send(phone)
    assert refused(phone, CODE, at=AT + rules.CODE_LIFE_S)
    assert not refused(phone, CODE, at=AT + rules.CODE_LIFE_S - 1)
    assert refused("13900000000", CODE)


def test_a_new_code_replaces_the_old_one(phone: str) -> None:
    """Only the newest text on the phone is good."""
    send(phone, code="111111")
    send(phone, code="222222")
    assert refused(phone, "111111")
    assert not refused(phone, "222222")


def test_a_phone_gets_three_codes_in_ten_minutes_and_ten_a_day(phone: str) -> None:
    """Beyond its share nothing is sent, however many addresses ask."""
    start = AT - AT % 86_400
    assert [send(phone, at=start) for _ in range(4)] == [True, True, True, False]
    later = [send(phone, at=start + n * rules.CODE_LIFE_S) for n in range(1, 12)]
    assert later.count(True) == rules.CODES_PER_PHONE_AND_DAY - 3
    assert send(phone, at=start + 86_400)


def test_an_address_gets_its_share() -> None:
    """One address cannot make the gateway ring a whole district."""
    address, outbox = uuid.uuid4().hex, Outbox()
    for _ in range(rules.CODES_PER_ADDRESS + 5):
        send(str(next(_phones)), address=address, outbox=outbox)
    assert len(outbox.sent) == rules.CODES_PER_ADDRESS
