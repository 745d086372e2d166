"""The pages as `epipass run` serves them: published into the engine's bucket, each origin at its own host name."""

from __future__ import annotations

import pytest

from cli.ceremony import Filing, initialise
from cli.deployment import Deployment
from functions.shared.clock import now
from functions.status import publisher
from infra.local import Service
from infra.local.deploy import STACK
from infra.paths import ROOT
from tests.conftest import Http

FILING = Filing("京ICP备00000000号-1", "https://beian.miit.gov.cn/")


@pytest.fixture(scope="session")
def served(engine: Service, http: Http) -> Http:
    """The HTTP server with keys, lists, settings and the built pages published."""
    deployment = Deployment(engine.client, STACK, embedded=True, url=engine.url)
    sites = ROOT / "examples" / "sites.json"
    list(initialise(deployment, phone="0000-0000000", sites=sites, filings=[FILING]))
    # The clocks of a test's engine stand still: what they do each minute is done once.
    publisher.publish_all(now())
    return http


def origin_of(served: Http, name: str) -> str:
    """The address of an origin's pages: `me`, `gate` or `desk`."""
    return f"http://{name}.localhost:{served.url.rsplit(':', 1)[1]}"
