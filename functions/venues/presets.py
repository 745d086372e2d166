"""What each kind of venue asks when it is approved: the district's own presets, else these defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from functions.shared.labels import district_of
from functions.venues.district import DistrictRow
from functions.venues.policy import Policy
from functions.venues.rules import Venue
from functions.venues.strictness import is_stricter_or_equal

DEFAULTS: Final[Mapping[str, Policy]] = {
    "market": Policy(occupancy=True),
    "mall": Policy(occupancy=True),
    "tower": Policy(),
    "shop": Policy(),
    "restaurant": Policy(occupancy=True),
    "school": Policy(persons="listed"),
    "hospital": Policy(never_refuses=True, temperature=True),
    # Whoever needs medicine may have no test yet.
    "pharmacy": Policy(pass_required=False),
    "station": Policy(temperature=True),
    # Nobody stands at these doors to look at a pass: a scan registers.
    "bus": Policy(pass_required=False),
    "taxi": Policy(pass_required=False),
    "office": Policy(),
    "park": Policy(pass_required=False),
    "checkpoint": Policy(max_list_age_s=3600, oldest_test_s=24 * 3600),
    "site": Policy(persons="listed"),
    "residence": Policy(pass_required=False),
    "other": Policy(),
}
OTHER: Final = "other"
_CHINESE: Final = {
    "市场": "market",
    "农贸市场": "market",
    "商场": "mall",
    "写字楼": "tower",
    "商店": "shop",
    "超市": "shop",
    "餐饮": "restaurant",
    "餐馆": "restaurant",
    "学校": "school",
    "医院": "hospital",
    "药店": "pharmacy",
    "车站": "station",
    "公交": "bus",
    "出租车": "taxi",
    "机关单位": "office",
    "公园": "park",
    "卡口": "checkpoint",
    "工地": "site",
    "小区": "residence",
    "其他": "other",
}


def kind_of(category: str) -> str:
    """Return the kind a category names, in either language; `other` when it names none."""
    word = category.strip().casefold()
    return word if word in DEFAULTS else _CHINESE.get(word, OTHER)


def own(district: str, at: int) -> dict[str, Policy]:
    """Return what a district set itself, by kind."""
    row = DistrictRow.find(district, at=at)
    return msgspec.json.decode(row.presets, type=dict[str, Policy]) if row else {}


def keep(district: str, presets: Mapping[str, Policy]) -> None:
    """Put a district's presets in place of those it had; venues that were approved already stay as they are."""
    stated = msgspec.json.encode(presets).decode()
    DistrictRow(district).update(actions=[DistrictRow.presets.set(stated)])


def preset(area: str, category: str, at: int) -> Policy:
    """Return what a venue of this kind asks in its district: one read."""
    kind = kind_of(category)
    return own(district_of(area), at).get(kind, DEFAULTS[kind])


def may_set(venue: Venue, policy: Policy, at: int) -> bool:
    """Tell whether a venue's own manager may set a policy.

    It is no looser than the preset of its kind, or than what an officer set: who saves what stands is not refused.
    """
    bounds = (preset(venue.area, venue.category, at), venue.policy)
    return any(is_stricter_or_equal(policy, than) for than in bounds)
