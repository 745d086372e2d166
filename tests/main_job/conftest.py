"""The service as a person meets it after `make run`, but with each request answered by the deployed function.

So the whole story is told under the roles of `template.yaml`: a grant that is missing there fails it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.ceremony import initialise
from cli.deployment import Deployment
from infra.local import Service
from infra.local.deploy import STACK
from infra.local.processes import start_http
from infra.local.state import free_port
from tests.conftest import Http


@pytest.fixture(scope="session")
def city(engine: Service) -> Iterator[Http]:
    """The HTTP API of a deployment that `epipass init` has brought to work."""
    list(initialise(Deployment(engine.client, STACK, embedded=True, url=engine.url)))
    port = free_port()
    server = start_http(engine.state, port, {**engine.environment, "EPIPASS_DISPATCH": "functions"})
    try:
        yield Http(f"http://127.0.0.1:{port}", engine.token)
    finally:
        server.stop()
