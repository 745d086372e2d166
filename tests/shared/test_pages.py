"""Pages of an area: each row once, in however many pages; and no request reads an index from end to end for one row."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.labs import service as labs
from functions.labs.model import LabRow
from functions.shared import pages
from functions.shared.pages import Page
from infra.local import Service

pytestmark = pytest.mark.usefixtures("engine")
AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does


@pytest.fixture(scope="module")
def province(engine: Service) -> str:
    """A province of 90 laboratories in its first city and three in its second; every tenth has another's end of life."""
    assert engine.outputs
    code = f"{random.randint(83, 89)}"  # noqa: S311 - not a secret
    with LabRow.batch_write() as batch:
        for number in range(93):
            area = f"{code}0101" if number < 90 else f"{code}0201"
            row = LabRow(f"L-{code}-{number:03d}", district=area, area=area, name="信禾", approved_at=AT)
            row.ttl = AT if number % 10 == 0 and number < 90 else None
            batch.save(row)
    return code


def all_pages(area: str, limit: int) -> list[Page[labs.Lab]]:
    """Every page of an area's laboratories."""
    found, position = [], None
    while True:
        found.append(labs.page(area, position, limit, AT))
        position = found[-1].position
        if position is None:
            return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 60), evaluated=st.integers(1, 120), narrow=st.sampled_from(["", "01", "0101", "02", "0201"])
)
def test_every_living_row_of_an_area_is_on_one_page(province: str, limit: int, evaluated: int, narrow: str) -> None:
    """However many a page shows and a request may look at, by scan and by query; none twice, none past its life."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "MOST_EVALUATED", evaluated)
        found = all_pages(province + narrow, limit)
    listed = [one.lab for page in found for one in page.items]
    numbers = [*range(90)] if narrow in {"01", "0101"} else [*range(90, 93)] if narrow else [*range(93)]
    assert sorted(listed) == [f"L-{province}-{n:03d}" for n in numbers if n % 10 or n >= 90]
    assert all(len(page.items) <= limit for page in found)


def test_a_rare_row_ends_no_request_late(province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of an index's many rows are asked for: each request looks at a bounded number, and says where to go on."""
    asked: list[int] = []
    client = LabRow._get_connection().connection.client

    def note(parsed: dict[str, Any], **_event: Any) -> None:
        asked.append(int(parsed["ScannedCount"]))

    monkeypatch.setattr(pages, "MOST_EVALUATED", 40)
    client.meta.events.register("after-call.dynamodb.Scan", note)
    try:
        first = labs.page(f"{province}02", None, 10, AT)
        assert sum(asked) <= 40
        assert first.position is not None
        found = all_pages(f"{province}02", 10)
    finally:
        client.meta.events.unregister("after-call.dynamodb.Scan", note)
    assert len([one for page in found for one in page.items]) == 3
    assert len(found) > 1
