"""The edge says what the one-machine server says."""

from __future__ import annotations

from typing import Any

from infra.local.published import ORIGINS, PREFIXES, SECURITY_HEADERS, keys
from infra.local.template import read
from infra.paths import ROOT
from infra.routes import of_module


def edge() -> dict[str, Any]:
    """The resources of infra/edge.yaml."""
    found: dict[str, Any] = read(ROOT / "infra" / "edge.yaml")["Resources"]
    return found


def distribution(origin: str) -> dict[str, Any]:
    """One origin's distribution."""
    found: dict[str, Any] = edge()[f"{origin.capitalize()}Pages"]["Properties"]["DistributionConfig"]
    return found


def test_pages_have_the_same_headers_on_both_engines() -> None:
    """A page that works under the local content security policy works under the cloud's."""
    policy = edge()["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == SECURITY_HEADERS["Content-Security-Policy"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == SECURITY_HEADERS["Referrer-Policy"]
    custom = {item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]}
    assert custom == {"Permissions-Policy": SECURITY_HEADERS["Permissions-Policy"]}


def test_published_paths_answer_on_every_origin() -> None:
    """Keys, lists and contexts are at the same path wherever a page is opened."""
    for origin in ORIGINS:
        behaviours = distribution(origin)["CacheBehaviors"]
        published = {b["PathPattern"] for b in behaviours if b["TargetOriginId"] == "published"}
        assert published == {prefix + "*" for prefix in PREFIXES} | {"/config.json"}


def test_every_route_is_reached_through_some_origin() -> None:
    """Except what tells operators and developers about the API, each route has a page that may call it."""
    patterns = [
        behaviour["PathPattern"]
        for origin in ORIGINS
        for behaviour in distribution(origin)["CacheBehaviors"]
        if behaviour["TargetOriginId"] == "api"
    ]
    unreached = {
        route.path for route in of_module("app") if not any(_matches(pattern, route.path) for pattern in patterns)
    }
    assert unreached <= {"/health", "/openapi.json"}


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def test_a_page_is_its_folders_index_and_stays_in_its_folder() -> None:
    """`/v` on gate. is pages/gate/v/index.html; no path climbs out, and a foreign host has no pages."""
    assert keys("gate.localhost:8000", "/v")[0] == "pages/gate/v/index.html"
    assert keys("gate.localhost:8000", "/") == ("pages/gate/index.html",)
    assert keys("gate.localhost:8000", "/../me/index.html") == ()
    assert keys("127.0.0.1:8000", "/v") == ()
    assert keys("127.0.0.1:8000", "/status/2026-11-24a-1") == ("status/2026-11-24a-1",)
