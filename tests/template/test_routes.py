"""The template's events are exactly the applications' routes."""

from __future__ import annotations

import pytest

from infra import routes
from infra.paths import TEMPLATE


def test_template_has_exactly_the_declared_routes() -> None:
    """One event for each route of each entry, and no other; `python -m infra.routes --write` puts it right."""
    assert routes.differences(TEMPLATE.read_text(encoding="utf-8")) == []


def test_entries_are_a_partition_of_the_app() -> None:
    """What runs on one machine is the union of the entries, and no route has two roles to run under."""
    of_entries = [route for entry in routes.ENTRIES for route in routes.of_entry(entry)]
    assert sorted(of_entries) == sorted(routes.of_module("app"))


@pytest.mark.parametrize("entry", routes.ENTRIES)
def test_no_entry_has_too_many_routes(entry: str) -> None:
    """At most forty routes a function."""
    assert len(routes.of_entry(entry)) <= routes.MAX_ROUTES


def test_differences_are_told_and_written_away() -> None:
    """A missing and a superfluous event are both named, and writing leaves nothing to name."""
    text = TEMPLATE.read_text(encoding="utf-8")
    wrong = text.replace("Path: /health,", "Path: /ill,")
    assert [line.split(":")[0] for line in routes.differences(wrong)] == ["public", "public"]
    assert routes.differences(routes.rewritten(wrong)) == []
    assert routes.rewritten(text).count("Type: HttpApi") == text.count("Type: HttpApi")
