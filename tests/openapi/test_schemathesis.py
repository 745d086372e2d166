"""Requests that nobody would write, made from the description: no 500, and nothing that the description denies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
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


@UNCOSTLY.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_a_route(http: Http, case: schemathesis.Case[Any]) -> None:
    """Whatever fits the description, and some that does not, is answered as the description says."""
    roles = case.operation.definition.raw["x-roles"]
    role = next((role for role in roles if role != "public"), "")
    sent = {"Authorization": f"Bearer {http.token(role, SCOPES.get(role, 'X-1'))}"} if role else {}
    case.call_and_validate(base_url=http.url, headers=sent, checks=CHECKS)
