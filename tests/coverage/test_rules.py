"""The laws of coverage: who a business is, whose a venue is, what a note may not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.coverage import rules
from functions.coverage.rules import HOUR_S, STOPPED_S, Business, ByHand, Coded, Match

AREA = "990101001001"
VALID = "91350100M000100Y43"  # the example of GB 32100-2015
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

texts = st.text(max_size=24)
words = st.text(alphabet="东门书店超市小吃Ab19（）() 　·-有限公司", min_size=1, max_size=16)


def coded(venue: str, name: str = "", address: str = "", area: str = AREA) -> Coded:
    """A venue with a code, folded as the service folds it."""
    return Coded(venue, area, rules.folded_name(name), rules.folded_address(address))


def widened(text: str) -> str:
    """The same text as another keyboard types it: full width, upper case, spaces between."""
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text.upper())
    return "　".join(wide)


@given(texts)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    """Else a name would differ from itself after it was stored."""
    for fold in (rules.folded_name, rules.folded_address):
        assert fold(fold(text)) == fold(text)


@given(words, words)
def test_spacing_and_width_make_no_difference(name: str, address: str) -> None:
    """A clerk's full-width letters and a shopkeeper's spaces are one business and one match."""
    here, there = ((name, address), (widened(name), widened(address)))
    assert rules.business_id(AREA, *here, "") == rules.business_id(AREA, *there, "")
    for (one, street), (other, road) in ((here, there), (there, here)):
        index = rules.index_of([coded("V-1", one, street)])
        found = rules.match(Business("B", other, AREA, road), ByHand(), index)
        # A name of brackets alone folds to nothing, and nothing is like nothing.
        assert (found is not None) == bool(rules.folded_name(name))


@given(words, words)
def test_being_similar_is_mutual_and_with_oneself(one: str, other: str) -> None:
    """Whoever is compared first must not matter."""
    first, second = rules.folded_name(one), rules.folded_name(other)
    assert rules.similar(first, second) == rules.similar(second, first)
    assert rules.similar(first, first) == (len(first) > 1)


@given(st.text(alphabet=_ALPHABET, min_size=17, max_size=17))
def test_one_check_character_fits_and_one_wrong_character_is_seen(first_17: str) -> None:
    """GB 32100-2015: of 31 last characters one is right, and no single slip keeps it right."""
    right = [first_17 + one for one in _ALPHABET if rules.is_number(first_17 + one)]
    assert len(right) == 1
    for place in range(18):
        slipped = _ALPHABET[(_ALPHABET.index(right[0][place]) + 1) % 31]
        assert not rules.is_number(right[0][:place] + slipped + right[0][place + 1 :])


def test_the_standards_own_example_is_a_number() -> None:
    """And neither a letter it leaves out nor another length is."""
    assert rules.is_number(VALID)
    for wrong in (VALID[:-1], VALID + "0", VALID.replace("Y", "I"), VALID.lower(), ""):
        assert not rules.is_number(wrong)


def test_the_rule_that_matched_is_told_and_the_stronger_one_wins() -> None:
    """Number before name before address; what only looks alike in another community is no match."""
    index = rules.index_of(
        [
            coded(VALID, "总店", "一路1号"),
            coded("V-name", "东门书店有限公司", "二路2号"),
            coded("V-address", "东门小吃", "三路3号"),
            coded("V-far", "西门茶馆", area="990101002001"),
        ]
    )

    def matched(name: str, address: str = "", number: str = "", area: str = AREA) -> Match | None:
        return rules.match(Business("B", name, area, address, number), ByHand(), index)

    assert matched("东门书店", number=VALID) == Match(VALID, "number")
    assert matched("东门书店") == Match("V-name", "name")
    assert matched("东门小吃店", "三路3号") == Match("V-address", "address")
    assert matched("五金铺", "三路3号") is None
    assert matched("西门茶馆") is None
    assert matched("西门茶馆", area="990101") == Match("V-far", "name")


def test_an_officers_word_stands_above_every_rule() -> None:
    """Linked counts while that venue has a code; a venue said to be another is passed over, and the next one found."""
    index = rules.index_of([coded("V-1", "书店"), coded("V-2", "书店"), coded("V-3", "别家")])
    shop = Business("B", "书店", AREA)
    assert rules.match(shop, ByHand(), index) == Match("V-1", "name")
    assert rules.match(shop, ByHand("linked", "V-3"), index) == Match("V-3", "by-hand")
    assert rules.match(shop, ByHand("linked", "V-closed"), index) is None
    assert rules.match(shop, ByHand(apart=("V-1",)), index) == Match("V-2", "name")
    assert rules.match(shop, ByHand(apart=rules.every_match(shop, index)), index) is None
    exempt = ByHand("exempt")
    assert rules.standing(exempt, rules.match(shop, exempt, index)) == "no-code-needed"


@given(st.lists(st.tuples(st.sampled_from(["V-1", "V-2"]), st.integers(0, 10**10)), max_size=20), st.randoms())
def test_the_newest_hour_is_the_same_in_any_order_and_however_often(
    arrivals: list[tuple[str, int]], random: object
) -> None:
    """A stream may give a batch again, halved or out of order."""
    again = [*arrivals, *arrivals]
    random.shuffle(again)  # type: ignore[attr-defined]  # hypothesis's Random
    assert rules.newest_hours(again) == rules.newest_hours(arrivals)
    assert all(rules.newest_hours(arrivals)[venue] >= at // HOUR_S for venue, at in arrivals)


def test_a_code_has_stopped_seven_days_after_its_last_possible_scan() -> None:
    """The hour's end counts: nobody is sent to a shop that may have been scanned within the seven days."""
    hour = 480_000
    end = (hour + 1) * HOUR_S
    assert rules.scan_state(None, end) == "never-scanned"
    assert rules.scan_state(hour, end + STOPPED_S - 1) == "scanned"
    assert rules.scan_state(hour, end + STOPPED_S) == "stopped"


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138-0013-8000",
        "电话１３８ ００１３ ８０００",
        "一三八零零一三八零零零",
        "证件990101199003071119",
        "护照E12345678",
        "010-65881234",
        "boss@example.com",
        "9901012026-11-271119",
    ],
)
def test_a_note_with_a_number_of_somebodys_is_personal(text: str) -> None:
    """However it is spaced, widened or written out."""
    assert rules.is_personal(text)


@pytest.mark.parametrize(
    "text", ["", "门锁着，2026-11-27再来", "3号楼1204室", "8:30-21:30营业", "二楼第三家", "2026年11月27日装修"]
)
def test_a_note_about_the_place_is_not(text: str) -> None:
    """Dates, hours and house numbers are what a worker writes."""
    assert not rules.is_personal(text)
