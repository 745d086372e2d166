"""The service as a person meets it after `make run`: pages, keys and the key statement published."""

from __future__ import annotations

import pytest

from cli.ceremony import initialise
from cli.deployment import Deployment
from infra.local import Service
from infra.local.deploy import STACK
from tests.browser.conftest import browser
from tests.conftest import Http

__all__ = ["browser", "city"]


@pytest.fixture(scope="session")
def city(engine: Service, http: Http) -> Http:
    """The HTTP API of a deployment that `epipass init` has brought to work."""
    list(initialise(Deployment(engine.client, STACK, embedded=True, url=engine.url)))
    return http
