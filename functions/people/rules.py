"""What decides about people: whether a code is right, whether a claim to be somebody stands, what a status means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

CODE_LIFE_S = 10 * 60
CODE_TRIES = 5
CODES_PER_PHONE = 3  # in the life of a code
CODES_PER_PHONE_AND_DAY = 10
CODES_PER_ADDRESS = 300  # in the life of a code; a mobile operator puts thousands of people behind one address
DEVICES = 3
DEVICE_LIFE_S = 30 * 24 * 3600


class Claim(Enum):
    """What becomes of somebody's claim to be the person of an identity document."""

    NEW = "new"
    SAME = "same"
    REPLACES = "replaces"
    WAITS = "waits"


@dataclass(frozen=True)
class Listed:
    """What a unit's staff list says of a person."""

    unit: str
    name: str
    phone: str


def vouches(listed: Listed, name: str, phone: str) -> bool:
    """Tell whether a listing speaks of the person who holds this phone: same phone, or none given and the same name."""
    return listed.phone == phone if listed.phone else folded(listed.name) == folded(name)


def judge_claim(*, on_record: str | None, phone: str, vouched: bool, record_vouched: bool, listed: bool) -> Claim:
    """Decide who may enrol a device for a person.

    The phone on record (`on_record`, None at first enrolment) speaks first. Against a list that names another phone
    a claim waits for a person: the unit corrects its list, or the caller was not who they said. A record that no list
    vouches for gives way to a claim that one does, so that nobody can occupy another's place by enrolling earlier.
    """
    if on_record is None:
        return Claim.NEW if vouched or not listed else Claim.WAITS
    if on_record == phone:
        return Claim.SAME
    return Claim.REPLACES if vouched and not record_vouched else Claim.WAITS


def folded(name: str) -> str:
    """Return a name as it is compared: NFKC, one case, without spaces and dots."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in text if character.isalnum())


# ── What a status means to the person it is about ──


@dataclass(frozen=True)
class Advice:
    """What to do about a cause, for the page to show: English and Chinese."""

    en: str
    zh: str


_TEST = Advice("Take a test at any sampling site.", "请到任一采样点进行核酸检测。")
_UNIT = Advice("Ask your unit.", "请联系所在单位。")
_COMMUNITY = Advice("Stay where you are and call your community committee.", "请留在原地，并联系所在社区居委会。")

ADVICE: dict[str, Advice] = {
    "": Advice("Fetch your pass and show it at the gate.", "可领取通行码，进门时出示。"),
    "no-test": _TEST,
    "test-too-old": Advice(
        "Your last test is over 48 hours old. Take a new one.", "上次检测已超过48小时，请重新检测。"
    ),
    "result-pending": Advice(
        "Your sample is being examined. Look again in a few hours.", "样本正在检测，请几小时后再查看。"
    ),
    "inconclusive": Advice("Take a single test again, as soon as you can.", "请尽快进行单采复检。"),
    "pool-recheck": Advice(
        "A pooled sample must be tested again. Stay apart from others and take a single test.",
        "混采结果需复核，请暂勿外出，进行单采复检。",
    ),
    "positive": _COMMUNITY,
    "positive-not-cleared": _COMMUNITY,
    "not-listed": Advice(
        "You are on no unit's list. Ask your unit to add you.", "您不在任何单位的人员名单上，请联系单位添加。"
    ),
    "unit-not-approved": Advice("Your unit is not approved yet. Ask your unit.", "所在单位尚未获批，请联系单位。"),
    "approval-ended": Advice("Your unit's approval has ended. Ask your unit.", "所在单位的审批已到期，请联系单位。"),
    "phone-differs": Advice(
        "The list has another phone for you. Ask your unit to correct it.", "名单上的手机号与您的不同，请联系单位更正。"
    ),
    "undecided": Advice("Your status is being worked out. Look again in a minute.", "正在核对，请稍后再查看。"),
}


def advice(cause: str) -> Advice:
    """Return what somebody can do about a cause; a cause of a later policy is the unit's to explain."""
    return ADVICE.get(cause, _UNIT)


def oldest(devices: Iterable[tuple[int, str]]) -> str:
    """Return the thumbprint of the device used longest ago, of `(last_used_at, thumbprint)` pairs."""
    return min(devices)[1]
