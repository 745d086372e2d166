"""Requests that nobody would write, made from the description: no 500, and nothing that the description denies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import app
from functions.entry.about import VERSION
from functions.shared import openapi

if TYPE_CHECKING:
    from tests.conftest import Http

SCHEMA = schemathesis.openapi.from_dict(openapi.document(app.declared, version=VERSION))
# A matching run works on everybody's data for minutes, whoever starts it: its own tests do.
UNCOSTLY = SCHEMA.exclude(path="/matching/runs")
SCOPES = {"officer": "99", "worker": "99", "tracer": "99", "holder": "AAECAwQFBgcICQoLDA0ODw"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


# By name, each a test of its own: schemathesis calls all of them by one, of which parallel processes run the first alone.
FOUND = [found for found in UNCOSTLY.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {found.ok().label: found.ok() for found in FOUND}


@pytest.mark.parametrize("label", sorted(OPERATIONS))
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_request_breaks_a_route(http: Http, label: str, data: st.DataObject) -> None:
    """Whatever fits the description, and some that does not, is answered as the description says."""
    operation = OPERATIONS[label]
    roles = operation.definition.raw["x-roles"]
    role = next((role for role in roles if role != "public"), "")
    sent = {"Authorization": f"Bearer {http.token(role, SCOPES.get(role, 'X-1'))}"} if role else {}
    asked = operation.body or list(operation.iter_parameters())  # else there is nothing that could be wrong
    for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if asked else [])):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        # No operation describes a header; what is no HTTP (a length that is no number) the server refuses before us.
        case.headers, case.cookies = CaseInsensitiveDict(), {}
        case.call_and_validate(base_url=http.url, headers=sent, checks=CHECKS)


def test_every_operation_has_a_name_of_its_own() -> None:
    """Two tests of one name would be one to processes that share them out."""
    declared = {(route.method, route.path) for route in app.declared if route.path != "/matching/runs"}
    assert len(OPERATIONS) == len(declared) > 100
