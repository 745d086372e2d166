"""A venue's codes have a limit: the twentieth is made, the next one is refused and nothing changes."""

from __future__ import annotations

import pytest

from functions.shared import clock
from functions.shared.problems import Conflict
from functions.venues import entrances, rules, service
from tests.door.world import open_venue


@pytest.mark.usefixtures("engine")
def test_a_venue_has_twenty_codes_at_once() -> None:
    """Retire one and another may be made."""
    venue, at = open_venue(), clock.now()
    while len(service.must(venue, at).current_codes) < rules.MAX_CODES:
        last = entrances.add_code(venue, f"door {len(service.must(venue, at).current_codes)}", at)
    with pytest.raises(Conflict) as refused:
        entrances.add_code(venue, "one more", at)
    assert refused.value.code == "too-many-codes"
    assert entrances.add_code(venue, last.label, at) == last  # the same poster again is no other
    entrances.retire_code(venue, last.code, at + 1)
    assert entrances.add_code(venue, "one more", at + 2).label == "one more"
