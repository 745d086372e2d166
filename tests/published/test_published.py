"""Published files: what anybody fetches from the bucket, on any host, with the headers that caches obey."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from functions.keys import service as keys
from functions.shared import clock
from functions.shared.config import settings

if TYPE_CHECKING:
    from tests.conftest import Http

FILES = {
    "/.well-known/jwks.json": ("application/jwk-set+json", "public, max-age=300"),
    "/contexts/v1": ("application/ld+json", "public, max-age=86400"),
}


@pytest.fixture(scope="module", autouse=True)
def published(http: Http) -> None:
    """The keys made and published, as the daily function does."""
    assert http.url
    keys.make_ahead(clock.now())
    keys.publish()


@pytest.mark.parametrize("path", FILES)
def test_it_is_served_with_its_type_and_cache_headers(http: Http, path: str) -> None:
    """A cache may keep it as long as the header says; an unchanged file costs its ETag and nothing more."""
    kind, cached = FILES[path]
    got = http.get(path)
    headers = {name.lower(): value for name, value in got.headers.items()}
    assert (got.status, headers["content-type"], headers["cache-control"]) == (200, kind, cached)
    assert headers["x-content-type-options"] == "nosniff"
    again = http.get(path, headers={"If-None-Match": headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_context_is_this_issuers(http: Http) -> None:
    """Every pass names it in `@context`; its terms lie under the issuer's own address."""
    document = json.loads(http.get("/contexts/v1").body)
    assert "@context" in document
    assert settings().issuer in json.dumps(document)


def test_the_jwk_set_holds_no_private_part_and_no_token_key(http: Http) -> None:
    """Only what verifies public things is public."""
    published_keys = json.loads(http.get("/.well-known/jwks.json").body)["keys"]
    assert {key["epipass_use"] for key in published_keys} == {"pass", "status", "log"}
    assert all("d" not in key for key in published_keys)


def test_what_is_not_published_is_not_there(http: Http) -> None:
    """The bucket's other objects can't be asked for by their keys."""
    for path in ("/pages/gate/index.html", "/.well-known/../pages/gate/index.html", "/contexts/v2"):
        assert http.get(path).status == 404
