"""The embedded engine for tests: one for each test process, started by the first test that asks for it."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from functions.shared import aws, config, secrets, tables, transactions
from infra.local import Service, embedded
from infra.local.processes import start_http
from tests.browser.chromium import browser, driver
from tests.privacy.trail import TRAIL, gathered, leaks, stored_of_people

__all__ = ["browser", "driver"]  # fixtures for every room that opens a page

# What takes longest is begun first, or one process is still at it when the others have nothing left. Within a room the
# order is the alphabet's; rooms that are not named come last.
LONGEST_FIRST = (
    "tests/browser/test_two_phones.py",
    "tests/faults",
    "tests/browser",
    "tests/laws",
    "tests/jobs",
    "tests/template",
    "tests/canary",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first; `--no-loadscope-reorder` keeps them there."""
    items.sort(key=lambda item: next((n for n, at in enumerate(LONGEST_FIRST) if item.nodeid.startswith(at)), 99))


def pytest_xdist_auto_num_workers() -> int:
    """Half as many processes again as there are cores: a test waits for an engine and a browser much of its time."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The template deployed into an engine of this test process's own, and `os.environ` as a function sees it."""
    with embedded(tmp_path_factory.mktemp("engine"), http=False) as service:
        before = dict(os.environ)
        os.environ.update(service.environment)
        forget_clients()
        TRAIL.follow_logs()
        yield service
        # Last of all in this process: whatever its tests left behind is searched for people (tests/privacy).
        found = leaks([*TRAIL.noted, *gathered(service)], stored_of_people())
        os.environ.clear()
        os.environ.update(before)
        forget_clients()
        assert not found, f"{len(found)} leaks, the first of them: {found[:5]}"


def forget_clients() -> None:
    """Settings and clients are cached for a process's life; here the environment changes within one."""
    config.settings.cache_clear()
    aws.client.cache_clear()
    secrets.secret.cache_clear()
    transactions._connection.cache_clear()
    tables._session.cache_clear()


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Http:
    """The real HTTP server on the engine, with tokens for whoever asks."""

    url: str
    token: Callable[..., str]  # token(role, scope, subject=""): a staff token of the embedded issuer

    def request(
        self,
        method: str,
        path: str,
        body: bytes | dict[str, Any] | None = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request (a dict goes as JSON, bytes as an octet stream) and return whatever comes back."""
        sent: dict[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        if data is not None:
            sent["Content-Type"] = "application/json" if isinstance(body, dict) else "application/octet-stream"
        request = urllib.request.Request(  # noqa: S310 - a loopback address
            self.url + path, data, {**sent, **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answered:  # noqa: S310 - a loopback address
                TRAIL.note("url", path)
                return Reply(answered.status, dict(answered.headers), answered.read())
        except urllib.error.HTTPError as refused:
            reply = Reply(refused.code, dict(refused.headers), refused.read())
            TRAIL.note("url", path)
            TRAIL.note("error body", reply.body.decode(errors="replace"))
            return reply

    def get(self, path: str, **options: Any) -> Reply:
        """Send a GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: bytes | dict[str, Any] | None = None, **options: Any) -> Reply:
        """Send a POST."""
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: bytes | dict[str, Any] | None = None, **options: Any) -> Reply:
        """Send a PUT."""
        return self.request("PUT", path, body, **options)


@pytest.fixture(scope="session")
def http(engine: Service) -> Iterator[Http]:
    """The HTTP API and the published files, on a port of this test process's own."""
    server = start_http(engine.state, int(engine.url.rsplit(":", 1)[1]), engine.environment)
    try:
        yield Http(engine.url, engine.token)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def own_lake(engine: Service) -> Iterator[str]:
    """A lake of a module's own: runs fetch every file that arrived, and other tests' are thousands."""
    client, name = engine.client("s3"), f"lake-{uuid4().hex}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUCKET_LAKE", name)
        yield name
